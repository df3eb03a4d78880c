"""Random lives on random ladders, against a reckoning from the plain list of orders that goes from day to day; and the law
that it makes no difference who looked at an account, how often, and when."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts.model import Account, Story, advance, fold
from chalicelib.areas.accounts.model.facts import OrderRecorded, OrderReturned
from chalicelib.areas.accounts.model.packed import packed, unpacked
from chalicelib.areas.tiers.model import TierScheme, Version, Versions
from chalicelib.flows.standing import Ladder
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, date_of, day_starts, month_of, parse_day
from chalicelib.table.items import pack, unpack

ZONE = "Europe/Berlin"
NOON = 12 * 3_600_000
STEPS = (0, 2, 5, 9)
FIRST = parse_day("2026-10-01") or 0


class Event(NamedTuple):
    """So many days after the one before: orders bought, or one of all those brought back."""

    days: int
    bought: int
    returned: int | None


@dataclass
class Naive:
    """Where somebody stands, told from their orders alone: a list with the day of each."""

    window: tuple[str, int]
    down: tuple[str, int, str]
    days: list[Day] = field(default_factory=list)
    tier: int | None = None
    kept_from: Day = 0

    def value(self, on: Day) -> int:
        kind, months = self.window
        if kind == "calendar_year":
            return sum(date_of(day).year == date_of(on).year for day in self.days)
        if kind == "rolling":
            return sum(month_of(on) - months <= month_of(day) for day in self.days)
        return len(self.days)

    def earned(self, on: Day) -> int:
        return max(place for place, step in enumerate(STEPS) if step <= self.value(on))

    def morning(self, day: Day) -> None:
        """What the night has done."""
        kind, number, to = self.down
        if self.tier is None:
            return
        if kind == "at_once":
            self.tier = min(self.tier, self.earned(day))
        date = date_of(day)
        ended = kind == "period_end" and date.day == 1 and (number == 1 or date.month == 1)
        if (kind == "after_days" and day == self.kept_from + number) or ended:
            self.kept_from = day
            if self.earned(day - 1) < self.tier:
                self.tier = self.earned(day - 1) if to == "earned" else self.tier - 1

    def noon(self, day: Day) -> None:
        earned = self.earned(day)
        if self.tier is None or earned > self.tier or (self.down[0] == "at_once" and earned < self.tier):
            self.tier, self.kept_from = earned, day


def ladder(window: tuple[str, int], down: tuple[str, int, str], grace: int = 0) -> Ladder:
    looks: dict[str, Any] = {"type": window[0]} | ({"months": window[1]} if window[0] == "rolling" else {})
    falls: dict[str, Any] = {"type": down[0]} | ({} if down[0] == "never" else {"to": down[2]})
    if down[0] == "after_days":
        falls["days"] = down[1]
    if down[0] == "period_end":
        falls["every"] = "month" if down[1] == 1 else "year"
    tiers = [{"tier_id": f"t{place}", "name": "T", "threshold": step} for place, step in enumerate(STEPS)]
    scheme = {"basis": "orders", "window": looks, "downgrade": falls, "grace_days": grace, "tiers": tiers}
    return Ladder(Versions((Version(0, TierScheme.model_validate(scheme)),)), ZONE)


def noon_of(day: Day) -> Instant:
    return day_starts(day, ZONE) + NOON


def happened(story: Story, on: Ladder, day: Day, event: Event, bought: list[Day]) -> Story:
    """One noon at the till; `bought` has the day of each order that did not come back."""
    story = advance(story, noon_of(day), on)
    for _ in range(event.bought):
        story = story.then(OrderRecorded("o", "n", "EUR", 100, day))
        bought.append(day)
    if event.returned is not None and bought:
        gone = bought.pop(event.returned % len(bought))
        story = story.then(OrderReturned("o", "r", "EUR", 100, full=True, counts_on=gone))
    return on.settled(story)


windows = st.sampled_from([("lifetime", 0), ("calendar_year", 0), ("rolling", 1), ("rolling", 3), ("rolling", 12)])
downs = st.one_of(
    st.sampled_from([("never", 0, "earned"), ("at_once", 0, "earned")]),
    st.tuples(st.just("period_end"), st.sampled_from([1, 12]), st.sampled_from(["earned", "one_step"])),
    st.tuples(st.just("after_days"), st.sampled_from([1, 20, 90, 365]), st.sampled_from(["earned", "one_step"])),
)
events = st.lists(
    st.builds(Event, st.integers(0, 120), st.integers(0, 4), st.none() | st.integers(0, 50)), min_size=1, max_size=8
)


@settings(max_examples=150)
@given(windows, downs, events)
def test_a_tier_is_what_the_list_of_orders_says(
    window: tuple[str, int], down: tuple[str, int, str], told: list[Event]
) -> None:
    on, naive, story = ladder(window, down), Naive(window, down), Story(Account("ada", 1))
    day, bought = FIRST, naive.days
    for event in [*told, Event(200, 0, None)]:
        for passing in range(day + 1, day + event.days + 1):
            naive.morning(passing)
        day += event.days
        theirs: list[Day] = list(bought)
        story = happened(story, on, day, event, theirs)
        bought[:] = theirs
        naive.noon(day)
        assert story.account.tier == f"t{naive.tier}", (date_of(day), story.account.standing)
    assert fold(Account("ada", 1), story.facts) == story.account


@settings(max_examples=150)
@given(
    windows | st.just(("since_last_recalculation", 0)),
    downs,
    st.sampled_from([0, 1, 30]),
    st.lists(
        st.tuples(st.builds(Event, st.integers(0, 120), st.integers(0, 4), st.none()), st.integers(1, 5)), max_size=8
    ),
)
def test_it_makes_no_difference_who_looked_and_when(
    window: tuple[str, int], down: tuple[str, int, str], grace: int, told: list[tuple[Event, int]]
) -> None:
    """advance(a); advance(b) = advance(b), and an account that was stored meanwhile goes on as if it had not been."""
    if window[0] == "since_last_recalculation" and down[0] == "at_once":
        down = ("after_days", 45, "earned")
    on, day = ladder(window, down, grace), FIRST
    seldom, often = Story(Account("ada", 1)), Story(Account("ada", 1))
    for event, looks in told:
        for look in range(1, looks):
            between = noon_of(day) + (noon_of(day + event.days) - noon_of(day)) * look // looks
            often = advance(stored(often), between, on)
        day += event.days
        seldom, often = happened(seldom, on, day, event, []), happened(often, on, day, event, [])
        assert often.account == seldom.account


def stored(story: Story) -> Story:
    account = story.account
    body = unpack(pack(packed(account)))
    return replace(story, account=unpacked(body, account.owner, account.program, account.advanced_to))
