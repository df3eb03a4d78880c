"""Days, months and years of the calendar, and where a day begins in a zone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kit.clock import moment
from chalicelib.kit.periods import (
    CountPeriod,
    date_of,
    day_of,
    day_starts,
    iso_day,
    local_day,
    local_minute,
    minute_of,
    month_end,
    parse_day,
    period_of,
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


@pytest.mark.parametrize(
    ("day", "every", "period"),
    [
        ("2026-11-22", "day", "2026-11-22"),
        ("2026-11-22", "week", "2026-W47"),
        ("2026-11-23", "week", "2026-W48"),
        ("2027-01-03", "week", "2026-W53"),
        ("2024-12-30", "week", "2025-W01"),
        ("2026-11-22", "month", "2026-11"),
        ("2026-03-31", "3_months", "2026-Q1"),
        ("2026-04-01", "3_months", "2026-Q2"),
        ("2026-11-22", "3_months", "2026-Q4"),
        ("2026-06-30", "6_months", "2026-H1"),
        ("2026-07-01", "6_months", "2026-H2"),
        ("2026-12-31", "year", "2026"),
        ("2026-11-22", "ever", ""),
    ],
)
def test_the_period_that_a_day_is_in(day: str, every: CountPeriod, period: str) -> None:
    read = parse_day(day)
    assert read is not None
    assert period_of(every, read) == period


@given(dates, dates)
def test_two_days_share_a_period_just_when_they_share_what_it_is_named_for(one: date, other: date) -> None:
    def shared(every: CountPeriod) -> bool:
        return period_of(every, day_of(one)) == period_of(every, day_of(other))

    assert shared("day") is (one == other)
    assert shared("week") is (one.isocalendar()[:2] == other.isocalendar()[:2])
    assert shared("month") is ((one.year, one.month) == (other.year, other.month))
    assert shared("year") is (one.year == other.year)


@pytest.mark.parametrize(
    ("text", "minute"),
    [("00:00", 0), ("16:30", 990), ("23:59", 1439), ("24:00", 1440)]
    + [
        (text, None)
        for text in ("24:01", "25:00", "16:60", "6:30", "16.30", "16:30:00", "", "\u0661\u0666:30", "16:30\n")
    ],
)
def test_a_time_of_day(text: str, minute: int | None) -> None:
    assert minute_of(text) == minute


@pytest.mark.parametrize(
    ("instant", "zone", "minute"),
    [
        ("2026-03-15T16:30:59Z", "UTC", 990),
        ("2026-03-15T16:30:59Z", "Europe/Berlin", 1050),
        ("2026-07-15T16:30:59Z", "Europe/Berlin", 1110),
        ("2026-03-15T23:30:00Z", "Europe/Berlin", 30),
        ("2026-03-29T01:00:00Z", "Europe/Berlin", 180),  # an hour was skipped
        ("2026-03-15T16:30:00Z", "Asia/Kathmandu", 1335),
    ],
)
def test_the_minute_on_the_zones_clocks(instant: str, zone: str, minute: int) -> None:
    assert local_minute(at(instant), zone) == minute
