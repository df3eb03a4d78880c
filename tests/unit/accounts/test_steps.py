"""How much work an account makes: twice as many promises, holds and lots are twice as many steps, and no more. What is
counted are lines run, so that it is the same on any machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from chalicelib.areas.accounts.model import (
    Account,
    Conduct,
    Story,
    earn,
    foreseen,
    grant,
    hold,
    newly_ahead,
    spend,
)
from chalicelib.areas.tiers.model import TierScheme, Version, Versions
from chalicelib.flows.standing import Ladder
from chalicelib.flows.statement_states import whereabouts
from tests.unit.accounts.both import DAY, credit

BELOW = Conduct(floor=-1_000_000)


def steps(act: Callable[[], object]) -> int:
    """How many lines it runs, those of loops within one expression as well."""
    count = 0

    def trace(frame: FrameType, what: str, _: Any) -> Any:
        nonlocal count
        count += what == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def crowded(number: int, *, owed: bool) -> Account:
    """So many lots, as many promises and holds, each of a day of its own; maybe less than nothing is there."""
    story = Story(Account("ada", 1))
    for day in range(1, number + 1):
        story = grant(story, credit("points", 3, day), BELOW, "gift")
    for day in range(1, number // 8 + 1):
        story = hold(story, "points", 10, BELOW, lapses_at=(5 * day) * DAY)
    for day in range(1, number + 1):
        promise = replace(credit("points", 2, 400), releases_at=day * DAY)
        story = earn(story, promise, BELOW)
    if owed:
        left = story.account.wallet("points").available
        story = spend(story, "points", left + number, BELOW, below_zero=True)
    return story.account


def looking_ahead(account: Account) -> object:
    return newly_ahead(account, account)


def letting_it_go(account: Account) -> object:
    return list(foreseen(account))


def saying_what_keeps_a_tier(account: Account) -> object:
    tiers = [{"tier_id": f"t{step}", "name": "T", "threshold": step} for step in (0, 1)]
    scheme = TierScheme.model_validate({"basis": "points_active", "unit": "points", "tiers": tiers})
    return Ladder(Versions((Version(0, scheme),)), "UTC").keep(replace(account, tier="t1"))


def saying_where_everything_is(account: Account) -> object:
    return whereabouts(account)


@pytest.mark.parametrize("owed", [False, True], ids=["plain", "owed"])
@pytest.mark.parametrize("act", [looking_ahead, letting_it_go, saying_what_keeps_a_tier, saying_where_everything_is])
def test_twice_as_much_in_an_account_is_twice_the_work(act: Callable[[Account], object], owed: bool) -> None:
    some, more = crowded(32, owed=owed), crowded(64, owed=owed)
    act(some)  # what is remembered after the first time
    few, many = steps(lambda: act(some)), steps(lambda: act(more))
    assert 0 < many <= 2.2 * few
