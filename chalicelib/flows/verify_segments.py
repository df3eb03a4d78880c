"""The stays of one member in segments against what their journals tell of them: joined, renewed, left.

Who has ever been in a group is compared as far as their own journals go: what rules did there is in the group's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from chalicelib.areas.segments import store
from chalicelib.flows.verify_stream import unreadable
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs

_DEEDS = ("member.joined_segment", "member.renewed_segment", "member.left_segment")
_GROUPED = ("member.joined_group", "member.left_group")


@dataclass(slots=True)
class _Stay:
    """Of one beginning: whether it lasts, and its ends as they were told, each with when and whether by another definition."""

    lasts: int = 0
    ends: list[tuple[int, bool, float]] = field(default_factory=list)

    def fold(self, body: Mapping[str, Any], at: int) -> None:
        if body["type"] == "member.left_segment":
            self.lasts -= 1
            return
        self.lasts += body["type"] == "member.joined_segment"
        until = body.get("until")
        self.ends.append((at, bool(body.get("defined")), inf if until is None else int(until)))

    @property
    def until(self) -> int | None:
        """In whatever order it is told: its end is only ever moved on, but by another definition. None for ever."""
        found = 0.0
        for _, defined, end in sorted(self.ends, key=lambda told: told[0]):
            found = end if defined else max(found, end)
        return None if found == inf else int(found)


@dataclass(slots=True)
class RecordedSegments:
    """By segment and beginning."""

    tenant: str
    member: str
    told: dict[tuple[str, int], _Stay] = field(default_factory=dict)
    grouped: bool = False

    def see(self, entry: Entry) -> None:
        for body in entry.facts:
            if body["type"] in _GROUPED:
                self.grouped = True
            if body["type"] in _DEEDS and body["member"] == self.member:
                self.told.setdefault((str(body["segment"]), int(body["since"])), _Stay()).fold(body, entry.recorded_at)

    def differences(self, stored: Mapping[str, Attrs]) -> Iterator[str]:
        """Of a member's items, whatever else they are, by their sort keys."""
        left = {name: stay for name, stay in self.told.items() if stay.lasts > 0}
        for sk, attrs in sorted(stored.items()):
            if sk.startswith(store.MEMBERSHIPS):
                segment_id = sk.removeprefix(store.MEMBERSHIPS)
                yield from (f"segment {segment_id}: {what}" for what in self._compared(segment_id, attrs, left))
            if sk == store.WATCH:
                yield from self._watched(attrs)
            elif sk.startswith(store.WATCH):
                yield from _rests(attrs)
        if not self.grouped:
            yield from (f"segment {segment_id}: they are not in it, as their journal says" for segment_id, _ in left)

    def _watched(self, attrs: Attrs) -> Iterator[str]:
        """What it says follows from what has happened; that it is looked for on that day is asked."""
        try:
            watch = store.watch_from(attrs)
        except UNREADABLE as why:
            yield unreadable(why)
            return
        if watch is not None and not store.is_watched(self.tenant, self.member, watch, attrs):
            yield "segments: the list of what is due has their criteria elsewhere"

    def _compared(self, segment_id: str, attrs: Attrs, left: dict[tuple[str, int], _Stay]) -> Iterator[str]:
        try:
            kept = store.membership_from(attrs)
        except UNREADABLE as why:
            yield unreadable(why)
            return
        if not store.is_placed(self.tenant, self.member, kept, attrs):
            yield "the lists have it elsewhere"
        said = left.pop((segment_id, kept.since), None)
        if self.grouped:
            return
        if said is None:
            yield "no entry tells of it"
        elif said.until != kept.leaves_at:
            yield "it does not last as their journal says"


def _rests(attrs: Attrs) -> Iterator[str]:
    """What it says follows from a look."""
    try:
        store.rest_from(attrs)
    except UNREADABLE as why:
        yield unreadable(why)
