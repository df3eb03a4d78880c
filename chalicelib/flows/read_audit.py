"""Read the audit log: what was recorded in a tenant, newest first, quiet entries included, by time, type and actor.

reads    of each hour that a page looks at 16 Queries of gsi2, of at most eight hours; 1 BatchGet for every hundred entries, of at
         most 300; 1 Query for each UTC day that it comes to and that is a day past, at most two

A page that has looked at so much ends, whatever it has found: its cursor goes on from there. Days of which the relay has
counted nothing are passed over, once the stream could no longer tell of them. Of one entity: read_own_audit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from chalicelib.areas.audit.model import AuditPage, Sought
from chalicelib.areas.feeds import store as feeds
from chalicelib.flows.audit_entries import (
    LOOKED_AT,
    MAX_ANSWER_BYTES,
    READ_TOGETHER,
    audited,
    entries_of,
    size_of,
    wanted,
)
from chalicelib.kit.clock import Instant
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.feed import Place
from chalicelib.table.journal import Entry, Stream
from chalicelib.table.protocol import Table
from chalicelib.table.recorded import HOUR_MS, Recorded, recorded_back

HOURS = 8  # looked at for one page
DAY_MS = 24 * HOUR_MS  # what the stream has not told by then it never will
_TIMES = range(10**13)


@dataclass(slots=True)
class Back:
    """The way back from `at`, hour by hour, behind the entry `told` of that very instant; `now` says what is long ago."""

    table: Table
    tenant: str
    since: Instant
    at: Instant
    now: Instant
    told: Place | None = None
    hours: int = 0
    _asked: set[Day] = field(default_factory=set)

    def entries(self) -> Iterator[Recorded]:
        begun_at = self.at
        while self.at >= self.since and self.hours < HOURS:
            if self._passes_over():
                continue
            hour = self.at // HOUR_MS * HOUR_MS
            self.hours += 1
            for one in recorded_back(self.table, self.tenant, max(self.since, hour), self.at):
                if self.told is None or (one.at, one.place) < (begun_at, self.told):
                    yield one
            self.at = hour - 1

    def _passes_over(self) -> bool:
        """To the end of the last day of which anything is counted."""
        day = self.at // DAY_MS
        if day in self._asked or self.at > self.now - DAY_MS:
            return False
        found = self.table.query(feeds.last_day_query(self.tenant, day)).items
        last = feeds.day_of(found[0]) if found else None
        self._asked |= {day} if last is None else {day, last}
        if last == day:
            return False
        self.at = -1 if last is None else (last + 1) * DAY_MS - 1
        return True


def read_audit(rt: Runtime, tenant: str, sought: Sought, limit: int, cursor: str | None) -> AuditPage:
    """Who: view on `audit`. InvalidInput `invalid_cursor`."""
    scope = f"{tenant}/audit/{sought.since}/{sought.type}/{sought.actor}"
    at, told = (sought.until, None) if cursor is None else _place(decode_cursor(scope, cursor))
    back = Back(rt.table, tenant, sought.since, min(at, sought.until), rt.clock.now(), told)
    found: list[Entry] = []
    last = _fill(back, sought, limit, found)
    after = _after(back, last)
    return AuditPage(
        items=tuple(map(audited, found)),
        next_cursor=None if after is None else encode_cursor(scope, after),
        reached=max(0, sought.since if after is None else after[0]),
    )


def _fill(back: Back, sought: Sought, limit: int, found: list[Entry]) -> Recorded | None:
    """The last of which it is known whether it is wanted; None once all that was to be looked at is known."""
    places, looked, room = back.entries(), 0, MAX_ANSWER_BYTES
    last: Recorded | None = None
    while looked < LOOKED_AT:
        most = READ_TOGETHER if sought.is_narrow else limit - len(found)
        batch = list(islice(places, min(most, LOOKED_AT - looked)))
        if not batch:
            return None
        looked += len(batch)
        streams = [(Stream(back.tenant, one.key.pk, one.place.program), one.place.sequence, one.at) for one in batch]
        for one, entry in zip(batch, entries_of(back.table, streams), strict=True):
            if wanted(sought, entry):
                room -= size_of(entry)
                if room < 0 and found:
                    return last
                found.append(entry)
            last = one
            if len(found) == limit:
                return last
    return last


def _after(back: Back, last: Recorded | None) -> list[Any] | None:
    if last is not None:
        return [last.at, list(last.place)]
    return None if back.at < back.since else [back.at, None]


def _place(cursor: Any) -> tuple[Instant, Place | None]:
    match cursor:
        case [int() as at, None] if at in _TIMES:
            return at, None
        case [int() as at, [str() as owner, int() as program, int() as sequence]] if at in _TIMES:
            return at, Place(owner, program, sequence)
    raise another_list()
