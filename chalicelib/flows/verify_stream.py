"""Verify one stream of the journal: dense, each entry the true successor of the one before, and the aggregate in it.

The aggregate is read before its stream, so the stream may have gone on since: it is compared where the aggregate stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.errors import NewerDataError
from chalicelib.flows.feed_commit import check_countable
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head, Stream, follows, index_place, intact
from chalicelib.table.placeholders import entry_or_placeholder, is_placeholder, schema_of, stand_in
from chalicelib.table.protocol import Attrs

_KEY = re.compile("J#[0-9]{4}#([0-9]{8})")


class Difference(NamedTuple):
    """`owner`: a member's id, or what else has a stream. Nothing in it is private. `program` and `entry` say whose account
    it is about, and where in its journal, as far as it is about one."""

    owner: str
    what: str
    program: int | None = None
    entry: int | None = None


class Place(NamedTuple):
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What a stream leads up to. `head` is None when it cannot be read."""

    place: Place
    stream: Stream
    head: Head | None

    def covers(self, entry: Entry) -> bool:
        """Whether the entry is part of what the aggregate is made of: what came behind it is news."""
        return self.head is None or entry.sequence <= self.head.version


def verify_stream(aggregate: Aggregate, items: Iterable[Attrs], see: Callable[[Entry], None]) -> Iterator[Difference]:
    """`see` gets every entry in order, and a placeholder of each that cannot be read or is not what was written."""
    at, broken, standing = Head(), False, Head()
    for attrs in items:
        sequence = sequence_of(attrs)
        if sequence is None:
            yield _told(aggregate, None, "something lies among its entries that is none")
            continue
        entry = _entry(aggregate.stream, sequence, attrs)
        whole = not is_placeholder(entry) and intact(entry)
        see(entry if whole or is_placeholder(entry) else stand_in(aggregate.stream, sequence, attrs))
        if is_placeholder(entry):
            yield _told(aggregate, sequence, _unread(entry))
            at, broken = Head(sequence, at.hash), True
            standing = at if aggregate.covers(entry) else standing
            continue
        if sequence != at.version + 1:
            yield _told(aggregate, at.version + 1, "is missing")
        if not whole or not (broken or sequence != at.version + 1 or follows(entry, at)):
            yield _told(aggregate, sequence, "does not follow from the one before it")
        if not _indexed(entry, attrs):
            yield _told(aggregate, sequence, "is not where the index of entries has its hour")
        at, broken = entry.head, False
        standing = at if aggregate.covers(entry) else standing
    yield from _at_the_end(aggregate, at, standing, broken=broken)


def _at_the_end(aggregate: Aggregate, at: Head, standing: Head, *, broken: bool) -> Iterator[Difference]:
    """`standing`: the last entry that the aggregate is made of."""
    head = aggregate.head
    if head is None:
        return
    if head.version == 0 and at.version:
        yield _told(aggregate, None, "is missing, though its journal is there")
    elif at.version < head.version:
        yield _told(aggregate, at.version + 1, "is missing")
    elif at.version > head.version:
        yield _told(aggregate, None, f"stands at version {head.version}, its journal at {at.version}")
    if standing.version == head.version and standing.hash != head.hash and not broken:
        yield _told(aggregate, None, "does not carry the hash of its last entry")


def unreadable(why: Exception) -> str:
    """How it is told that something cannot be read, and what can be done about it. Never what is in it."""
    newer = ": a newer version wrote it, deploy that one" if isinstance(why, NewerDataError) else ""
    return f"cannot be read{newer}"


def sequence_of(attrs: Attrs) -> int | None:
    """As its key says; None under a key that no entry has."""
    found = _KEY.fullmatch(attrs["sk"]["S"])
    return None if found is None else int(found[1])


def _entry(stream: Stream, sequence: int, attrs: Attrs) -> Entry:
    try:
        entry = entry_or_placeholder(stream, attrs)
        check_countable(entry)
    except UNREADABLE:
        return stand_in(stream, sequence, attrs)
    return entry


def _unread(entry: Entry) -> str:
    schema = schema_of(entry)
    return "cannot be read" if schema is None else f"cannot be read: it is of schema {schema}"


def _indexed(entry: Entry, attrs: Attrs) -> bool:
    return [attrs.get(name) for name in ("gsi2pk", "gsi2sk")] == [{"S": part} for part in index_place(entry)]


def _told(aggregate: Aggregate, entry: int | None, what: str) -> Difference:
    owner, name = aggregate.place
    told = what if entry is None else f"entry {entry} {what}"
    return Difference(owner, f"{name}: {told}", aggregate.stream.program or None, entry)
