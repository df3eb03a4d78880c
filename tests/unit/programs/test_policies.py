"""The policies of a unit: what may be declared, what is refused, and which calendar date is the last usable day."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.areas.programs.model import Program, Unit, UnitPolicy, lifetime
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.periods import date_of
from tests.twins import at


def last_day(expiry: dict[str, Any], earned: str, available: str | None = None, **policy: Any) -> str | None:
    unit = Unit.model_validate({"code": "points", "name": "Points", "policies": [{"expiry": expiry} | policy]})
    program = Program(name="Shop", zone="UTC", program_id=1, units=(unit,))
    lasts = lifetime(program, unit, at(earned), None if available is None else at(available))
    return None if lasts.expires_on is None else date_of(lasts.expires_on).isoformat()


def dates(*days: str, wait: int = 0) -> dict[str, Any]:
    return {"type": "calendar_dates", "dates": days, "days": wait}


@pytest.mark.parametrize(
    ("expiry", "earned", "ends"),
    [
        (dates("12-31"), "2026-03-01", "2026-12-31"),
        (dates("12-31"), "2026-12-31", "2026-12-31"),
        (dates("06-30", "12-31"), "2026-07-01", "2026-12-31"),
        (dates("12-31", "06-30"), "2026-06-30", "2026-06-30"),
        (dates("03-31"), "2026-04-01", "2027-03-31"),
        (dates("03-31", wait=30), "2026-03-02", "2027-03-31"),
        (dates("03-31", wait=30), "2026-03-01", "2026-03-31"),
        (dates("12-31", wait=400), "2026-01-01", "2027-12-31"),
        (dates("02-29"), "2026-01-01", "2026-02-28"),
        (dates("02-29"), "2028-01-01", "2028-02-29"),
        (dates("02-29"), "2028-03-01", "2029-02-28"),
        (dates("02-29"), "2027-03-01", "2028-02-29"),
    ],
)
def test_points_last_to_the_next_of_the_dates(expiry: dict[str, Any], earned: str, ends: str) -> None:
    assert last_day(expiry, earned) == ends


@pytest.mark.parametrize("day", ["02-30", "04-31", "13-01", "00-10", "1-1", "12/31", ""])
def test_a_date_that_no_year_has_is_refused(day: str) -> None:
    with pytest.raises(ValidationError):
        UnitPolicy.model_validate({"expiry": dates(day)})


def test_a_life_counts_from_the_day_it_begins_to_be_of_use_where_the_policy_says_so() -> None:
    ten = {"type": "days", "days": 10}
    assert last_day(ten, "2026-01-01", "2026-01-15") == "2026-01-11"
    assert last_day(ten, "2026-01-01", "2026-01-15", expiry_counts="available") == "2026-01-25"
    assert last_day(ten, "2026-01-01", None, expiry_counts="available") == "2026-01-11"
    month = {"type": "end_of_month", "months": 1}
    assert last_day(month, "2026-01-20", "2026-02-01", expiry_counts="available") == "2026-03-31"


def test_what_slides_lasts_its_days_from_today() -> None:
    assert last_day({"type": "sliding", "days": 30}, "2026-01-01") == "2026-01-31"


@pytest.mark.parametrize(
    "policy",
    [
        {"negative": "limit"},
        {"negative": "never", "negative_limit": 5},
        {"negative": "returns", "negative_limit": 5},
        {"negative": "limit", "negative_limit": 0},
        {"negative": "limit", "negative_limit": MAX_AMOUNT + 1},
        {"return_policy": "negative"},
        {"cancel_used": "whole"},
        {"caps": {"per_transaction": -1}},
        {"caps": {"per_period": {"every": "quarter", "amount": 1}}},
        {"caps": {"balance": 1.5}},
        {"available_after": -1},
        {"expiry": {"type": "sliding", "days": 0}},
        {"expiry": {"type": "sliding", "days": 5, "activities": []}},
        {"expiry": {"type": "sliding", "days": 5, "activities": ["breathe"]}},
        {"expiry": {"type": "calendar_dates", "dates": []}},
        {"consumption": "newest"},
        {"refund_expiry": "never"},
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        UnitPolicy.model_validate(policy)


@pytest.mark.parametrize(
    "policy",
    [
        {"negative": "limit", "negative_limit": 5, "return_policy": "negative", "cancel_used": "whole"},
        {"negative": "returns", "return_policy": "negative"},
        {"negative": "returns", "return_policy": "pending_only", "cancel_used": "refuse"},
        {"caps": {"per_transaction": 0, "per_period": {"every": "week", "amount": 0}, "balance": 0}},
    ],
)
def test_a_policy_that_makes_sense_is_taken(policy: dict[str, Any]) -> None:
    assert UnitPolicy.model_validate(policy).model_dump(exclude_defaults=True)
