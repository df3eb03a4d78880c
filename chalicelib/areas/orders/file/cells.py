"""From the cells of a row to values: the header of a document and one order line.

Of several bad cells the first is told, in the order of the format's columns, whatever their order in the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from chalicelib.areas.orders.file.faults import BadLineError, Code, shown
from chalicelib.areas.orders.file.rows import Cells, Kind, kind_of
from chalicelib.areas.orders.model import CURRENCY, EARLIEST, MAX_OFFSET_MINUTES, Line
from chalicelib.kit.amounts import (
    MAX_AMOUNT,
    MAX_QUANTITY,
    QUANTITY_DECIMALS,
    currency_decimals,
    plain_decimal,
    smallest_parts,
)
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.labels import MAX_LABELS, Label
from chalicelib.kit.wire import parse_rfc3339

MAX_CELL_BYTES = 8 * 1024

_LIMITS = {"document_number": 128, "revised_document": 128, "loyalty_card": 254, "email": 254, "phone": 254, "sku": 128}
_LIMITS |= {"location": 500, "name": 500, "brand": 500}
_MAX_LEVELS, _MAX_LEVEL, _MAX_KEY, _MAX_VALUE = 10, 500, 64, 256
_PROSE = {"location", "name", "category", "brand", "labels"}  # where a line break is no mistake
_PERSONAL = {"loyalty_card", "email", "phone"}  # never shown in a message

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_PROSE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONG_NUMBER = re.compile(r"([0-9]+)(?:\.[0-9]+)?")  # plain, but for its many digits

IdentityType = Literal["card", "email", "phone"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a document calls its customer by."""

    type: IdentityType
    value: str


@dataclass(frozen=True, slots=True)
class SaleHead:
    """What the first line of a sale says of all of it."""

    number: str
    purchased_at: Instant
    utc_offset: int
    identity: Identity | None
    place: str
    currency: str


@dataclass(frozen=True, slots=True)
class ReturnHead:
    number: str
    sale_number: str
    purchased_at: Instant
    utc_offset: int
    identity: Identity | None
    place: str
    currency: str


def read_head(cells: Cells, now: Instant) -> SaleHead | ReturnHead:
    number = _filled(cells, "document_number")
    kind = _kind(cells)
    sale_number = _filled(cells, "revised_document") if kind == "return" else _text(cells, "revised_document")
    _filled(cells, "purchased_at")
    purchased_at, utc_offset = _past(cells, now)
    identity = _identity(cells)
    place = _text(cells, "location")
    _filled(cells, "currency")
    currency = _currency(cells)
    if kind == "sell":
        return SaleHead(number, purchased_at, utc_offset, identity, place, currency)
    return ReturnHead(number, sale_number, purchased_at, utc_offset, identity, place, currency)


def check_repeated_head(cells: Cells, now: Instant) -> None:
    """What a later line says of the document changes nothing and may be left out, but must be good in itself."""
    _kind(cells)
    _text(cells, "revised_document")
    if cells.purchased_at:
        _past(cells, now)
    _identity(cells)
    _text(cells, "location")
    if cells.currency:
        _currency(cells)


def _past(cells: Cells, now: Instant) -> tuple[Instant, int]:
    purchased_at, utc_offset = _time(cells)
    if purchased_at > now + FUTURE_TOLERANCE_MS:
        raise _bad("future_purchase", cells, "purchased_at", "is in the future")
    return purchased_at, utc_offset


def read_line(cells: Cells, line_no: int, currency: str) -> Line:
    return Line(
        line_no=line_no,
        sku=_filled(cells, "sku"),
        name=_text(cells, "name"),
        category=_category(cells),
        brand=_text(cells, "brand"),
        quantity=_quantity(cells),
        gross_value=_gross_value(cells, currency),
        labels=_labels(cells),
        delivery=_flag(cells, "delivery"),
        excluded_from_tiers=_flag(cells, "excluded_from_tiers"),
    )


# --- one cell --------------------------------------------------------------------------------------------------------


def _bad(code: Code, cells: Cells, column: str, what: str) -> BadLineError:
    value = "" if column in _PERSONAL else " " + shown(getattr(cells, column))
    return BadLineError(code, f"{column}{value} {what}.")


def _text(cells: Cells, column: str) -> str:
    value: str = getattr(cells, column)
    limit = _LIMITS.get(column)
    if len(value) > MAX_CELL_BYTES // 4 and len(value.encode()) > MAX_CELL_BYTES:
        raise _bad("cell_too_large", cells, column, f"is a cell of more than {MAX_CELL_BYTES // 1024} KB")
    if limit is not None and len(value) > limit:
        raise _bad("value_too_long", cells, column, f"has {len(value)} characters; {limit} are the limit")
    if (_CONTROL_IN_PROSE if column in _PROSE else _CONTROL).search(value):
        raise _bad("bad_character", cells, column, "holds a control character")
    return value


def _filled(cells: Cells, column: str) -> str:
    value = _text(cells, column)
    if not value:
        raise BadLineError("missing_value", f"{column} is empty and must be filled.")
    return value


def _kind(cells: Cells) -> Kind:
    kind = kind_of(_filled(cells, "document_type"))
    if kind is None:
        raise _bad("bad_document_type", cells, "document_type", "is neither sell nor return")
    return kind


def _identity(cells: Cells) -> Identity | None:
    card, email, phone = _text(cells, "loyalty_card"), _text(cells, "email"), _text(cells, "phone")
    if card:
        return Identity("card", card)
    if email:
        return Identity("email", email)
    return Identity("phone", phone) if phone else None


def _time(cells: Cells) -> tuple[Instant, int]:
    """The instant, cut to the millisecond, and the offset in minutes that it was written with."""
    read = parse_rfc3339(_text(cells, "purchased_at"))
    if read is None:
        what = "is no time of the calendar in RFC 3339 with an offset, like 2026-01-31T18:30:00Z"
        raise _bad("unreadable_date", cells, "purchased_at", what)
    at, offset = read
    if at < EARLIEST:
        raise _bad("date_too_early", cells, "purchased_at", "is before 1970")
    if abs(offset) > MAX_OFFSET_MINUTES:
        raise _bad("unreadable_date", cells, "purchased_at", "has an offset that no place on earth has")
    return at, offset


def _currency(cells: Cells) -> str:
    value = _text(cells, "currency")
    if not CURRENCY.fullmatch(value):
        raise _bad("invalid_currency", cells, "currency", "is not a currency of three capital letters")
    return value


def _number(cells: Cells, column: str) -> Decimal:
    text = _filled(cells, column)
    number = plain_decimal(text)
    if number is not None:
        return number
    long = _LONG_NUMBER.fullmatch(text.removeprefix("-"))
    if long is None:
        what = "is not a plain number: digits, and at most one point between them"
        raise _bad("unreadable_number", cells, column, what)
    if text.startswith("-"):
        raise _bad("negative_amount", cells, column, "is negative")
    if plain_decimal(long[1]) is None:
        raise _bad("number_too_large", cells, column, "has more digits than any number here may have")
    raise _bad("too_many_decimals", cells, column, "has more decimals than any number here may have")


def _quantity(cells: Cells) -> Decimal:
    number = _number(cells, "quantity")
    thousandths = smallest_parts(number, QUANTITY_DECIMALS)
    if thousandths is None:
        raise _bad("too_many_decimals", cells, "quantity", f"has more than {QUANTITY_DECIMALS} decimals")
    if number == 0:
        raise _bad("zero_quantity", cells, "quantity", "must be more than zero")
    if number > MAX_QUANTITY:
        raise _bad("number_too_large", cells, "quantity", f"is more than {MAX_QUANTITY}")
    whole, thousandth = divmod(thousandths, 1000)
    return Decimal(f"{whole}.{thousandth:03}".rstrip("0")) if thousandth else Decimal(whole)


def _gross_value(cells: Cells, currency: str) -> int:
    number = _number(cells, "gross_value")
    parts = smallest_parts(number, currency_decimals(currency))
    if parts is None:
        limit = currency_decimals(currency)
        raise _bad("too_many_decimals", cells, "gross_value", f"has more than the {limit} decimals of {currency}")
    if parts > MAX_AMOUNT:
        raise _bad(
            "number_too_large", cells, "gross_value", f"is more than {MAX_AMOUNT} of the smallest part of {currency}"
        )
    return parts


def _category(cells: Cells) -> tuple[str, ...]:
    text = _text(cells, "category")
    levels = tuple(level.strip() for level in text.split(">")) if text else ()
    if not all(levels):
        raise _bad("bad_category", cells, "category", "has an empty level; levels are written a > b > c")
    if len(levels) > _MAX_LEVELS or any(len(level) > _MAX_LEVEL for level in levels):
        raise _bad(
            "bad_category", cells, "category", f"has more than {_MAX_LEVELS} levels or {_MAX_LEVEL} characters in one"
        )
    return levels


def _flag(cells: Cells, column: str) -> bool:
    text = _text(cells, column)
    if text not in ("", "true", "false"):
        raise _bad("bad_flag", cells, column, "is neither true nor false")
    return text == "true"


def _labels(cells: Cells) -> tuple[Label, ...]:
    text = _text(cells, "labels")
    pairs = [pair.partition(":") for pair in text.split(";")] if text else []
    labels = [(key.strip(), value.strip()) for key, _, value in pairs]
    if not all(colon and key.strip() for key, colon, _ in pairs):
        raise _bad("bad_labels", cells, "labels", "is not written key:value;key:value")
    if len(labels) > MAX_LABELS or any(len(key) > _MAX_KEY or len(value) > _MAX_VALUE for key, value in labels):
        limits = f"{MAX_LABELS} labels, {_MAX_KEY} characters in a key or {_MAX_VALUE} in a value"
        raise _bad("bad_labels", cells, "labels", f"has more than {limits}")
    return tuple(Label(key=key, value=value) for key, value in labels)
