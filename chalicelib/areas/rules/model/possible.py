"""What could ever hold: a condition that nothing passes is a slip of the pen, and is refused where it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from chalicelib.areas.rules.model.subjects import WEEKDAYS, Kind
from chalicelib.kit.amounts import MAX_AMOUNT, plain_decimal
from chalicelib.kit.periods import minute_of, parse_day

Comparison = tuple[str, Any]  # its name, and what with

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_SPELLED: Mapping[str, tuple[Callable[[str], object], str]] = {
    "time.weekday": (WEEKDAYS.__contains__, f"a weekday is one of: {', '.join(WEEKDAYS)}"),
    "order.currency": (_CURRENCY.fullmatch, "a currency has three capital letters, such as EUR"),
}
_FROM_TO: Mapping[str, tuple[int, int, str]] = {
    "time.month": (1, 12, "a month is a number from 1 to 12"),
    "time.day_of_month": (1, 31, "a day of a month is a number from 1 to 31"),
}
_DAYS_TO = "it is a number of days from 0 to 366"
_RANGES: Mapping[str, tuple[int, int, str]] = {
    "member.days_to_birthday": (0, 366, _DAYS_TO),
    "member.days_to_anniversary": (0, 366, _DAYS_TO),
}
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}  # of other months 31
_HOLDS: Mapping[str, Callable[[int, list[Fraction]], bool]] = {
    "is": lambda number, values: number in values,
    "one_of": lambda number, values: number in values,
    "is_not": lambda number, values: number not in values,
    "none_of": lambda number, values: number not in values,
    "at_least": lambda number, values: number >= values[0],
    "at_most": lambda number, values: number <= values[0],
    "above": lambda number, values: number > values[0],
    "below": lambda number, values: number < values[0],
}
_LAST_MINUTE = 24 * 60 - 1
_OVER_MIDNIGHT = (
    "it never is both; for a time over midnight, ask for one of two: "
    '{"any": [{"ask": "time.of_day", "at_least": "22:00"}, {"ask": "time.of_day", "below": "06:00"}]}'
)


class Bound(NamedTuple):
    value: Any
    open: bool


def must_be_meant(subject: str, kind: Kind | str, asked: Sequence[Comparison]) -> None:
    for _, value in asked:
        for one in value if isinstance(value, tuple) else (value,):
            must_be_bounded(one)
            must_be_spelled(subject, one)
    must_be_possible(subject, kind, asked)


def must_be_bounded(value: object) -> None:
    """Refuses whole numbers that nothing could ever reach."""
    if isinstance(value, int) and abs(value) > MAX_AMOUNT:
        raise PydanticCustomError("number_too_large", f"must hold no number above {MAX_AMOUNT}")


def must_be_spelled(subject: str, value: Any) -> None:
    """Refuses what a subject never is, whatever is compared with it."""
    spelled, sentence = _SPELLED.get(subject, (None, ""))
    if spelled is not None and not spelled(str(value)):
        raise impossible(sentence)
    first, last, sentence = _FROM_TO.get(subject, (0, 0, ""))
    if sentence and not first <= Fraction(value) <= last:
        raise impossible(sentence)


def must_be_possible(subject: str, kind: Kind | str, comparisons: Iterable[Comparison]) -> None:
    """Refuses comparisons of one subject that do not hold together. Of several texts nothing rules out another."""
    asked = [(name, value if isinstance(value, tuple) else (value,)) for name, value in comparisons]
    if kind == "texts":
        return
    read = [(name, [_read(kind, one) for one in values]) for name, values in asked]
    least = _strictest(read, ("at_least", "above"), larger=True)
    most = _strictest(read, ("at_most", "below"), larger=False)
    if kind == "time":
        least, most = least or Bound(0, open=False), most or Bound(_LAST_MINUTE, open=False)
    if least and most and not _room(kind, least, most):
        both = {"at_least", "above"} & {name for name, _ in asked} and {"at_most", "below"} & {
            name for name, _ in asked
        }
        raise impossible(_OVER_MIDNIGHT if kind == "time" and both else f"{subject} never is both")
    first, last, sentence = _RANGES.get(subject, (0, 0, ""))
    if sentence and not _in_range(kind, read, Bound(first, open=False), Bound(last, open=False)):
        raise impossible(sentence)
    if not _one_remains(kind, read, least, most):
        raise impossible(f"{subject} never is all of that")


def must_be_a_day(months: Iterable[Comparison], days: Iterable[Comparison]) -> None:
    """Refuses days that no month has that is asked for: the thirtieth of February never comes."""
    first, asked = min(_that_hold(range(1, 32), days), default=0), _that_hold(range(1, 13), months)
    if asked and all(first > _LONGEST.get(month, 31) for month in asked):
        raise impossible("no such month has such a day")


def _that_hold(numbers: Iterable[int], comparisons: Iterable[Comparison]) -> list[int]:
    asked = [
        (name, [Fraction(one) for one in (value if isinstance(value, tuple) else (value,))])
        for name, value in comparisons
    ]
    return [number for number in numbers if all(_HOLDS[name](number, values) for name, values in asked)]


def must_not_cross(least: object, most: object) -> None:
    if least is not None and most is not None and Fraction(str(least)) > Fraction(str(most)):
        raise impossible("at_least is above at_most")


def impossible(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("impossible_condition", sentence)


def _room(kind: str, least: Bound, most: Bound) -> bool:
    """Something between both. Days and minutes are whole."""
    if not _alike(least.value, most.value):
        return True
    if kind in ("day", "time"):
        return bool(least.value + least.open <= most.value - most.open)
    return bool(least.value < most.value) or (least.value == most.value and not least.open and not most.open)


def _in_range(kind: str, read: list[tuple[str, list[Any]]], first: Bound, last: Bound) -> bool:
    """Whether what is asked for leaves something of what there is."""
    least = _strictest(read, ("at_least", "above"), larger=True) or first
    most = _strictest(read, ("at_most", "below"), larger=False) or last
    return _room(kind, first, most) and _room(kind, least, last) and _one_remains(kind, read, first, last)


def _one_remains(kind: str, read: list[tuple[str, list[Any]]], least: Bound | None, most: Bound | None) -> bool:
    """Of what is asked for by name. Where nothing is, anything else will do; but a flag is only ever one of two."""
    left: set[Any] | None = {True, False} if kind == "flag" else None
    for name, values in read:
        if name in ("is", "one_of"):
            left = set(values) if left is None else left & set(values)
    if left is None:
        return True
    for name, values in read:
        if name in ("is_not", "none_of"):
            left = left - set(values)
    return any(_within(value, least, most) for value in left)


def _within(value: Any, least: Bound | None, most: Bound | None) -> bool:
    above = (
        least is None
        or not _alike(value, least.value)
        or value > least.value
        or (value == least.value and not least.open)
    )
    below = (
        most is None or not _alike(value, most.value) or value < most.value or (value == most.value and not most.open)
    )
    return above and below


def _strictest(read: list[tuple[str, list[Any]]], names: tuple[str, str], *, larger: bool) -> Bound | None:
    found = [Bound(value, name == names[1]) for name, values in read if name in names for value in values]
    if not found or not all(_alike(one.value, found[0].value) for one in found):
        return None
    end = (max if larger else min)(one.value for one in found)
    return Bound(end, any(one.open for one in found if one.value == end))


def _alike(one: Any, other: Any) -> bool:
    return isinstance(one, str) is isinstance(other, str)


def _read(kind: str, value: Any) -> Any:
    """So that it can be compared with its like."""
    if kind == "day":
        return parse_day(value)
    if kind == "time":
        return minute_of(value)
    if isinstance(value, bool) or kind in ("text", "flag"):
        return value
    if isinstance(value, str) and plain_decimal(value) is None:
        return value
    return Fraction(value)
