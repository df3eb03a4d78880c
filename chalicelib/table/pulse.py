"""The pulse of a stage: a beat that goes through the table's stream, and marks of who was last heard of, and when.

access pattern   | key             | items | cost          | by
beat and marks   | PULSE / *       | 0–3   | 1 Query, 1 RU | read_pulse
the relay's mark | PULSE / RELAYED | 0–1   | 1 Get, 1 RU   | read_mark

item | key             | in index | cost
beat | PULSE / BEAT    | –        | 2 WU
mark | PULSE / RELAYED | –        | 2 WU
mark | PULSE / DUE     | –        | 2 WU

A beat is written every few minutes, over the one before. The stream hands it to the relay like an entry, and the relay
marks which one it saw (`RELAYED`): so what was recorded before that beat has been relayed, of its shard at least. The daily
job marks that it has enqueued what is due (`DUE`). They are of no tenant, like the list of tenants itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kit.clock import Instant
from chalicelib.table.items import IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Absent, Attrs, Condition, Equals, Key, Put, Query, Table

MarkName = Literal["RELAYED", "DUE"]
MARKS: tuple[MarkName, ...] = ("RELAYED", "DUE")
_PULSE, _BEAT = "PULSE", "BEAT"


class BeatItem(StampbookItem):
    kind = UnicodeAttribute(default="beat")
    at = IntegerAttribute()


class MarkItem(StampbookItem):
    kind = UnicodeAttribute(default="mark")
    at = IntegerAttribute()


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the last beat was written, and what the marks say; what never was is not there."""

    beat: Instant | None = None
    marks: Mapping[str, Instant] = field(default_factory=dict)


def read_pulse(table: Table) -> Pulse:
    found = {item["sk"]["S"]: int(item["at"]["N"]) for item in every_item(table, Query(_PULSE))}
    beat = found.pop(_BEAT, None)
    return Pulse(beat, found)


def beat_put(at: Instant) -> Put:
    return Put(to_attrs(BeatItem(pk=_PULSE, sk=_BEAT, at=at)))


def read_mark(table: Table, name: MarkName) -> Instant | None:
    attrs = table.get(Key(_PULSE, name))
    return None if attrs is None else int(from_attrs(MarkItem, attrs).at)


def mark_put(name: MarkName, at: Instant, condition: Condition | None = None) -> Put:
    return Put(to_attrs(MarkItem(pk=_PULSE, sk=name, at=at)), condition)


def mark_moved(name: MarkName, before: Instant | None, at: Instant) -> Put:
    """If it is still as it was read."""
    return mark_put(name, at, Absent() if before is None else Equals("at", before))


def is_beat(image: Attrs) -> bool:
    return image.get("kind") == {"S": "beat"}


def beat_of(image: Attrs) -> Instant:
    """When the beat of a stream record was written."""
    return int(from_attrs(BeatItem, image).at)
