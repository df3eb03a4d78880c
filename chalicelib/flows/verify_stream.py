"""Verify one stream of the journal: dense, each entry the true successor of the one before, and the aggregate at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, Head, Stream, entry_from, index_place, verified
from chalicelib.table.protocol import Attrs


class Difference(NamedTuple):
    """`owner`: a member's id, or what else has a stream. Nothing in it is private."""

    owner: str
    what: str


class Place(NamedTuple):
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What a stream leads up to. `head` is None when it cannot be read."""

    place: Place
    stream: Stream
    head: Head | None


def verify_stream(aggregate: Aggregate, items: Iterable[Attrs], see: Callable[[Entry], None]) -> Iterator[Difference]:
    """`see` gets every entry that can be read, in order."""
    at, broken = Head(), False
    for attrs in items:
        try:
            entry = entry_from(aggregate.stream, attrs)
            see(entry)
            true, indexed = verified(entry, at), _indexed(entry, attrs)
        except UNREADABLE:
            sequence = _sequence(attrs)
            yield _told(aggregate, f"entry {sequence} cannot be read")
            at, broken = Head(sequence, at.hash), True
            continue
        if entry.sequence != at.version + 1:
            yield _told(aggregate, f"entry {at.version + 1} is missing")
        elif not (true or broken):
            yield _told(aggregate, f"entry {entry.sequence} does not follow from the one before it")
        if not indexed:
            yield _told(aggregate, f"entry {entry.sequence} is not where the index of entries has its hour")
        at, broken = entry.head, False
    yield from _at_the_end(aggregate, at, broken=broken)


def _at_the_end(aggregate: Aggregate, at: Head, *, broken: bool) -> Iterator[Difference]:
    head = aggregate.head
    if head is None:
        return
    if head.version == 0 and at.version:
        yield _told(aggregate, "is missing, though its journal is there")
    elif at.version < head.version:
        yield _told(aggregate, f"entry {at.version + 1} is missing")
    elif at.version > head.version:
        yield _told(aggregate, f"stands at version {head.version}, its journal at {at.version}")
    elif at.hash != head.hash and not broken:
        yield _told(aggregate, "does not carry the hash of its last entry")


def _indexed(entry: Entry, attrs: Attrs) -> bool:
    return (attrs["gsi2pk"]["S"], attrs["gsi2sk"]["S"]) == index_place(entry)


def _sequence(attrs: Attrs) -> int:
    return int(attrs["sk"]["S"].rsplit("#", 1)[1])


def _told(aggregate: Aggregate, what: str) -> Difference:
    owner, name = aggregate.place
    return Difference(owner, f"{name}: {what}")
