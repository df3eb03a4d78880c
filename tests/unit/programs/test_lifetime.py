"""How long what is earned lasts: to the end of its last usable local day, whatever the zone's clocks do that night."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.programs.model import Lifetime, Program, Unit, lifetime
from chalicelib.kit.clock import Instant, moment, rfc3339
from chalicelib.kit.periods import date_of, local_day, parse_day
from tests.twins import at

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",  # until 2019 midnight itself was skipped in spring
    "America/Havana",  # midnight comes twice in autumn
    "Pacific/Apia",  # had no 30 December 2011
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "America/St_Johns",
    "Africa/Casablanca",
)


def shop(zone: str, *policies: dict[str, Any]) -> Program:
    unit = Unit.model_validate({"code": "points", "name": "Points", "policies": policies})
    return Program(name="Shop", zone=zone, program_id=1, units=(unit,))


def lasts(zone: str, expiry: dict[str, Any], earned_at: Instant) -> Lifetime:
    program = shop(zone, {"expiry": expiry})
    return lifetime(program, program.unit("points"), earned_at)


def shown(life: Lifetime) -> tuple[str, str]:
    assert life.expires_on is not None
    assert life.expires_at is not None
    return date_of(life.expires_on).isoformat(), rfc3339(life.expires_at)


def days(number: int) -> dict[str, Any]:
    return {"type": "days", "days": number}


@pytest.mark.parametrize(
    ("zone", "earned_at", "number", "last_day", "gone"),
    [
        ("UTC", "2026-01-01T00:00:00Z", 0, "2026-01-01", "2026-01-02T00:00:00Z"),
        ("Europe/Berlin", "2026-03-28T12:00:00Z", 1, "2026-03-29", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", "2026-03-28T12:00:00Z", 0, "2026-03-28", "2026-03-28T23:00:00Z"),
        ("America/Sao_Paulo", "2018-11-03T12:00:00Z", 0, "2018-11-03", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-02-17T12:00:00Z", 0, "2018-02-17", "2018-02-18T03:00:00Z"),
        ("America/Havana", "2025-11-01T12:00:00Z", 0, "2025-11-01", "2025-11-02T04:00:00Z"),
        ("Pacific/Apia", "2011-12-28T12:00:00Z", 1, "2011-12-29", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-28T12:00:00Z", 2, "2011-12-29", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-28T12:00:00Z", 3, "2011-12-31", "2011-12-31T10:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T00:00:00Z", 1, "2026-04-05", "2026-04-05T13:30:00Z"),
        ("Asia/Kathmandu", "2026-01-01T18:14:59Z", 0, "2026-01-01", "2026-01-01T18:15:00Z"),
        ("Asia/Kathmandu", "2026-01-01T18:15:00Z", 0, "2026-01-02", "2026-01-02T18:15:00Z"),
    ],
)
def test_points_last_to_the_end_of_the_shops_day(
    zone: str, earned_at: str, number: int, last_day: str, gone: str
) -> None:
    assert shown(lasts(zone, days(number), at(earned_at))) == (last_day, gone)


@pytest.mark.parametrize(
    ("expiry", "bought", "last_day"),
    [
        ({"type": "end_of_month", "months": 0}, "2026-01-31", "2026-01-31"),
        ({"type": "end_of_month", "months": 1}, "2026-01-31", "2026-02-28"),
        ({"type": "end_of_month", "months": 1}, "2028-01-31", "2028-02-29"),
        ({"type": "end_of_month", "months": 12}, "1997-01-01", "1998-01-31"),
        ({"type": "end_of_month", "months": 25}, "2026-11-30", "2028-12-31"),
        ({"type": "end_of_year", "years": 0}, "2026-12-31", "2026-12-31"),
        ({"type": "end_of_year", "years": 2}, "2026-01-01", "2028-12-31"),
    ],
)
def test_months_and_years_end_on_their_last_day(expiry: dict[str, Any], bought: str, last_day: str) -> None:
    assert shown(lasts("UTC", expiry, at(bought)))[0] == last_day


def test_points_of_a_unit_without_expiry_last_for_ever() -> None:
    assert lasts("UTC", {"type": "never"}, at("2026-01-01")) == Lifetime()


def test_the_shops_evening_is_its_own_day_not_that_of_utc() -> None:
    new_years_eve = at("2026-01-01T03:00:00Z")
    assert shown(lasts("America/New_York", {"type": "end_of_year", "years": 0}, new_years_eve))[0] == "2025-12-31"


expiries = st.one_of(
    st.builds(days, st.integers(0, 800)),
    st.builds(lambda months: {"type": "end_of_month", "months": months}, st.integers(0, 30)),
    st.builds(lambda years: {"type": "end_of_year", "years": years}, st.integers(0, 5)),
)


def nominal(expiry: dict[str, Any], bought: date) -> date:
    """The last usable day by the calendar on the wall: it may be one that a zone skipped."""
    match expiry["type"]:
        case "days":
            return bought + timedelta(days=expiry["days"])
        case "end_of_year":
            return bought.replace(year=bought.year + expiry["years"], month=12, day=31)
        case _:
            month = bought.replace(day=1)
            for _ in range(expiry["months"]):
                month = (month + timedelta(days=31)).replace(day=1)
            return month.replace(day=monthrange(month.year, month.month)[1])


def first_moment_after(day: date, zone: ZoneInfo) -> Instant:
    """Found by walking minute by minute until the clock on the wall shows another day."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")).timestamp() * 1000)
    minutes = range(start + 9 * 3_600_000, start + 51 * 3_600_000, 60_000)
    return next(now for now in minutes if moment(now).astimezone(zone).date() > day)


@given(st.sampled_from(ZONES), expiries, st.integers(at("2000-01-01"), at("2035-12-31")))
def test_points_end_with_the_first_instant_after_their_last_usable_day(
    zone: str, expiry: dict[str, Any], earned_at: Instant
) -> None:
    life = lasts(zone, expiry, earned_at)
    assert life.expires_on is not None
    assert life.expires_at is not None
    last_day = nominal(expiry, moment(earned_at).astimezone(ZoneInfo(zone)).date())
    assert life.expires_at == first_moment_after(last_day, ZoneInfo(zone))
    assert local_day(life.expires_at - 1, zone) == life.expires_on < local_day(life.expires_at, zone)
    assert earned_at < life.expires_at


# --- policies in force from a day on ---------------------------------------------------------------------------------


def test_the_policy_of_the_local_day_of_purchase_counts() -> None:
    program = shop(
        "America/New_York",
        {"expiry": days(10)},
        {"effective_from": "2026-03-01", "expiry": days(20)},
        {"effective_from": "2026-06-01", "expiry": {"type": "never"}},
    )
    unit = program.unit("points")

    def last_day(when: str) -> int | None:
        return lifetime(program, unit, at(when)).expires_on

    assert last_day("2026-03-01T04:59:59Z") == parse_day("2026-03-10")  # still February in the shop
    assert last_day("2026-03-01T05:00:00Z") == parse_day("2026-03-21")
    assert last_day("2026-06-01T04:00:00Z") is None
    assert last_day("1999-01-01T12:00:00Z") == parse_day("1999-01-11")
