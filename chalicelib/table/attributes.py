"""Attribute maps as DynamoDB takes them in: checked, copied and with numbers in normal form, or refused.

The twin needs this to store the very same thing as the real engine; the real engine does it for itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from chalicelib.table.indexes import INDEXES, key_names
from chalicelib.table.meter import item_bytes
from chalicelib.table.protocol import MAX_ITEM_BYTES, Attrs, InvalidRequest, key_of

MAX_PARTITION_KEY_BYTES = 2048
MAX_SORT_KEY_BYTES = 1024
MAX_DIGITS = 38
MAX_DEPTH = 32

_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,37}", re.ASCII)


def as_attribute(value: int | str) -> dict[str, str]:
    return {"S": value} if isinstance(value, str) else {"N": f"{value:d}"}


def taken_in(item: Attrs) -> Attrs:
    """Our own copy of an item that DynamoDB would store; InvalidRequest for one that it would not."""
    copy = {_name(name): _value(value, depth=1) for name, value in item.items()}
    _check_keys(copy)
    if item_bytes(copy) > MAX_ITEM_BYTES:
        raise InvalidRequest(f"the item {key_of(copy)} is larger than {MAX_ITEM_BYTES} bytes")
    return copy


def handed_out(item: Attrs) -> Attrs:
    """A copy, so that whoever gets it cannot change what is stored."""
    return {name: _copied(value) for name, value in item.items()}


def check_key_text(name: str, text: str) -> None:
    """One key value of the table or of an index: refused unless an item can have it there."""
    most = MAX_PARTITION_KEY_BYTES if name.endswith("pk") else MAX_SORT_KEY_BYTES
    if not _text(text):
        raise InvalidRequest(f"{name} must not be empty")
    if len(text.encode()) > most:
        raise InvalidRequest(f"{name} is longer than {most} bytes")


def normal_number(text: object) -> str:
    """The number as DynamoDB gives it back: no exponent, no needless zero."""
    if not isinstance(text, str):
        raise InvalidRequest("a number crosses the wire as text")
    if _PLAIN_INTEGER.fullmatch(text):
        return text
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise InvalidRequest(f"{text!r} is no number") from error
    if not number.is_finite() or not -130 <= number.adjusted() <= 125:
        raise InvalidRequest(f"{text!r} is out of DynamoDB's range")
    if not number:
        return "0"
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if len(plain.strip("-0.").replace(".", "").strip("0")) > MAX_DIGITS:
        raise InvalidRequest(f"{text!r} has more than {MAX_DIGITS} significant digits")
    return plain


def _check_keys(item: Attrs) -> None:
    for required in ("pk", "sk"):
        if required not in item:
            raise InvalidRequest(f"the item has no {required}")
    for index in (None, *INDEXES):
        for name in key_names(index):
            if name in item:
                if "S" not in item[name]:
                    raise InvalidRequest(f"{name} must be a string")
                check_key_text(name, item[name]["S"])


def _name(name: str) -> str:
    if not _text(name):
        raise InvalidRequest("an attribute must have a name")
    return name


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise InvalidRequest(f"{text!r} is no text")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequest("a text is not valid Unicode") from error
    return text


def _value(value: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if len(value) != 1 or depth > MAX_DEPTH:
        raise InvalidRequest(f"an attribute value has exactly one type and at most {MAX_DEPTH} levels")
    [(kind, content)] = value.items()
    match kind, content:
        case "S", _:
            return {"S": _text(content)}
        case "N", _:
            return {"N": normal_number(content)}
        case "B", bytes() | bytearray():
            return {"B": bytes(content)}
        case ("BOOL", bool()) | ("NULL", True):
            return {kind: content}
        case "M", Mapping():
            return {"M": {_text(name): _value(inner, depth + 1) for name, inner in content.items()}}
        case "L", list() | tuple():
            return {"L": [_value(inner, depth + 1) for inner in content]}
        case (("SS" | "NS" | "BS"), list() | tuple()):
            return {kind: _set(kind[0], content, depth)}
        case _:
            raise InvalidRequest(f"{kind} is no attribute type for {content!r}")


def _set(kind: str, content: Sequence[Any], depth: int) -> list[Any]:
    elements = [_value({kind: element}, depth)[kind] for element in content]
    if not elements or len(set(elements)) != len(elements):
        raise InvalidRequest("a set has at least one element and none twice")
    return elements


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    if kind == "M":
        return {"M": {name: _copied(inner) for name, inner in content.items()}}
    if kind == "L":
        return {"L": [_copied(inner) for inner in content]}
    return {kind: list(content) if isinstance(content, list) else content}
