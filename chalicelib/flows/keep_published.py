"""Keep what was published as JSON lines in the bucket, by day: `published/<tenant>/<day>/<first>-<last>.jsonl`.

A line is an event as `GET /v1/feed` tells it. Files go by the feed's numbers, so every entry is in one file and none is left
out, and quiet entries are in none. A file holds at most a thousand entries, in a row, recorded on one UTC day that is over.

reads    of each file 2 Gets of the mark, 1 BatchGet of references for every hundred entries, and for each hundred 2 more with
         the entries; at the end 1 Get and 1 BatchGet
writes   of each file the mark before and after it, 2 units each; the file, streamed: memory does not grow
repeats  which file is next stands in the mark before it is written. Whoever finds that writes the very same one again.

What cannot be read is not written down for good: the file waits until a version that can, or a mended table, is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model.published import MAX_ENTRIES, PublishedFiles, next_file
from chalicelib.flows.read_feed import event_of, told_entries
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import settle
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import must_be_read
from chalicelib.table.protocol import Table, Write

FILES_AT_ONCE = 10  # of a message
_PAGE = feed.PAGE_SIZE


@dataclass(frozen=True, slots=True)
class Kept:
    """`more`: there may be more to keep, for another message."""

    entries: int
    more: bool


def keep_published(
    rt: Runtime, tenant: str, before: Day, files: int = FILES_AT_ONCE, entries: int = MAX_ENTRIES
) -> Kept:
    """What was recorded on days before that one, as far as it stands before anything younger in the feed; days that were missed
    as well. Raises Busy, CloudError, and what says that something cannot be read."""
    kept = 0
    for _ in range(files):
        mark = settle(rt, lambda: _meant(rt, tenant, before, entries))
        if not mark.is_writing:
            return Kept(kept, more=False)
        _write(rt, tenant, mark)
        settle(rt, partial(_written, rt, tenant, mark))
        kept += mark.meant - mark.kept
    return Kept(kept, more=True)


def _meant(rt: Runtime, tenant: str, before: Day, entries: int) -> tuple[PublishedFiles, tuple[Write, ...]]:
    """The file that somebody has begun, or the next; one that is not there where it is too early for it."""
    mark = store.read_published(rt.table, tenant)
    if mark.is_writing:
        return mark, ()
    chosen = next_file(_recorded_at(rt.table, tenant, mark.kept, entries), before)
    if chosen is None:
        return mark, ()
    after = mark.to_write(*chosen)
    return after, (store.published_put(tenant, after),)


def _written(rt: Runtime, tenant: str, mark: PublishedFiles) -> tuple[None, tuple[Write, ...]]:
    """Unless somebody who wrote the same one was faster."""
    now = store.read_published(rt.table, tenant)
    if (now.kept, now.meant) != (mark.kept, mark.meant):
        return None, ()
    return None, (store.published_put(tenant, now.written()),)


def _recorded_at(table: Table, tenant: str, after: int, most: int) -> list[Instant]:
    """Of what comes next, as much as a file may hold."""
    found: list[Instant] = []
    while (wanted := min(_PAGE, most - len(found))) > 0:
        page = feed.read_references(table, tenant, after + len(found), wanted)
        found += [one.recorded_at for one in page]
        if len(page) < wanted:
            break
    return found


def _write(rt: Runtime, tenant: str, mark: PublishedFiles) -> None:
    table = PatientTable(rt)
    with rt.files.writer(mark.file_name(tenant), "application/x-ndjson") as file:
        for after in range(mark.kept, mark.meant, _PAGE):
            wanted = min(_PAGE, mark.meant - after)
            references = feed.read_references(table, tenant, after, wanted)
            if len(references) < wanted:
                raise DamagedItemError(f"{tenant}#FEED: pages that were there behind {after} are gone")
            for number, entry in enumerate(told_entries(table, tenant, references), start=after + 1):
                must_be_read(entry, f"number {number} of the feed")
                file.write(f"{event_of(number, entry).model_dump_json()}\n".encode())
