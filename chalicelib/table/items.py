"""How an item is declared: PynamoDB attributes for keys and plain values, one JSON attribute for everything else.

A store declares a class per kind of item and moves between it and attribute maps with `to_attrs` and `from_attrs`.
PynamoDB declares and no more: it never opens a connection, so its model needs no table of its own, and an item is made,
read and written here by what its class declares. Its own way through a model costs several times the CPU, and every request
reads or writes two or three items (docs/decisions/table-items-by-their-declarations.md).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import BINARY, NUMBER
from pynamodb.exceptions import AttributeDeserializationError, AttributeNullError
from pynamodb.models import Model

from chalicelib.errors import Refused, StampbookError, newer_data
from chalicelib.table.protocol import Attrs

COMPRESS_ABOVE_BYTES = 720  # keys and header attributes take the rest of the 1 KB that one write unit holds
MAX_BODY_BYTES = 380_000  # of the 400 KB that DynamoDB allows an item; the rest is keys and plain attributes
_SMALL, _ZLIB = b"j", b"z"
_OF_AN_INDEX = "gsi"

# What reading an item raises that somebody has damaged, or that a version of the code wrote which this one does not know.
UNREADABLE = (
    ArithmeticError,
    AttributeDeserializationError,
    AttributeError,
    LookupError,
    StampbookError,
    TypeError,
    ValueError,
    zlib.error,
)


class IntegerAttribute(Attribute[int]):
    """A whole number, as all of ours are: what is none is no item of ours."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        return f"{value:d}"

    def deserialize(self, value: str) -> int:
        return int(value)


class StampbookItem(Model):
    """What every item carries. `kind` says what it is, `v` the number of its schema.

    An attribute is stored under the name it is declared by. One without a value is left out, if it may be (`null`).

    An item's class declares a higher `v` with every change that the release before it would misread or lose when it
    writes the item back: that one then refuses the item (NewerDataError) and does everything else.
    """

    class Meta:
        table_name = "stampbook"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    v = IntegerAttribute(default=1)

    def __init__(self, **values: Any) -> None:
        unknown = values.keys() - self.get_attributes().keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} declares no {', '.join(sorted(unknown))}")
        self.attribute_values = defaults_of(type(self)) | values


@cache
def defaults_of(cls: type[StampbookItem]) -> dict[str, Any]:
    return {name: one.default for name, one in cls.get_attributes().items() if one.default is not None}


class BodyAttribute(Attribute[Any]):
    """Compact JSON; compressed above 720 bytes. The first byte says which, so old items stay readable whatever the bound."""

    attr_type = BINARY

    def serialize(self, value: Any) -> bytes:
        return pack(value)

    def deserialize(self, value: bytes) -> Any:
        return unpack(value)


_compact = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode


def compact_json(value: Any) -> bytes:
    """The one way a body is written: no spaces, names sorted, so equal values are equal bytes (hashes rest on it)."""
    return _compact(value).encode()


def pack(value: Any) -> bytes:
    raw = compact_json(value)
    if len(raw) <= COMPRESS_ABOVE_BYTES:
        return _SMALL + raw
    return _ZLIB + zlib.compress(raw, 6)


def unpack(stored: bytes) -> Any:
    mark, rest = stored[:1], stored[1:]
    if mark == _SMALL:
        return json.loads(rest.decode())
    if mark == _ZLIB:
        return json.loads(zlib.decompress(rest).decode())
    raise ValueError(f"unknown body format {mark!r}")


ItemT = TypeVar("ItemT", bound=StampbookItem)


def to_attrs(item: StampbookItem, most_bytes: int = MAX_BODY_BYTES) -> Attrs:
    """Refuses `too_large`: what does not fit into one item is told to whoever sent it, before anything is written."""
    attrs: dict[str, dict[str, Any]] = {}
    for name, attribute in item.get_attributes().items():
        value = item.attribute_values.get(name)
        if value is not None:
            attrs[name] = {attribute.attr_type: attribute.serialize(value)}
        elif not attribute.null:
            raise AttributeNullError(name)
    if sum(len(stored[BINARY]) for stored in attrs.values() if BINARY in stored) > most_bytes:
        raise Refused("too_large", f"This takes more than the {most_bytes} bytes that can be kept in one piece.")
    return attrs


def from_attrs(cls: type[ItemT], attrs: Attrs) -> ItemT:
    """NewerDataError for an item of a schema that this version of the code does not know. Attributes that it does not
    know are passed over, those that it must have are missed; but for what has a default, as fields that came later have,
    and for its place in an index, which nothing rests on that reads the item itself."""
    written = newer_schema(cls, attrs)
    if written is not None:
        raise newer_data(attrs["kind"]["S"], written, defaults_of(cls)["v"])
    item = cls()
    values = item.attribute_values
    for one in _declared(cls):
        stored = attrs.get(one.name)
        if stored is not None:
            if one.type not in stored:
                raise AttributeDeserializationError(one.name, one.type)
            values[one.name] = one.read(stored[one.type])
        elif one.must_be_there:
            raise AttributeNullError(one.name)
    if attrs["kind"]["S"] != _kind_of(cls, values):
        raise ValueError("it is of another kind")
    return item


class _Declared(NamedTuple):
    name: str
    type: str
    read: Callable[[Any], Any]
    must_be_there: bool


@cache
def _declared(cls: type[StampbookItem]) -> tuple[_Declared, ...]:
    """Asked once: what an item's class says is asked of every item that is read."""
    defaults = defaults_of(cls)
    return tuple(
        _Declared(
            name,
            one.attr_type,
            one.deserialize,
            not (one.null or name.startswith(_OF_AN_INDEX) or (name in defaults and name != "v")),
        )
        for name, one in cls.get_attributes().items()
    )


def _kind_of(cls: type[StampbookItem], values: Mapping[str, Any]) -> str:
    """What the class says, or else the item itself."""
    kind: str = defaults_of(cls).get("kind", values["kind"])
    return kind


def newer_schema(cls: type[StampbookItem], attrs: Attrs) -> int | None:
    """The schema of an item that this version of the code does not know; None where it does."""
    written = int(attrs["v"]["N"]) if "v" in attrs else 0
    return written if written > defaults_of(cls)["v"] else None
