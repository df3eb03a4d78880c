"""Days, months and years of the calendar, and where a day begins in a zone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kit.clock import moment
from chalicelib.kit.periods import (
    date_of,
    day_of,
    day_starts,
    iso_day,
    local_day,
    month_end,
    parse_day,
    year_end,
    zone_exists,
)
from tests.twins import at

dates = st.dates(date(1600, 1, 1), date(2600, 12, 31))


def end_of_month(text: str, months: int) -> str:
    day = parse_day(text)
    assert day is not None
    return iso_day(month_end(day, months))


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2024-02-29", 0, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-02-28", 12, "2024-02-29"),
        ("1999-02-01", 12, "2000-02-29"),
        ("2099-02-01", 12, "2100-02-28"),
        ("2026-12-31", 0, "2026-12-31"),
        ("2026-12-01", 1, "2027-01-31"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-01-31", 11, "2026-12-31"),
        ("2026-01-31", 1_200, "2126-01-31"),
        ("2026-03-01", -1, "2026-02-28"),
    ],
)
def test_months_end_where_the_calendar_says(day: str, months: int, last: str) -> None:
    assert end_of_month(day, months) == last


@given(dates, st.integers(0, 1_200))
def test_a_months_end_is_followed_by_a_first_so_many_months_on(day: date, months: int) -> None:
    end = date_of(month_end(day_of(day), months))
    following = date_of(month_end(day_of(day), months) + 1)
    assert following.day == 1
    assert (end.year - day.year) * 12 + end.month - day.month == months


@given(dates, st.integers(0, 100))
def test_a_years_end_is_new_years_eve(day: date, years: int) -> None:
    assert date_of(year_end(day_of(day), years)).isoformat() == f"{day.year + years}-12-31"


@given(dates)
def test_a_day_is_a_number_that_reads_back(day: date) -> None:
    assert date_of(day_of(day)) == day
    assert parse_day(iso_day(day_of(day))) == day_of(day)
    assert day_of(day) == (day - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-1-1",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "20260131",
        "2026-01-31 ",
        " 2026-01-31",
        "2026-W05-6",
        "0000-01-01",
        "٢٠٢٦-٠١-٣١",
        "2026-01-31T00:00",
        "2026-01-31\n",
        "-026-01-01",
    ],
)
def test_what_is_no_day_of_the_calendar_is_none(text: str) -> None:
    assert parse_day(text) is None


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("UTC", "2026-03-29", "2026-03-29T00:00:00Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"),
        ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),  # the clocks went from 23:59 to 01:00
        ("America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"),  # midnight came twice: the first counts
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),  # a day that never was starts with the next
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ("Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z"),
    ],
)
def test_where_a_day_begins(zone: str, day: str, start: str) -> None:
    number = parse_day(day)
    assert number is not None
    assert moment(day_starts(number, zone)) == moment(at(start))


@given(
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Pacific/Kiritimati", "Asia/Gaza"]),
    st.dates(date(1995, 1, 2), date(2037, 12, 31)),
)
def test_a_day_begins_where_the_one_before_ends(zone: str, day: date) -> None:
    start = day_starts(day_of(day), zone)
    assert local_day(start, zone) == day_of(day)
    assert local_day(start - 1, zone) == day_of(day) - 1


def test_zones_are_those_of_the_database() -> None:
    assert zone_exists("Europe/Berlin")
    assert not zone_exists("Europe/Atlantis")
