"""Redemptions of an award as an entry tells them. The first one goes by the id of the entry, any other by that of what was spent
for it: a card that is full more than once redeems itself as often.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.areas.accounts.model.facts import VOCABULARY, PerkGranted, PerkRedeemed, PointsSpent
from chalicelib.areas.perks.model.award import named_award
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.table.journal import Entry

_TYPES = {PointsSpent.type, PerkGranted.type, PerkRedeemed.type}


class Told(NamedTuple):
    """`number`: the fact of the entry by which it goes, 0 for all of that. What was `spent` for it is the fact of number `paid`;
    `granted`: what it gave."""

    number: int
    fact: PerkRedeemed
    paid: int = 0
    spent: PointsSpent | None = None
    granted: PerkGranted | None = None


def redemptions_of(entry: Entry, member_id: str, award_id: str) -> tuple[Told, ...]:
    """In the order in which they were made. NotFound for what names no award."""
    award = (member_id, *named_award(award_id))
    found = [one for one in _redemptions(entry) if (one.fact.member, one.fact.perk, one.fact.award) == award]
    return tuple(one._replace(number=0) if place == 0 else one for place, one in enumerate(found))


def _redemptions(entry: Entry) -> Iterator[Told]:
    """What is spent and given for one is told right before it."""
    spends, grants = dict[str, tuple[int, PointsSpent]](), dict[tuple[str, int], PerkGranted]()
    for number, body in numbered_bodies(entry):
        fact = VOCABULARY.decode(body) if body["type"] in _TYPES else None
        if isinstance(fact, PointsSpent):
            spends[fact.unit] = number, fact
        elif isinstance(fact, PerkGranted) and fact.source == "card":
            grants[fact.perk, fact.award] = fact
        elif isinstance(fact, PerkRedeemed):
            paid, spent = spends.get(fact.unit, (0, None))
            yield Told(paid, fact, paid, spent, grants.get(named_award(fact.gave)) if fact.gave else None)
