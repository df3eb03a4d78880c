"""What an account remembers because somebody asks: by day, for so many days, under so many names, and never less than nothing."""

from __future__ import annotations

from chalicelib.areas.accounts.model.limits import MAX_PAST_DAYS, MAX_PAST_NAMES
from chalicelib.areas.accounts.model.past import FOR_EVER, Past, Sum, forgotten, with_counts

DAY = 20_000


def counted(past: Past, day: int, name: str = "orders", days: int = 30, times: int = 1, value: int = 0) -> Past:
    return with_counts(past, day, "EUR", ((name, days, times, value),), ())


def test_days_that_are_over_make_room_when_the_same_is_counted_again() -> None:
    past = counted(counted({}, DAY), DAY, "other")
    assert counted(past, DAY + 29)["orders"].keys() == {DAY, DAY + 29}
    later = counted(past, DAY + 30)
    assert (set(later["orders"]), set(later["other"])) == ({DAY + 30}, {DAY})


def test_what_comes_too_late_to_be_asked_for_is_not_kept() -> None:
    past = counted({}, DAY)
    assert counted(past, DAY - 30) == past
    assert counted(past, DAY - 29)["orders"].keys() == {DAY, DAY - 29}


def test_what_is_kept_for_ever_has_one_sum() -> None:
    past = counted(counted({}, DAY, days=0, value=5), DAY + 4_000, days=0, value=7)
    assert past == {"orders": {FOR_EVER: Sum(2, {"EUR": 12})}}


def test_what_comes_back_counts_no_more_and_nothing_counts_less_than_nothing() -> None:
    past = counted({}, DAY, value=500)
    part = counted(past, DAY, times=0, value=-200)
    assert part == {"orders": {DAY: Sum(1, {"EUR": 300})}}
    assert counted(part, DAY, times=-1, value=-300) == {}
    assert counted(part, DAY, times=-2, value=-900) == {}
    assert counted(past, DAY - 1, times=-1, value=-500) == past


def test_names_are_forgotten_that_nobody_could_ask_for_any_more() -> None:
    past = counted(counted(counted({}, DAY, "old"), DAY + 1, "young"), DAY, "ever", days=0)
    assert forgotten(past, (), ("new",), DAY + MAX_PAST_DAYS) == ("old",)
    assert with_counts(past, DAY, "", (), ("old",)).keys() == {"young", "ever"}


def test_where_there_is_no_room_names_are_forgotten_that_nobody_asks_for() -> None:
    past: Past = {}
    for number in range(MAX_PAST_NAMES):
        past = counted(past, DAY, f"n{number}")
    assert forgotten(past, ("n1",), ("n0",), DAY) == ()
    assert set(forgotten(past, ("n1",), ("new",), DAY)) == past.keys() - {"n1"}


def test_what_comes_back_makes_no_room() -> None:
    """It was counted when somebody asked for fewer days."""
    past = counted(counted({}, DAY, days=90), DAY + 60, days=90, times=2)
    assert counted(past, DAY + 60, days=30, times=-1) == {"orders": {DAY: Sum(1), DAY + 60: Sum(1)}}
