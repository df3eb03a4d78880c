"""What the simulator holds policy against: a few values that anybody can check on a calendar and on paper."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.areas.programs.model import UnitPolicy
from tests.simulation.reckoned import FIRST, Counts, day_at, last_day, place_of, rounded, start_of, value_on

LADDER = {
    "basis": "spend",
    "window": {"type": "rolling", "months": 1},
    "tiers": [{"threshold": "0"}, {"threshold": "40.00"}, {"threshold": "90.00"}],
}


def day(text: str) -> int:
    return (date.fromisoformat(text) - FIRST).days


@pytest.mark.parametrize(
    ("expiry", "earned", "last"),
    [
        ({"type": "days", "days": 0}, "2026-01-31", "2026-01-31"),
        ({"type": "days", "days": 30}, "2026-01-31", "2026-03-02"),
        ({"type": "end_of_month", "months": 0}, "2026-01-31", "2026-01-31"),
        ({"type": "end_of_month", "months": 1}, "2026-01-31", "2026-02-28"),
        ({"type": "end_of_month", "months": 12}, "2027-02-01", "2028-02-29"),
        ({"type": "end_of_year", "years": 0}, "2026-12-31", "2026-12-31"),
        ({"type": "end_of_year", "years": 1}, "2026-01-01", "2027-12-31"),
        ({"type": "calendar_dates", "dates": ["02-29", "06-30"]}, "2026-01-10", "2026-02-28"),
        ({"type": "calendar_dates", "dates": ["02-29", "06-30"]}, "2028-01-10", "2028-02-29"),
        ({"type": "calendar_dates", "dates": ["06-30"], "days": 30}, "2026-06-01", "2027-06-30"),
        ({"type": "calendar_dates", "dates": ["06-30"], "days": 30}, "2026-05-31", "2026-06-30"),
        ({"type": "sliding", "days": 5}, "2026-01-10", "2026-01-15"),
    ],
)
def test_a_last_day_is_that_of_the_calendar(expiry: dict[str, object], earned: str, last: str) -> None:
    parsed = UnitPolicy.model_validate({"expiry": expiry}).expiry
    assert last_day(parsed, day(earned)) == day(last)


def test_a_day_begins_where_the_program_is() -> None:
    assert start_of(0, "UTC") == 0
    assert start_of(day("2026-07-01"), "Europe/Berlin") == (day("2026-06-30") * 24 + 22) * 3_600_000
    assert day_at(start_of(day("2026-03-29"), "Europe/Berlin") - 1, "Europe/Berlin") == day("2026-03-28")


def test_halves_go_up_unless_they_go_down() -> None:
    assert [rounded(top, 2, "half_up") for top in (1, 2, 3)] == [1, 1, 2]
    assert [rounded(top, 2, "down") for top in (1, 2, 3)] == [0, 1, 1]
    assert [rounded(10, 3, "half_up"), rounded(11, 3, "half_up")] == [3, 4]


def test_a_window_looks_back_over_whole_months_and_a_threshold_is_reached_by_its_value() -> None:
    counts = Counts(990_000, {"2025-12": 90_000, "2026-01": 500_000, "2026-02": 400_000})
    assert value_on(LADDER, counts, day("2026-02-01")) == 900_000
    assert value_on(LADDER, counts, day("2026-01-31")) == 590_000
    assert [place_of(LADDER, value) for value in (0, 399_999, 400_000, 899_999, 900_000)] == [0, 0, 1, 1, 2]
