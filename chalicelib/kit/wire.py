"""Times and days as JSON shows them: RFC 3339 in UTC and ISO days outside, integers inside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from chalicelib.kit.amounts import MAX_AMOUNT, MAX_QUANTITY, QUANTITY_DECIMALS, plain_decimal
from chalicelib.kit.clock import Instant, instant, rfc3339
from chalicelib.kit.periods import Day, day_of, iso_day, parse_day

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)
_EARLIEST, _LATEST = instant(datetime(1, 1, 2, tzinfo=UTC)), instant(datetime(9999, 12, 30, tzinfo=UTC))

_FIRST_DAY, _LAST_DAY = day_of(date.min), day_of(date.max)  # what a number may be that is a day inside, too


def parse_rfc3339(text: str) -> tuple[Instant, int] | None:
    """The instant and the offset in minutes that a time was written with.

    None for anything but RFC 3339, and for the first and last day that a calendar has: some zone could not show them.
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        read = datetime.fromisoformat(text.upper())
        offset = read.utcoffset()
    except ValueError:
        return None
    at = instant(read)
    return (at, round(offset.total_seconds() / 60)) if offset is not None and _EARLIEST <= at < _LATEST else None


def _time(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and _EARLIEST <= value < _LATEST:
        return value
    read = parse_rfc3339(value) if isinstance(value, str) else None
    if read is None:
        raise PydanticCustomError("unreadable_date", "it must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")
    return read[0]


def _day(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and _FIRST_DAY <= value <= _LAST_DAY:
        return value
    read = parse_day(value) if isinstance(value, str) else None
    if read is None:
        raise PydanticCustomError("unreadable_date", "it must be a day of the calendar, such as 2026-01-31")
    return read


_WHOLE = (
    "it must be a whole number, without quotes and without a decimal point: amounts are in the smallest part, such as "
    "1055 for 10.55"
)


def _amount(value: object) -> object:
    if isinstance(value, str):
        raise PydanticCustomError("unreadable_number", _WHOLE)
    if isinstance(value, float):
        raise PydanticCustomError("too_many_decimals", _WHOLE)
    if isinstance(value, int) and value < 0:
        raise PydanticCustomError("negative_amount", "an amount must not be negative")
    return value


def _decimal(value: object) -> object:
    """A number from JSON: an integer, or a decimal in quotes, where no float can blur it."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if whole or isinstance(value, str) else ""
    read = Decimal(text).copy_abs() if whole else plain_decimal(text.removeprefix("-"))
    if read is None:
        raise PydanticCustomError(
            "unreadable_number", 'it must be a whole number, or a decimal in quotes, such as "1.5"'
        )
    if text.startswith("-"):
        raise PydanticCustomError("negative_amount", "a quantity must not be negative")
    return read


class WrittenAt(NamedTuple):
    """A time as it was written: the instant, and the offset in minutes of the clock it was read from."""

    at: Instant
    offset: int


def _written(value: object) -> WrittenAt:
    read = parse_rfc3339(value) if isinstance(value, str) else None
    if read is None:
        raise PydanticCustomError("unreadable_date", "it must be an RFC 3339 time, such as 2026-01-31T12:00:00Z")
    return WrittenAt(*read)


Time = Annotated[
    Instant,
    BeforeValidator(_time),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
WrittenTime = Annotated[WrittenAt, PlainValidator(_written), WithJsonSchema({"type": "string", "format": "date-time"})]
CalendarDay = Annotated[
    Day,
    BeforeValidator(_day),
    PlainSerializer(iso_day, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date"}),
]
AmountOrZero = Annotated[
    int, BeforeValidator(_amount), Field(strict=True, ge=0, le=MAX_AMOUNT)
]  # in the smallest part of its unit or currency
PositiveAmount = Annotated[int, BeforeValidator(_amount), Field(strict=True, ge=1, le=MAX_AMOUNT)]
QuantityIn = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    Field(gt=0, le=MAX_QUANTITY, decimal_places=QUANTITY_DECIMALS),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "examples": ["1.5"]}]}),
]
