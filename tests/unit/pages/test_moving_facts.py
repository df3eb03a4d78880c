"""docs/facts.md names the operations that move points with every fact that they record, and with no other."""

from __future__ import annotations

from collections import defaultdict

from infra.local.pages.fact_relations import RELATIONS
from tests.unit.pages.moves import MOVES, OPERATIONS, moved
from tests.unit.pages.test_facts_page import recorded_by


def test_every_fact_of_a_move_is_on_the_page() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for move in MOVES:
        for fact, operations in recorded_by(moved(move)).items():
            found[fact] |= operations & set(OPERATIONS)
    said = {cls.type: set(relations.operations) & set(OPERATIONS) for cls, relations in RELATIONS.items()}
    assert {fact: named for fact, named in found.items() if named} == {
        fact: named for fact, named in said.items() if named
    }
