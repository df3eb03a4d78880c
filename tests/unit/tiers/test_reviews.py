"""When members rise and fall, in a shop's words: what a year brings, what a month takes away, and how long a tier lasts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.areas.accounts.model.months import Month
from chalicelib.areas.tiers.model import Keep, Position, Progress, Review, TierScheme, Verdict, keep
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import iso_day, local_day, month_of, parse_day
from tests.twins import at

ZONE = "UTC"


def ladder(
    window: str | dict[str, Any] = "lifetime", downgrade: dict[str, Any] | None = None, **fields: Any
) -> TierScheme:
    """Silver from 2 orders, gold from 5, platinum from 9."""
    steps = {"bronze": 0, "silver": 2, "gold": 5, "platinum": 9}
    tiers = [{"tier_id": name, "name": name, "threshold": threshold} for name, threshold in steps.items()]
    looks = {"type": window} if isinstance(window, str) else window
    return TierScheme.model_validate(
        {"basis": "orders", "window": looks, "downgrade": downgrade or {"type": "at_once"}, "tiers": tiers} | fields
    )


ROLLING = {"type": "rolling", "months": 2}
YEARLY = {"type": "period_end", "every": "year"}


def orders(base: int = 0, **months: int) -> Progress:
    """`m2026_03=4`: so many in March."""
    counts = {}
    for name, number in months.items():
        day = parse_day(f"{name[1:5]}-{name[6:]}-01")
        assert day is not None
        counts[month_of(day)] = Month(number)
    return Progress(orders=sum(months.values()), months=counts, base=base)


def seen(
    scheme: TierScheme, progress: Progress, day: str, position: Position | None = None, *, asked: bool = False
) -> Verdict:
    return Review(scheme, ZONE, position or Position(), progress, at(day), asked).verdict()


def on(tier: str, since: str, **fields: Any) -> Position:
    return Position(tier, at(since), **fields)


def day(instant: Instant | None) -> str | None:
    return None if instant is None else iso_day(local_day(instant, ZONE))


def test_members_rise_at_once_and_over_several_steps() -> None:
    verdict = seen(ladder(), orders(m2026_03=6), "2026-03-10", on("bronze", "2026-03-01"))
    assert (verdict.tier, verdict.reason, verdict.period_from) == ("gold", "reached", at("2026-03-10"))


def test_a_calendar_year_begins_with_nothing() -> None:
    scheme = ladder("calendar_year")
    reached = seen(scheme, orders(m2026_03=6), "2026-03-10", on("bronze", "2026-03-01"))
    assert (reached.tier, day(reached.review_at)) == ("gold", "2027-01-01")
    fallen = seen(scheme, orders(m2026_03=6), "2027-01-01T00:00:00Z", on("gold", "2026-03-10"))
    assert (fallen.tier, fallen.reason, fallen.review_at) == ("bronze", "below", None)


def test_a_rolling_window_says_when_too_little_is_left_in_it() -> None:
    """Two whole months and the one that is not over: January counts to the end of March."""
    scheme, progress = ladder(ROLLING), orders(m2026_01=3, m2026_02=2, m2026_03=1)
    verdict = seen(scheme, progress, "2026-03-10", on("gold", "2026-02-10"))
    assert (verdict.tier, day(verdict.review_at)) == ("gold", "2026-04-01")
    april = seen(scheme, progress, "2026-04-01T00:00:00Z", on("gold", "2026-02-10"))
    assert (april.tier, april.reason, day(april.review_at)) == ("silver", "below", "2026-05-01")


def test_a_tier_that_never_goes() -> None:
    verdict = seen(ladder("calendar_year", {"type": "never"}), orders(), "2027-05-01", on("gold", "2026-03-10"))
    assert (verdict.tier, verdict.reason, verdict.review_at) == ("gold", "", None)


def test_a_tier_is_kept_to_the_end_of_the_next_year() -> None:
    scheme, progress = ladder("calendar_year", YEARLY), orders(m2026_03=6, m2027_05=3)
    first = seen(scheme, progress, "2027-01-01T00:00:00Z", on("gold", "2026-03-10"))
    assert (first.tier, first.reason, day(first.review_at)) == ("gold", "", "2028-01-01")
    meanwhile = seen(scheme, progress, "2027-08-01", on("gold", "2027-01-01T00:00:00Z"))
    assert (meanwhile.tier, day(meanwhile.review_at)) == ("gold", "2028-01-01")
    second = seen(scheme, progress, "2028-01-01T00:00:00Z", on("gold", "2027-01-01T00:00:00Z"))
    assert (second.tier, second.reason) == ("silver", "period_ended")


@pytest.mark.parametrize(("to", "tier"), [("earned", "bronze"), ("one_step", "gold")])
def test_falling_to_what_is_earned_or_by_one_step(to: str, tier: str) -> None:
    scheme = ladder("calendar_year", YEARLY | {"to": to})
    verdict = seen(scheme, orders(), "2027-01-01T00:00:00Z", on("platinum", "2026-03-10"))
    assert (verdict.tier, verdict.reason) == (tier, "period_ended")


def test_a_tier_is_kept_for_a_number_of_days_and_confirmed_for_as_many() -> None:
    scheme = ladder(ROLLING, {"type": "after_days", "days": 100})
    before = seen(scheme, orders(), "2026-05-31", on("gold", "2026-03-01"))
    assert (before.tier, day(before.review_at)) == ("gold", "2026-06-09")
    enough = seen(scheme, orders(m2026_05=5), "2026-06-09T00:00:00Z", on("gold", "2026-03-01"))
    assert (enough.tier, enough.reason, day(enough.review_at)) == ("gold", "", "2026-09-17")
    too_little = seen(scheme, orders(m2026_05=4), "2026-06-09T00:00:00Z", on("gold", "2026-03-01"))
    assert (too_little.tier, too_little.reason) == ("silver", "period_ended")


def test_counting_begins_anew_with_each_recalculation_on_the_first_tier_too() -> None:
    scheme = ladder("since_last_recalculation", {"type": "after_days", "days": 30})
    joined = seen(scheme, Progress(), "2026-03-01")
    assert (joined.tier, joined.reason, day(joined.review_at)) == ("bronze", "joined", "2026-03-31")
    kept = seen(scheme, Progress(orders=1), "2026-03-31T00:00:00Z", on("bronze", "2026-03-01"))
    assert (kept.tier, kept.base, day(kept.review_at)) == ("bronze", 1, "2026-04-30")
    one_more = Progress(orders=2, base=1)
    assert seen(scheme, one_more, "2026-04-10", on("bronze", "2026-03-31T00:00:00Z")).tier == "bronze"
    two_more = Progress(orders=3, base=1)
    assert seen(scheme, two_more, "2026-04-10", on("bronze", "2026-03-31T00:00:00Z")).tier == "silver"


GRACE = ladder("calendar_year", YEARLY, grace_days=31)
JANUARY = at("2027-01-01T00:00:00Z")


def test_in_grace_what_comes_counts_with_the_year_that_ended() -> None:
    failed = seen(GRACE, orders(m2026_03=4), "2027-01-01T00:00:00Z", on("gold", "2026-03-10"))
    assert (failed.tier, failed.grace_from, day(failed.review_at)) == ("gold", JANUARY, "2027-02-01")
    in_grace = on("gold", "2026-03-10", grace_from=JANUARY)
    saved = seen(GRACE, orders(m2026_03=4, m2027_01=1), "2027-01-20", in_grace)
    assert (saved.tier, saved.grace_from, day(saved.review_at)) == ("gold", None, "2028-01-01")
    lost = seen(GRACE, orders(m2026_03=4), "2027-02-01T00:00:00Z", in_grace)
    assert (lost.tier, lost.reason, lost.grace_from) == ("silver", "grace_ended", None)


def test_who_is_saved_in_grace_begins_to_count_anew() -> None:
    """Five orders since the last time, the fifth in grace: these keep gold once, and another five must keep it again."""
    scheme = ladder("since_last_recalculation", {"type": "after_days", "days": 30}, grace_days=10)
    in_grace = on("gold", "2026-03-01", grace_from=at("2026-03-31T00:00:00Z"))
    saved = seen(scheme, Progress(orders=11, base=6), "2026-04-05", in_grace)
    assert (saved.tier, saved.grace_from, saved.base, day(saved.review_at)) == ("gold", None, 11, "2026-05-05")
    again = on("gold", "2026-04-05")
    for orders_then, grace in ((15, at("2026-05-05T00:00:00Z")), (16, None)):
        progress = Progress(orders=orders_then, base=saved.base)
        assert seen(scheme, progress, "2026-05-05T00:00:00Z", again).grace_from == grace


def test_falling_at_once_step_by_step_gives_each_step_its_grace() -> None:
    scheme = ladder(downgrade={"type": "at_once", "to": "one_step"}, grace_days=10)
    failed = seen(scheme, orders(m2026_03=1), "2026-03-05", on("platinum", "2026-03-01"))
    assert (failed.tier, failed.grace_from) == ("platinum", at("2026-03-05"))
    first = seen(
        scheme, orders(m2026_03=1), "2026-03-15T00:00:00Z", on("platinum", "2026-03-01", grace_from=at("2026-03-05"))
    )
    assert (first.tier, first.reason, day(first.review_at)) == ("gold", "grace_ended", "2026-03-25")


def test_a_pin_holds_whatever_comes_and_then_lets_go() -> None:
    scheme = ladder()
    pinned = on("gold", "2026-03-01", pinned=True, pinned_until=at("2026-04-01"))
    assert seen(scheme, orders(m2026_03=9), "2026-03-20", pinned)[:2] == ("gold", "")
    assert seen(scheme, orders(), "2026-03-20", pinned, asked=True)[:2] == ("gold", "")
    over = seen(scheme, orders(m2026_03=9), "2026-04-01", pinned)
    assert (over.tier, over.reason, over.pin_over) == ("platinum", "pin_ended", True)
    for_good = replace(pinned, pinned_until=None)
    assert seen(scheme, orders(), "2036-04-01", for_good)[:2] == ("gold", "")


def test_a_tier_that_the_scheme_no_longer_has() -> None:
    verdict = seen(ladder(), orders(m2026_03=3), "2026-03-20", on("ruby", "2026-03-01", pinned=True))
    assert (verdict.tier, verdict.reason, verdict.pin_over) == ("silver", "scheme_changed", True)


def test_an_operator_ends_the_period_now() -> None:
    scheme = ladder("calendar_year", YEARLY)
    enough = seen(scheme, orders(m2026_03=5), "2026-06-15", on("gold", "2026-03-10"), asked=True)
    assert (enough.tier, enough.period_from) == ("gold", at("2026-06-15"))
    too_little = seen(scheme, orders(m2026_03=4), "2026-06-15", on("gold", "2026-03-10"), asked=True)
    assert (too_little.tier, too_little.reason) == ("silver", "recalculated")


@pytest.mark.parametrize(
    ("scheme", "progress", "position", "told"),
    [
        (ladder(), orders(m2026_03=6), on("gold", "2026-03-10"), Keep(0, None)),
        (ladder(), orders(), on("bronze", "2026-03-10"), None),
        (ladder(), orders(), on("gold", "2026-03-10", pinned=True), None),
        (ladder(downgrade={"type": "never"}), orders(), on("gold", "2026-03-10"), Keep(0, None)),
        (ladder("calendar_year"), orders(m2026_03=6), on("gold", "2026-03-10"), Keep(None, parse_day("2026-12-31"))),
        (
            ladder("calendar_year", grace_days=10),
            orders(m2026_03=6),
            on("gold", "2026-03-10"),
            Keep(5, parse_day("2027-01-10")),
        ),
        (
            ladder("calendar_year", YEARLY),
            orders(m2026_03=3),
            on("gold", "2026-03-10"),
            Keep(2, parse_day("2026-12-31")),
        ),
        (ladder(ROLLING), orders(m2026_04=4, m2026_05=1), on("gold", "2026-05-10"), Keep(4, parse_day("2026-06-30"))),
        (
            ladder(ROLLING, {"type": "after_days", "days": 100}),
            orders(m2026_04=4, m2026_06=1),
            on("gold", "2026-04-10"),
            Keep(4, parse_day("2026-07-18")),
        ),
        (
            ladder("calendar_year", {"type": "period_end", "every": "month"}, grace_days=20),
            orders(m2026_05=3),
            on("gold", "2026-05-10", grace_from=at("2026-06-01T00:00:00Z")),
            Keep(2, parse_day("2026-06-20")),
        ),
    ],
)
def test_what_is_missing_to_keep_a_tier_and_until_when(
    scheme: TierScheme, progress: Progress, position: Position, told: Keep | None
) -> None:
    assert keep(Review(scheme, ZONE, position, progress, at("2026-06-15"))) == told


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"window": {"type": "rolling", "months": 25}}, "less than or equal to 24"),
        ({"window": {"type": "rolling", "months": 0}}, "greater than or equal to 1"),
        ({"window": {"type": "since_last_recalculation"}}, "not at once"),
        ({"downgrade": {"type": "at_once", "to": "one_step"}}, "needs grace_days"),
        ({"downgrade": {"type": "after_days", "days": 0}}, "greater than or equal to 1"),
        ({"grace_days": 367}, "less than or equal to 366"),
        ({"excluded": {"delivery": True}}, "only where tiers count spend"),
        ({"basis": "points_active", "unit": "points", "window": {"type": "calendar_year"}}, "no window but lifetime"),
        ({"basis": "points_active"}, "a unit is named"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TierScheme.model_validate(ladder().model_dump(mode="json") | fields)
    assert [error for error in refused.value.errors() if sentence in error["msg"]], str(refused.value)
