"""What an account says it takes to keep a tier, and until when, tried by the account itself: it goes on to the end of that
day, and there somebody brings what is missing, or one less."""

from __future__ import annotations

from typing import Any, NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts.model import Account, Conduct, Credit, Story, advance, earn, hold, spend
from chalicelib.areas.accounts.model.facts import OrderRecorded
from chalicelib.areas.tiers.model import Keep, TierScheme, Version, Versions
from chalicelib.errors import Refused
from chalicelib.flows.standing import Ladder
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, day_starts, local_day, parse_day

ZONE = "Europe/Berlin"
FIRST = parse_day("2026-10-01") or 0
STEPS = (0, 10, 25, 40)
NOON = 12 * 3_600_000
BELOW = Conduct(floor=-100)
EUR = 10_000  # the parts in which spend is counted

Scheme = dict[str, Any]


class Move(NamedTuple):
    """So many days after the one before: points that last so long, come so late, are held so long or are spent; or orders."""

    days: int
    what: str
    amount: int
    lasts: int
    waits: int


def ladder(scheme: Scheme) -> Ladder:
    scale = (lambda step: f"{step}.00") if scheme["basis"] == "spend" else int
    tiers = [{"tier_id": f"t{place}", "name": "T", "threshold": scale(step)} for place, step in enumerate(STEPS)]
    return Ladder(Versions((Version(0, TierScheme.model_validate({**scheme, "tiers": tiers})),)), ZONE)


def place(account: Account) -> int:
    return int(account.tier[1:])


def credit(amount: int, until: Day | None, comes: Day | None, day: Day) -> Credit:
    return Credit(
        "points",
        amount,
        until,
        None if until is None else day_starts(until + 1, ZONE),
        day=day,
        releases_at=None if comes is None else day_starts(comes, ZONE),
    )


def moved(story: Story, on: Ladder, at: Instant, move: Move) -> Story:
    """What somebody does; refused, it has not been done."""
    story, day = advance(story, at, on), local_day(at, ZONE)
    try:
        match move.what:
            case "order":
                story = story.then(OrderRecorded("o", "n", "EUR", move.amount * 100, day))
            case "earn":
                story = earn(story, credit(move.amount, day + move.lasts, None, day))
            case "promise":
                story = earn(story, credit(move.amount, day + move.lasts, day + 1 + move.waits, day))
            case "hold":
                lapses_at = day_starts(day + 1 + move.waits, ZONE)
                story = hold(story, "points", move.amount, BELOW, lapses_at=lapses_at)
            case _:
                story = spend(story, "points", move.amount, BELOW, below_zero=move.waits % 2 == 0)
    except Refused:
        return story
    return on.settled(story)


def bring(account: Account, on: Ladder, amount: int) -> Account:
    """So much more that counts: points that last for ever, orders, or a purchase of so many parts of a euro."""
    story, day, basis = Story(account), local_day(account.advanced_to, ZONE), on.scheme.basis
    if not amount:
        return account
    if basis in ("points_earned", "points_active"):
        story = earn(story, credit(amount, None, None, day))
    elif basis == "orders":
        story = story.then(*(OrderRecorded("o", "n", "EUR", 100, day) for _ in range(amount)))
    else:
        story = story.then(OrderRecorded("o", "n", "EUR", amount, day))
    return on.settled(story).account


def seen_at(account: Account, on: Ladder, at: Instant) -> Account:
    return on.settled(advance(Story(account), at, on)).account


ACTIVE: Scheme = {"basis": "points_active", "unit": "points"}
TODAY = FIRST + 100


def noon(day: Day) -> Instant:
    return day_starts(day, ZONE) + NOON


def after(on: Ladder, *told: Move) -> Account:
    """So far on the hundredth day, noon."""
    story = advance(Story(Account("ada", 1)), noon(TODAY), on)
    for move in told:
        story = moved(story, on, noon(TODAY), move)
    return story.account


def test_what_passes_by_then_does_not_count() -> None:
    """15 of 27 pass with the last day in ten days: 2 more than 12 keep nothing of the 25, 13 more do."""
    on = ladder(ACTIVE)
    account = after(on, Move(0, "earn", 15, 10, 0), Move(0, "earn", 12, 30, 0))
    assert (account.tier, on.keep(account)) == ("t2", Keep(13, TODAY + 10))
    fallen = seen_at(account, on, day_starts(TODAY + 11, ZONE))
    assert (fallen.tier, on.keep(fallen)) == ("t1", Keep(10, TODAY + 30))


def test_what_comes_by_then_counts() -> None:
    on = ladder(ACTIVE)
    earned = Move(0, "earn", 25, 10, 0), Move(0, "promise", 8, 40, 5)
    assert on.keep(after(on, *earned)) == Keep(17, TODAY + 10)
    too_late = earned[0], Move(0, "promise", 8, 40, 20)
    assert on.keep(after(on, *too_late)) == Keep(25, TODAY + 10)


def test_what_lasts_for_ever_is_taken_by_nothing_that_time_does() -> None:
    on = ladder(ACTIVE)
    assert on.keep(bring(after(on), on, 30)) == Keep(0, None)


def test_at_the_end_of_a_month_counts_what_has_not_passed_with_it() -> None:
    on = ladder({**ACTIVE, "downgrade": {"type": "period_end", "every": "month"}})
    account = after(on, Move(0, "earn", 27, 10, 0), Move(0, "earn", 5, 60, 0))
    month = parse_day("2027-01-31")
    assert (account.tier, on.keep(account)) == ("t2", Keep(20, month))


def test_what_a_hold_gives_back_too_late_passes_at_that_hour_whoever_looks() -> None:
    """The last whole day is the one before; and the tier fell when the hold lapsed, whether or not somebody came by."""
    on = ladder(ACTIVE)
    story = Story(after(on, Move(0, "earn", 12, 3, 0)))
    account = on.settled(hold(story, "points", 12, BELOW, lapses_at=noon(TODAY + 7))).account
    assert on.keep(account) == Keep(10, TODAY + 6)
    late = seen_at(account, on, noon(TODAY + 20))
    assert late == seen_at(seen_at(account, on, noon(TODAY + 7)), on, noon(TODAY + 20))
    assert (late.tier, late.standing.since) == ("t0", noon(TODAY + 7))


def test_a_year_that_begins_anew_cannot_be_prepared_for() -> None:
    scheme: Scheme = {"basis": "points_earned", "unit": "points", "window": {"type": "calendar_year"}}
    year = parse_day("2027-12-31")
    told = Move(0, "earn", 30, 40, 0)
    without = ladder(scheme)
    assert without.keep(after(without, told)) == Keep(None, year)
    graced = ladder({**scheme, "grace_days": 10})
    assert graced.keep(after(graced, told)) == Keep(25, (year or 0) + 10)


windows = st.sampled_from([{"type": "lifetime"}, {"type": "calendar_year"}, {"type": "rolling", "months": 1}])
longer = st.sampled_from([{"type": "rolling", "months": 3}, {"type": "since_last_recalculation"}])
downs: st.SearchStrategy[Scheme] = st.one_of(
    st.sampled_from([{"type": "never"}, {"type": "at_once"}, {"type": "at_once"}]),
    st.fixed_dictionaries({"type": st.just("period_end"), "every": st.sampled_from(["month", "year"])}),
    st.fixed_dictionaries({"type": st.just("after_days"), "days": st.sampled_from([1, 20, 45, 400])}),
)


def scheme_of(basis: str, window: Scheme, down: Scheme, to: str, grace: int) -> Scheme:
    if basis == "points_active":
        window = {"type": "lifetime"}
    if down["type"] == "at_once" and window["type"] == "since_last_recalculation":
        down = {"type": "after_days", "days": 30}
    if down["type"] != "never":
        down = {**down, "to": "earned" if down["type"] == "at_once" and not grace else to}
    unit = {"unit": "points"} if basis.startswith("points") else {}
    return {"basis": basis, "window": window, "downgrade": down, "grace_days": grace, **unit}


schemes = st.builds(
    scheme_of,
    st.sampled_from(["points_active", "points_active", "points_earned", "orders", "spend"]),
    windows | longer,
    downs,
    st.sampled_from(["earned", "one_step"]),
    st.sampled_from([0, 0, 1, 12, 50]),
)
whats = st.sampled_from(["earn", "earn", "promise", "promise", "hold", "spend", "order", "order"])
moves = st.lists(
    st.builds(Move, st.integers(0, 25), whats, st.integers(1, 20), st.integers(0, 40), st.integers(0, 40)),
    min_size=1,
    max_size=10,
)


def lived(on: Ladder, told: list[Move]) -> Account:
    story, day = Story(Account("ada", 1)), FIRST
    for move in told:
        day += move.days
        story = moved(story, on, day_starts(day, ZONE) + NOON, move)
    return story.account


@settings(max_examples=400)
@given(schemes, moves, st.integers(0, 30))
def test_a_tier_is_kept_as_it_was_said(scheme: Scheme, told: list[Move], later: int) -> None:
    on = ladder(scheme)
    account = lived(on, told)
    account = seen_at(account, on, account.advanced_to + later * 86_400_000)
    if not account.tier:
        return
    said = on.keep(account)
    if said is None:
        assert place(account) == 0
    elif said.until is None:
        event("for good")
        for days in (1, 40, 400, 2_000):
            assert place(seen_at(account, on, account.advanced_to + days * 86_400_000)) >= place(account)
    else:
        kept_until(account, on, said, said.until)


def kept_until(account: Account, on: Ladder, said: Keep, until: Day) -> None:
    last = max(day_starts(until + 1, ZONE) - 1, account.advanced_to)
    for day in range(local_day(account.advanced_to, ZONE) + 1, until + 1):
        assert place(seen_at(account, on, day_starts(day, ZONE) + NOON)) >= place(account)
    then = seen_at(account, on, last)
    assert place(then) >= place(account)

    def with_more(amount: int) -> Account:
        return seen_at(bring(then, on, amount), on, last + 1)

    def stands(after: Account) -> bool:
        """Who has risen by it may be in grace, for the tier above."""
        return place(after) > place(account) or (after.tier == account.tier and after.standing.grace_from is None)

    def keeps(amount: int) -> bool:
        """Who is saved from grace in its last moment may fail again in the next, where a period ends or points pass."""
        saved = then.standing.grace_from is not None and stands(bring(then, on, amount))
        return saved or stands(with_more(amount))

    if said.missing is None:
        event("nothing helps")
        assert place(with_more(10_000 * EUR)) < place(account)
        return
    missing = round(float(said.missing) * 100) if on.scheme.basis == "spend" else int(said.missing)
    event(f"{on.scheme.basis}: {'something' if missing else 'nothing'} is missing")
    assert keeps(missing)
    if missing and place(bring(then, on, missing - 1)) <= place(account):
        assert not keeps(missing - 1)
