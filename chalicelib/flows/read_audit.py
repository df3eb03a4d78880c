"""Read the audit log: what was recorded in a tenant, newest first, quiet entries and refusals included, by time, type and actor.

reads    of each hour that a page looks at 16 Queries of gsi2, of at most four hours; 1 BatchGet for every hundred entries, of at
         most 300; 1 Query for every hundred refusals; 2 Queries for each UTC day that it comes to and that is a day past, at most
         two days. Of refusals alone 1 Query

A page that has looked at so much ends, whatever it has found: its cursor goes on from there. Days of which the relay has
counted nothing are passed over, once the stream could no longer tell of them. Of one entity: read_own_audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

from chalicelib.areas.audit import store as audit
from chalicelib.areas.audit.model import AuditEntry, AuditPage, Sought
from chalicelib.areas.audit.refusals import Refusal
from chalicelib.areas.feeds import store as feeds
from chalicelib.flows.audit_entries import (
    LOOKED_AT,
    READ_TOGETHER,
    audited_refusal,
    entries_of,
    size_of,
)
from chalicelib.flows.read_feed import MAX_ANSWER_BYTES
from chalicelib.kit.clock import Instant
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import DAY_MS, Day
from chalicelib.runtime import Runtime
from chalicelib.table.feed import Place
from chalicelib.table.journal import Stream
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Table, key_of
from chalicelib.table.recorded import HOUR_MS, Recorded, recorded_back

HOURS = 4  # looked at for one page
_TIMES = range(10**13)


@dataclass(slots=True)
class Ahead:
    """Newest first, handed out as far back as somebody has come; what is older waits for them."""

    rest: Iterator[Recorded]
    _next: Recorded | None = None

    def back_to(self, first: Instant) -> Iterator[Recorded]:
        while True:
            one = self._next or next(self.rest, None)
            self._next = None
            if one is None:
                return
            if one.at < first:
                self._next = one
                return
            yield one


@dataclass(slots=True)
class Back:
    """The way back from `at`, hour by hour, behind the entry `told` of that very instant; `now` says what is long ago."""

    table: Table
    tenant: str
    sought: Sought
    at: Instant
    now: Instant
    told: Place | None = None
    hours: int = 0
    refused: dict[Place, Refusal] = field(default_factory=dict)
    _asked: set[Day] = field(default_factory=set)

    def entries(self) -> Iterator[Recorded]:
        begun_at, since = self.at, self.sought.since
        for one in self._refusals(since, self.at) if self.sought.of_refusals else self._by_hour(since):
            if self.told is None or (one.at, one.place) < (begun_at, self.told):
                yield one
        if self.sought.of_refusals:
            self.at = -1

    def _by_hour(self, since: Instant) -> Iterator[Recorded]:
        refusals = Ahead(iter(()) if self.sought.of_entries else self._refusals(since, self.at))
        while self.at >= since and self.hours < HOURS:
            if self._passes_over():
                continue
            hour = self.at // HOUR_MS * HOUR_MS
            self.hours += 1
            first, until = max(since, hour), self.at
            recorded = recorded_back(self.table, self.tenant, first, until)
            yield from merge(recorded, refusals.back_to(first), reverse=True)
            self.at = hour - 1

    def _refusals(self, since: Instant, until: Instant) -> Iterator[Recorded]:
        for attrs in every_item(self.table, audit.refusals_query(self.tenant, since, until, READ_TOGETHER)):
            one, key = audit.refusal_from(attrs), key_of(attrs)
            place = Place(f"AUD#{key.sk}", 0, 0)
            self.refused[place] = one
            yield Recorded(one.at, place, key)

    def _passes_over(self) -> bool:
        """To the end of the last day of which anything is counted, or the last refusal."""
        day = self.at // DAY_MS
        if day in self._asked or self.at > self.now - DAY_MS:  # what the stream has not told by then it never will
            return False
        counted = self.table.query(feeds.last_day_query(self.tenant, day)).items
        refused = self.table.query(audit.refusals_query(self.tenant, 0, self.at, 1)).items
        last = [(feeds.day_of(one) + 1) * DAY_MS - 1 for one in counted]
        to = max([*last, *(audit.refusal_from(one).at for one in refused)], default=-1)
        self._asked |= {day, to // DAY_MS}
        if to // DAY_MS == day:
            return False
        self.at = to
        return True


def read_audit(rt: Runtime, tenant: str, sought: Sought, limit: int, cursor: str | None) -> AuditPage:
    """Who: view on `audit`. InvalidInput `invalid_cursor`."""
    scope = f"{tenant}/audit/{sought.since}/{sought.type}/{sought.actor}"
    at, told = (sought.until, None) if cursor is None else _place(decode_cursor(scope, cursor))
    back = Back(rt.table, tenant, sought, min(at, sought.until), rt.clock.now(), told)
    found: list[AuditEntry] = []
    last = _fill(back, sought, limit, found)
    after = _after(back, last)
    return AuditPage(
        items=tuple(found),
        next_cursor=None if after is None else encode_cursor(scope, after),
        reached=max(0, sought.since if after is None else after[0]),
    )


def _fill(back: Back, sought: Sought, limit: int, found: list[AuditEntry]) -> Recorded | None:
    """The last of which it is known whether it is wanted; None once all that was to be looked at is known."""
    places, looked, room = back.entries(), 0, MAX_ANSWER_BYTES
    last: Recorded | None = None
    while looked < LOOKED_AT:
        most = READ_TOGETHER if sought.is_narrow else limit - len(found)
        batch = list(islice(places, min(most, LOOKED_AT - looked)))
        if not batch:
            return None
        looked += len(batch)
        for one, entry in zip(batch, _told(back, batch), strict=True):
            if sought.wants(entry):
                room -= size_of(entry)
                if room < 0 and found:
                    return last
                found.append(entry)
            last = one
            if len(found) == limit:
                return last
    return last


def _told(back: Back, batch: Sequence[Recorded]) -> list[AuditEntry]:
    wheres = [
        (Stream(back.tenant, one.key.pk, one.place.program), one.place.sequence, one.at)
        for one in batch
        if one.place not in back.refused
    ]
    entries = iter(entries_of(back.table, wheres))
    return [
        audited_refusal(back.refused[one.place], one.place.owner) if one.place in back.refused else next(entries)
        for one in batch
    ]


def _after(back: Back, last: Recorded | None) -> list[Any] | None:
    if last is not None:
        return [last.at, list(last.place)]
    return None if back.at < back.sought.since else [back.at, None]


def _place(cursor: Any) -> tuple[Instant, Place | None]:
    match cursor:
        case [int() as at, None] if at in _TIMES:
            return at, None
        case [int() as at, [str() as owner, int() as program, int() as sequence]] if at in _TIMES:
            return at, Place(owner, program, sequence)
    raise another_list()
