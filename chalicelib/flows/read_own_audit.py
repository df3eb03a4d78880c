"""Read the audit log of one entity, newest first: of a member or a group in all programs, an order, a part of the configuration.

reads    1 Query of what says how far its journals have come, for the first page of all but orders; 1 BatchGet for every hundred
         entries, of at most 300

It is made of the entity's own journals, strongly consistent, and of no index. A cursor says how far each is told, so every
entry comes once, whoever writes meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.audit.model import (
    AuditEntry,
    AuditPage,
    Configured,
    Ordered,
    Owned,
    Sought,
    named_entity,
    no_entity,
)
from chalicelib.flows.audit_entries import (
    LOOKED_AT,
    READ_TOGETHER,
    entries_of,
    size_of,
)
from chalicelib.flows.read_feed import MAX_ANSWER_BYTES
from chalicelib.flows.read_order_feed import places_of
from chalicelib.flows.read_own_feed import come_to
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import MAX_PROGRAM, MAX_SEQUENCE
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.config import Name, stream_of
from chalicelib.table.journal import Stream, entries_query
from chalicelib.table.keys import owner_stream
from chalicelib.table.protocol import Table

CLOCKS_APART_MS = 10_000  # entries of one journal may tell times that differ by so much from their order

Come = dict[int, int]  # how many entries of each journal wait to be told
Wheres = Callable[[int, int], tuple[Stream, int]]  # where a journal has which of them


@dataclass(slots=True)
class Journals:
    table: Table
    sought: Sought
    waiting: Come
    where: Wheres
    known: dict[int, deque[AuditEntry]] = field(default_factory=dict)
    looked: int = 0

    def read_on(self) -> bool:
        """The next of each journal, a hundred in all; False where there is nothing more to look at for this page."""
        open_ones = sorted(self.waiting)[:READ_TOGETHER]
        if not open_ones or self.looked >= LOOKED_AT:
            return False
        wanted_ones, room = list[tuple[int, int]](), READ_TOGETHER
        for still, journal in zip(
            range(len(open_ones), 0, -1), sorted(open_ones, key=self.waiting.__getitem__), strict=True
        ):
            last = self.waiting[journal]
            share = min(last, room // still)
            room -= share
            wanted_ones += [(journal, number) for number in range(last, last - share, -1)]
        self.looked += len(wanted_ones)
        entries = entries_of(self.table, [(*self.where(*one), self.sought.since) for one in wanted_ones])
        self.known = {journal: deque() for journal in open_ones}
        for (journal, _), entry in zip(wanted_ones, entries, strict=True):
            self.known[journal].append(entry)
        return True

    def newest(self) -> tuple[int, AuditEntry] | None:
        """The newest of all that wait, while of every journal the next one is known."""
        if not self.known or not all(self.known.values()):
            return None
        journal = max(self.known, key=lambda one: (self.known[one][0].recorded_at, one))
        return journal, self.known[journal][0]

    def told(self, journal: int) -> None:
        entry = self.known[journal].popleft()
        self.waiting[journal] -= 1
        if not self.waiting[journal] or entry.recorded_at < self.sought.since - CLOCKS_APART_MS:
            del self.waiting[journal], self.known[journal]


def read_own_audit(rt: Runtime, tenant: str, sought: Sought, limit: int, cursor: str | None) -> AuditPage:
    """Who: view on `audit`. InvalidInput: `invalid_entity`, `invalid_cursor`; NotFound `entity_not_found`."""
    scope = f"{tenant}/audit/{sought.entity}/{sought.since}/{sought.type}/{sought.actor}"
    come = None if cursor is None else _come(decode_cursor(scope, cursor))
    journals = Journals(rt.table, sought, *_journals(rt.table, tenant, str(sought.entity), come))
    found: list[AuditEntry] = []
    reached = _fill(journals, limit, found)
    left = [part for journal in sorted(journals.waiting) for part in (journal, journals.waiting[journal])]
    return AuditPage(
        items=tuple(found),
        next_cursor=encode_cursor(scope, left) if left else None,
        reached=reached if left else sought.since,
    )


def _fill(journals: Journals, limit: int, found: list[AuditEntry]) -> Instant:
    """The time of the last that was looked at."""
    reached, room = journals.sought.until, MAX_ANSWER_BYTES
    while len(found) < limit and journals.read_on():
        while (newest := journals.newest()) is not None:
            journal, entry = newest
            if journals.sought.wants(entry):
                room -= size_of(entry)
                if len(found) == limit or (room < 0 and found):
                    return reached
                found.append(entry)
            journals.told(journal)
            reached = min(reached, entry.recorded_at)
    return reached


def _journals(table: Table, tenant: str, text: str, come: Come | None) -> tuple[Come, Wheres]:
    match named_entity(text):
        case Ordered(order_id):
            places = places_of(table, tenant, order_id)
            if not places:
                raise no_entity(text)
            left = {0: len(places)} if come is None else {0: min(come.get(0, 0), len(places))}
            return left, lambda _, number: places[number - 1]
        case Owned(owner):
            known = come_to(table, tenant, owner) if come is None else come
            return _there(known, text), lambda program, number: (owner_stream(tenant, owner, program), number)
        case Configured(kind, name):
            stream = stream_of(tenant, Name(kind, name))
            known = _of_stream(table, stream) if come is None else come
            return _there(known, text), lambda _, number: (stream, number)


def _there(come: Come, text: str) -> Come:
    if not come:
        raise no_entity(text)
    return come


def _of_stream(table: Table, stream: Stream) -> Come:
    """Whatever has become of what it is about: its journal stays."""
    last = table.query(entries_query(stream, 1, MAX_SEQUENCE, reverse=True, limit=1)).items
    return {stream.program: int(last[0]["sk"]["S"].rsplit("#", 1)[1])} if last else {}


def _come(place: Any) -> Come:
    match place:
        case [int(), *_] as parts if (
            len(parts) % 2 == 0
            and all(type(one) is int for one in parts)
            and all(0 <= one <= MAX_PROGRAM for one in parts[::2])
            and all(1 <= one <= MAX_SEQUENCE for one in parts[1::2])
        ):
            return dict(zip(parts[::2], parts[1::2], strict=True))
    raise another_list()
