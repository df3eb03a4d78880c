"""Whoever works on an import may die at any write, before it or right behind it: the next one finishes the same."""

from __future__ import annotations

from typing import get_args

import pytest

from chalicelib.table.memory import MemoryTable
from tests.twins.faulty import FaultyTable
from tests.twins.killing import When
from tests.unit.imports.tricky import TRICKY, outcome, tricky_shop

DOCUMENTS_OF_ONE_PART = 5


@pytest.mark.parametrize("when", get_args(When))
@pytest.mark.parametrize("parts", [1, 4])
def test_killed_at_any_write_it_finishes_with_the_same_result(parts: int, when: When) -> None:
    plain = tricky_shop()
    expected = outcome(plain, plain.imported(*TRICKY, parts=parts, chunk_rows=DOCUMENTS_OF_ONE_PART))
    assert plain.kills.writes > 30
    for number in range(plain.kills.writes):
        shop = tricky_shop()
        shop.kills.at, shop.kills.when = number, when
        operation = shop.imported(*TRICKY, parts=parts, chunk_rows=DOCUMENTS_OF_ONE_PART)
        assert outcome(shop, operation) == expected, f"write {number}"
        assert shop.queues.dead["imports"] == []


def test_a_table_that_stays_busy_brings_the_chunk_back_and_what_it_recorded_is_still_told_as_recorded() -> None:
    quiet = FaultyTable(MemoryTable())
    plain = tricky_shop(table=quiet)
    quiet.start()
    expected = outcome(plain, plain.imported(*TRICKY, parts=1, chunk_rows=1000))
    for number in quiet.transactions[5:]:
        table = FaultyTable(MemoryTable())
        shop = tricky_shop(table=table)
        table.start(dict.fromkeys(range(number, number + 40), "throttled"))
        operation = shop.imported(*TRICKY, parts=1, chunk_rows=1000)
        table.start()
        assert outcome(shop, operation) == expected, f"transaction {number}"
        assert shop.queues.dead["imports"] == []
