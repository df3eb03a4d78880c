"""The days that come to a member once a year, and that none comes twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.members.occasions import Occasions, begun, born_anew, passed
from chalicelib.kit.periods import date_of, day_of

DATES = st.dates(date(1930, 1, 1), date(2040, 12, 31))


def day(text: str) -> int:
    return day_of(date.fromisoformat(text))


def of(enrolled_on: str, born: str | None, today: str | None = None) -> Occasions:
    birth_date = None if born is None else date.fromisoformat(born)
    return begun(day(enrolled_on), birth_date, day(today or enrolled_on))


def following(occasions: Occasions, born: str | None, times: int, *given: str) -> list[str]:
    """The next days, one after the other."""
    days: list[str] = []
    for _ in range(times):
        days.append(f"{date_of(occasions.next_on)} {' '.join(occasions.next)}")
        occasions = passed(occasions, None if born is None else date.fromisoformat(born), given)
    return days


def test_both_come_every_year_in_turn() -> None:
    assert following(of("2026-06-15", "1990-03-14"), "1990-03-14", 4) == [
        "2027-03-14 birthday",
        "2027-06-15 anniversary",
        "2028-03-14 birthday",
        "2028-06-15 anniversary",
    ]


def test_whoever_was_born_on_the_29th_of_february_has_their_day_on_the_28th_in_other_years() -> None:
    assert following(of("2024-02-29", "2000-02-29"), "2000-02-29", 5, "birthday")[1:] == [
        "2025-02-28 birthday anniversary",
        "2026-02-28 birthday anniversary",
        "2027-02-28 birthday anniversary",
        "2028-02-29 birthday anniversary",
    ]


@pytest.mark.parametrize(
    ("born", "today", "coming"),
    [
        ("1990-06-15", "2026-06-15", "2026-06-15"),  # enrolled on their birthday
        ("1990-06-14", "2026-06-15", "2027-06-14"),
        ("2026-06-15", "2026-06-15", "2027-06-15"),  # who was born today, as a form that was left as it was says
        ("2027-01-02", "2026-06-15", "2028-01-02"),  # who is not born yet
    ],
)
def test_the_next_birthday(born: str, today: str, coming: str) -> None:
    assert of("2026-06-15", born, today).birthday == date.fromisoformat(coming)


def test_whoever_was_enrolled_long_ago_begins_with_what_is_still_to_come() -> None:
    assert of("2020-06-15", "1990-03-14", "2026-05-01").model_dump(mode="json", exclude_none=True) == {
        "enrolled_on": "2020-06-15",
        "anniversary": "2026-06-15",
        "birthday": "2027-03-14",
    }


def test_whoever_says_to_be_born_at_the_end_of_all_years_has_no_birthday() -> None:
    assert of("2026-06-15", "9999-12-31").birthday is of("2026-06-15", "9999-01-01").birthday is None


def test_no_birth_date_no_birthday() -> None:
    assert of("2026-06-15", None).next == ("anniversary",)
    assert born_anew(of("2026-06-15", "1990-03-14"), None, day("2026-07-01")).birthday is None


@given(DATES, DATES, DATES, st.integers(0, 700), st.booleans())
def test_nothing_is_given_for_two_birthdays_of_a_year(
    born: date, other: date, today: date, later: int, forgotten: bool
) -> None:
    occasions = begun(day_of(today), born, day_of(today))
    while occasions.birthday is not None and "birthday" not in occasions.next:
        occasions = passed(occasions, born, ())
    had = date_of(occasions.next_on)
    occasions = passed(occasions, born, ("birthday",))
    now = day_of(had + timedelta(days=later))
    if forgotten:
        occasions = born_anew(occasions, None, now)
    occasions = born_anew(occasions, other, now)
    assert occasions.birthday is not None
    assert occasions.birthday.year > had.year
    assert day_of(occasions.birthday) >= now


@given(DATES, DATES)
def test_days_only_move_on(born: date, enrolled: date) -> None:
    occasions = begun(day_of(enrolled), born, day_of(enrolled))
    for _ in range(4):
        after = passed(occasions, born, occasions.next)
        assert after.next_on > occasions.next_on
        occasions = after
