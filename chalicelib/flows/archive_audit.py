"""Archive the audit log: what it has of each day that is a day past, as JSON lines and as XML in the bucket,
`audit/<tenant>/<day>.jsonl` and `.xml`, where the tenant's settings want it (`audit_archive`).

A line is an entry as `GET /v1/audit` tells it; the XML says the same (docs/guides/audit-archive.xsd). Oldest first, quiet entries and
refusals included. A day with more entries than a file may have goes on in `<day>.2.jsonl` and so forth. Nothing leaves the
journal for it.

reads    the configuration, where this process has none that is fresh; the mark, 1 Get; of each hour 16 Queries of gsi2, of each
         file 1 of refusals; 1 BatchGet for every hundred entries. The first time 2 Queries: which day was the first
writes   of each file, and of each day of nothing, the mark, 2 units, and with the last of a day what is told of it, 2 more; the
         files, streamed: memory does not grow
repeats  the mark says which file is next, and what comes before it which entries are in it. It moves behind the file: whoever is
         killed in between leaves a file that the next one writes again

It goes by the journal's index and not by the relay's counts. What cannot be read is not written down for good: the archive waits
until a version that can, or a mended table, is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import chain, islice
from typing import NamedTuple

from chalicelib.areas.audit import store
from chalicelib.areas.audit.archive_xml import CLOSING, entry_xml, opening
from chalicelib.areas.audit.archives import MOST_ENTRIES, ArchiveMark, Reached, archive_file
from chalicelib.areas.audit.model import AuditEntry
from chalicelib.areas.audit.refusals import Refusal
from chalicelib.areas.feeds import store as feeds
from chalicelib.areas.programs.store import settings
from chalicelib.aws.files import Writer
from chalicelib.flows.audit_entries import READ_TOGETHER, audited_refusal, whole_entries_of
from chalicelib.flows.keep_published import Kept
from chalicelib.kit.periods import DAY_MS, Day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.feed import Place
from chalicelib.table.journal import Stream
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Table, Write, key_of
from chalicelib.table.recorded import Recorded, recorded_between

WORK_SECONDS = 5.0  # then another message goes on: ten of them, a file more each, fit into what a function may take
_EVER = 10**13 - 2


class _Filed(NamedTuple):
    """Where the day of a mark then stands, and whether that is all of it."""

    mark: ArchiveMark
    over: bool


class _Seen(NamedTuple):
    """Where an entry is; a refusal is what was found."""

    recorded: Recorded
    refusal: Refusal | None = None


def archive_audit(rt: Runtime, tenant: str, before: Day, most: int = MOST_ENTRIES) -> Kept:
    """What was recorded on days before that one, which must be past by so much that their index is whole; days that were missed
    as well. Raises Busy, CloudError, and what says that something cannot be read."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, tenant))
    if not settings(config).audit_archive:
        return Kept(0, more=False)
    entries, started = 0, rt.clock.monotonic()
    mark = read_patiently(rt, lambda: _mark(rt.table, tenant))
    while mark is not None and mark.day < before:
        if rt.clock.monotonic() - started > WORK_SECONDS:
            return Kept(entries, more=True)
        filed = _write(rt, tenant, mark, most)
        entries += filed.mark.entries - mark.entries
        mark = settle(rt, partial(_moved, rt, tenant, mark, filed))
    return Kept(entries, more=False)


def _mark(table: Table, tenant: str) -> ArchiveMark | None:
    """It begins with the first day of which anything is known."""
    known = store.read_mark(table, tenant)
    if known is not None:
        return known
    counted = table.query(replace(feeds.every_day_query(tenant), limit=1)).items
    refused = table.query(replace(store.refusals_query(tenant, 0, _EVER, 1), reverse=False)).items
    days = [*map(feeds.day_of, counted), *(store.refusal_from(one).at // DAY_MS for one in refused)]
    return ArchiveMark(min(days)) if days else None


def _moved(rt: Runtime, tenant: str, mark: ArchiveMark, filed: _Filed) -> tuple[ArchiveMark, list[Write]]:
    """Behind the file; behind the day, where that is all of it. Unless somebody who wrote the same was faster."""
    now = store.read_mark(rt.table, tenant)
    if now is not None and now.version != mark.version:
        return now, []
    after = filed.mark.day_over() if filed.over else filed.mark
    told: list[Write] = []
    if filed.over and filed.mark.files:
        told.append(store.archived_put(tenant, filed.mark.archived(rt.clock.now())))
    return replace(after, version=mark.version + 1), [store.mark_put(tenant, after), *told]


def _write(rt: Runtime, tenant: str, mark: ArchiveMark, most: int) -> _Filed:
    """The next file of the mark's day, in both formats; none where there is nothing more of that day."""
    table = PatientTable(rt)
    seen = _of_the_day(table, tenant, mark)
    first = next(seen, None)
    if first is None:
        return _Filed(mark, over=True)
    number, entries, last = mark.files + 1, 0, first.recorded
    named = partial(archive_file, tenant, mark.day, number)
    with (
        rt.files.writer(named("jsonl"), "application/x-ndjson") as lines,
        rt.files.writer(named("xml"), "application/xml") as document,
    ):
        document.write(opening(tenant, mark.day, number).encode())
        rest = islice(chain([first], seen), most)
        while batch := list(islice(rest, READ_TOGETHER)):
            _put_down(lines, document, _told(table, tenant, batch))
            entries, last = entries + len(batch), batch[-1].recorded
        document.write(CLOSING.encode())
    return _Filed(mark.with_file(entries, Reached(last.at, last.place)), over=entries < most)


def _put_down(lines: Writer, document: Writer, entries: Sequence[AuditEntry]) -> None:
    for entry in entries:
        lines.write(f"{entry.model_dump_json()}\n".encode())
        document.write(entry_xml(entry).encode())


def _of_the_day(table: Table, tenant: str, mark: ArchiveMark) -> Iterator[_Seen]:
    """Oldest first, behind the last that is in a file."""
    recorded = map(_Seen, recorded_between(table, tenant, mark.since, mark.until))
    for one in merge(recorded, _refusals(table, tenant, mark), key=lambda seen: seen.recorded):
        if mark.last is None or (one.recorded.at, one.recorded.place) > mark.last:
            yield one


def _refusals(table: Table, tenant: str, mark: ArchiveMark) -> Iterator[_Seen]:
    newest_first = store.refusals_query(tenant, mark.since, mark.until - 1, READ_TOGETHER)
    for attrs in every_item(table, replace(newest_first, reverse=False)):
        one, key = store.refusal_from(attrs), key_of(attrs)
        yield _Seen(Recorded(one.at, Place(f"AUD#{key.sk}", 0, 0), key), one)


def _told(table: Table, tenant: str, batch: Sequence[_Seen]) -> list[AuditEntry]:
    wheres = [
        (Stream(tenant, one.key.pk, one.place.program), one.place.sequence, one.at)
        for one, refusal in batch
        if refusal is None
    ]
    entries = iter(whole_entries_of(table, wheres))
    return [next(entries) if seen is None else audited_refusal(seen, one.place.owner) for one, seen in batch]
