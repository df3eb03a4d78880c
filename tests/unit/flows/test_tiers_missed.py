"""A ladder that an account was past already when it was known there: each member is reviewed by it all the same, as of one
moment, whoever looks, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts.model import Account, Story, advance
from chalicelib.areas.accounts.model.facts import OrderRecorded, TierChanged, TierPinned
from chalicelib.areas.tiers.model import TierScheme, Version, Versions
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.read_account import TierView
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.standing import Ladder
from chalicelib.kit.periods import day_starts, parse_day
from tests.twins import at, fresh
from tests.twins.bookshop import BookShop, line, member, open_shop, rule, sale
from tests.unit.flows.test_tiers_naive import FIRST, ZONE, Event, downs, events, happened, ladder, noon_of, windows

PASSING = {"units": [{"code": "points", "name": "Points", "policies": [{"expiry": {"type": "days", "days": 5}}]}]}
YEARLY = {"type": "period_end", "every": "year"}
LOOKS = ("2026-01-16", "2026-01-20", "2026-01-22", "2026-02-01")


def steps(basis: str, gold: Any, **fields: Any) -> TierScheme:
    tiers = [
        {"tier_id": "bronze", "name": "Bronze", "threshold": "0" if basis == "spend" else 0},
        {"tier_id": "gold", "name": "Gold", "threshold": gold},
    ]
    return TierScheme.model_validate({"basis": basis, "tiers": tiers, "downgrade": YEARLY} | fields)


MUCH = steps("spend", "4000.00")
SOON = steps("points_active", 40, unit="points")
Missed = Callable[[TierScheme | None, TierScheme], tuple[BookShop, str, str]]


def at_an_older_till(before: TierScheme | None, scheme: TierScheme) -> tuple[BookShop, str, str]:
    """A process that has not looked for three seconds sells by the ladder that it knows."""
    shop, ada = opened(before)
    till = shop.at_another_till(shop.rt.table)
    till.account(ada)
    shop.clock.move_to("2026-01-15T12:00:01Z")
    define_tiers(shop.rt, shop.caller, fresh(), 1, scheme)
    till.clock.at = at("2026-01-15T12:00:03Z")
    till.buy(member(ada), sale("A1", line(1, 60_00), on="2026-01-15T12:00:03Z"))
    return shop, ada, "2026-01-15T12:00:03Z"


def at_a_fast_till(before: TierScheme | None, scheme: TierScheme) -> tuple[BookShop, str, str]:
    """It is four minutes ahead, and within these the ladder is defined."""
    shop, ada = opened(before)
    shop.buy(member(ada), sale("A1", line(1, 60_00), on="2026-01-15T12:04:00Z"))
    shop.clock.move_to("2026-01-15T12:01:00Z")
    define_tiers(shop.rt, shop.caller, fresh(), 1, scheme)
    return shop, ada, "2026-01-15T12:04:00Z"


def opened(before: TierScheme | None) -> tuple[BookShop, str]:
    tiers = None if before is None else before.model_dump(mode="json")
    shop = open_shop(now="2026-01-15T12:00:00Z", program=PASSING, tiers=tiers, rules=(rule(),))
    return shop, shop.member("1")


def standing(shop: BookShop, ada: str, as_of: str | None = None) -> TierView:
    view = shop.account(ada, as_of).standing
    assert view is not None
    return view


def stands(shop: BookShop, ada: str, as_of: str | None = None) -> tuple[str, int | None]:
    view = standing(shop, ada, as_of)
    return view.tier, view.since


every_way = pytest.mark.parametrize("missed", [at_an_older_till, at_a_fast_till])
had_tiers = pytest.mark.parametrize("before", [None, MUCH])


@every_way
@had_tiers
def test_a_ladder_that_an_account_was_past_moves_it_as_of_what_it_had_come_to(
    missed: Missed, before: TierScheme | None
) -> None:
    """The points pass on the 21st; the tier that they brought is kept for the year, whenever somebody looks."""
    shop, ada, moved = missed(before, SOON)
    assert [stands(shop, ada, day) for day in LOOKS] == [("gold", at(moved))] * len(LOOKS)
    for day in LOOKS:
        shop.clock.move_to(day)
        assert stands(shop, ada) == ("gold", at(moved))


@every_way
@pytest.mark.parametrize("touched", LOOKS)
def test_who_touches_such_an_account_and_when_is_no_matter(missed: Missed, touched: str) -> None:
    shop, ada, moved = missed(MUCH, SOON)
    shop.clock.move_to(touched)
    shop.earn(ada, 1)
    assert stands(shop, ada) == ("gold", at(moved))
    assert stands(shop, ada, touched) == stands(shop, ada, "2026-02-03") == ("gold", at(moved))


@every_way
def test_the_job_finds_such_an_account_where_a_read_showed_it(missed: Missed) -> None:
    shop, ada, moved = missed(MUCH, SOON)
    shop.clock.move_to("2026-01-21T03:00:00Z")
    assert settle_due(shop.rt, shop.caller, parse_day("2026-01-21") or 0) == 1
    assert stands(shop, ada) == ("gold", at(moved))


def test_periods_begin_with_the_ladder_for_those_who_were_past_it_too() -> None:
    """Ten days from then, and not from January, when gold was reached."""
    shop, ada = opened(steps("spend", "50.00"))
    shop.buy(member(ada), sale("A1", line(1, 60_00), on="2026-01-15T12:00:00Z"))
    shop.clock.move_to("2026-06-15T12:00:00Z")
    shop.buy(member(ada), sale("A2", line(1, 1_00), on="2026-06-15T12:04:00Z"))
    shop.clock.move_to("2026-06-15T12:01:00Z")
    month = {"type": "rolling", "months": 1}
    scheme = steps("spend", "50.00", window=month, downgrade={"type": "after_days", "days": 10})
    define_tiers(shop.rt, shop.caller, fresh(), 1, scheme)
    shop.clock.move_to("2026-06-20")
    assert stands(shop, ada) == ("gold", at("2026-01-15T12:00:00Z"))
    assert (kept := standing(shop, ada).keep) is not None
    assert kept.until == parse_day("2026-06-24")
    assert stands(shop, ada, "2026-06-24")[0] == "gold"
    assert stands(shop, ada, "2026-06-25")[0] == "bronze"


@settings(max_examples=200)
@given(
    st.tuples(windows | st.just(("since_last_recalculation", 0)), downs, st.sampled_from([0, 1, 30])),
    st.tuples(windows | st.just(("since_last_recalculation", 0)), downs, st.sampled_from([0, 1, 30])),
    st.integers(0, 300),
    events,
    st.none() | st.tuples(st.integers(0, 7), st.integers(0, 90)),
    st.none() | st.tuples(st.integers(0, 7), st.integers(1, 200)),
)
def test_whom_a_ladder_has_reviewed_it_does_not_move_again(
    first: Any, then: Any, begins: int, told: list[Event], pinned: tuple[int, int] | None, late: tuple[int, int] | None
) -> None:
    """At whatever instant somebody looks: in grace or pinned, raised late, by whatever window and way down."""
    older, newer = (allowed(*one).scheme for one in (first, then))
    on = Ladder(Versions((Version(0, older), Version(noon_of(FIRST + begins) + 1, newer))), ZONE)
    story, day = Story(Account("ada", 1)), FIRST
    for number, event in enumerate(told):
        for looked in range(day + 1, day + event.days + 1, 9):
            story = advance(story, noon_of(looked), on)
            if story.account.tier:  # something has happened to the account
                assert on.caught_up(story) == story
        day += event.days
        story = happened(story, on, day, event, [])
        if late is not None and late[0] == number:
            bought = story.then(OrderRecorded("o", "n", "EUR", 100, day - late[1]))
            story = on.settled(bought, noon_of(day - late[1]))
        if pinned is not None and pinned[0] == number:
            story = with_pin(story, day + pinned[1])
        assert on.caught_up(story) == story


def allowed(window: tuple[str, int], down: tuple[str, int, str], grace: int) -> Ladder:
    if down[0] == "at_once" and window[0] == "since_last_recalculation":
        window = ("rolling", 2)
    if down[0] == "at_once" and down[2] == "one_step":
        down = ("at_once", 0, "earned")
    return ladder(window, down, grace)


def with_pin(story: Story, until: int) -> Story:
    if story.account.tier != "t2":
        story = story.then(TierChanged("t2", story.account.tier, "pinned", story.account.advanced_to))
    return story.then(TierPinned("t2", until, day_starts(until + 1, ZONE)))


def test_a_ladder_that_is_not_yet_in_force_where_the_account_is_waits() -> None:
    on = ladder(("lifetime", 0), ("at_once", 0, "earned"))
    story = happened(Story(Account("ada", 1)), on, FIRST, Event(0, 5, None), [])
    to_come = Ladder(on.versions.followed_by(steps("orders", 50), noon_of(FIRST) + 1), ZONE)
    assert to_come.caught_up(story) == story
    by_then = replace(story, account=replace(story.account, advanced_to=noon_of(FIRST) + 1))
    assert to_come.caught_up(by_then).account.tier == "bronze"


def test_nobody_goes_by_an_older_ladder_for_more_than_a_week() -> None:
    """A file that has taken days so far; what lies further back has been reviewed."""
    on = ladder(("lifetime", 0), ("at_once", 0, "earned"))
    anew = Ladder(on.versions.followed_by(steps("orders", 50), noon_of(FIRST)), ZONE)
    for days, tier in ((0, "bronze"), (7, "bronze"), (8, "t2")):
        story = happened(Story(Account("ada", 1)), on, FIRST + days, Event(0, 5, None), [])
        assert anew.caught_up(story).account.tier == tier
