"""Recount days: the counts of some days are made anew from the feed's entries, for an older release counted less of them.

    reads    for every 31 days 1 Query a MB of their counts, 1 Get of the feed's head, the feed's pages since the first of
             them, 1 BatchGet for every hundred of their entries; 1 Get of head and counts for each day that differs
    writes   for each day that differs head and counts in one transaction

What is counted is what the feed has, a placeholder as a placeholder. A day counts anew only if nothing was added to it
meanwhile, and if all of its entries can be read: else it stays as it is, and is told. So this may run beside relays and
repairs, be killed anywhere, and run again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import counted
from chalicelib.areas.feeds.store import CountsPlace
from chalicelib.flows.feed_commit import counting_place, entry_to_tell, told_of
from chalicelib.kit.periods import Day, day_starts, local_day
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import busy, persist
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.feed import LANES, FeedHead, Place, Reference, UnreadableEntryError
from chalicelib.table.feed_search import references_since
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import is_placeholder, placeholder
from chalicelib.table.protocol import Attrs, OutcomeUnknown, Put, Table, Throttled, TransactionCancelled

DAYS_TOGETHER = 31
READ_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class RecountedDay:
    """`changed`: it had other counts, or none that can be read. `moved`: it was added to meanwhile, so it stays as it was
    until the next time; so does a day with `unreadable` entries."""

    day: Day
    entries: int
    changed: bool = False
    moved: bool = False
    unreadable: tuple[Place, ...] = ()


@dataclass(slots=True)
class _Told:
    """What the feed's entries of some days add up to."""

    counts: dict[CountsPlace, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unreadable: dict[CountsPlace, list[Place]] = field(default_factory=lambda: defaultdict(list))


def recount_days(rt: Runtime, tenant: str, first: Day, last: Day) -> Iterator[RecountedDay]:
    """Each UTC day of recording that has counts or entries in the feed, the earliest first, once for every four programs.
    Days that the stream may still deliver entries of are best left out. Raises Busy; may be done again."""
    for start in range(first, last + 1, DAYS_TOGETHER):
        span = range(start, min(last + 1, start + DAYS_TOGETHER))
        table = PatientTable(rt)
        before = {
            store.place_of(attrs): attrs for attrs in every_item(table, store.days_query(tenant, span[0], span[-1]))
        }
        head = feed.read_head(table, tenant)  # behind the counts: what they have, the feed up to it has as well
        told = _told(table, tenant, head, span)
        for place in sorted(before.keys() | told.counts.keys() | told.unreadable.keys()):
            yield _recounted(rt, tenant, place, before.get(place), told)


def _told(table: Table, tenant: str, head: FeedHead, span: range) -> _Told:
    told = _Told()
    found = (
        reference
        for lane in LANES
        for reference in references_since(table, tenant, lane, head, day_starts(span.start, "UTC"))
        if _day_of(reference) in span
    )
    while some := list(islice(found, READ_TOGETHER)):
        keys = {one.place: one.stream(tenant).key(one.sequence) for one in some}
        items = table.batch_get(list(keys.values()))
        for one in some:
            _add(told, tenant, one, items.get(keys[one.place], {}))
    return told


def _add(told: _Told, tenant: str, reference: Reference, item: Attrs) -> None:
    """An entry that was counted as what it is must be readable; a placeholder counts as one until it is mended."""
    entry = held = placeholder(reference.stream(tenant), reference.sequence, reference.recorded_at, None)
    if not reference.is_placeholder:
        try:
            entry = entry_to_tell(item)
        except UnreadableEntryError:
            entry = held
    if is_placeholder(entry) and not reference.is_placeholder:
        told.unreadable[counting_place(held)].append(reference.place)
    else:
        told.counts[counting_place(entry)].update(counted([told_of(entry)]))


def _recounted(rt: Runtime, tenant: str, place: CountsPlace, before: Attrs | None, told: _Told) -> RecountedDay:
    right, unreadable = told.counts[place], tuple(told.unreadable.get(place, ()))
    entries = right["entries"] + len(unreadable)
    if unreadable:
        return RecountedDay(place.day, entries, unreadable=unreadable)
    if _counts(before) == right:
        return RecountedDay(place.day, entries)
    moved = _put(
        rt, tenant, store.counts_put(tenant, place, {name: n for name, n in sorted(right.items()) if n}), before
    )
    return RecountedDay(place.day, entries, changed=not moved, moved=moved)


def _put(rt: Runtime, tenant: str, put: Put, before: Attrs | None) -> bool:
    """Whether somebody else added to the day since its entries were read: then nothing was written. A lost answer needs
    no care: if it came through, the day has its counts."""

    def attempt() -> bool | None:
        try:
            head = feed.read_head(rt.table, tenant)
            now = rt.table.get(put.key)
            if now != before:
                return now != put.item
            rt.table.transact([feed.head_put(tenant, head, head.mended()), put], rt.ids.command())
        except (Throttled, OutcomeUnknown, TransactionCancelled):
            return None
        return False

    moved = persist(rt, attempt)
    if moved is None:
        raise busy()
    return moved


def _counts(attrs: Attrs | None) -> Counter[str] | None:
    """None for what cannot be read: it is made anew. Raises NewerDataError for what a newer version has written."""
    try:
        return Counter(store.counts_from(attrs))
    except DamagedItemError:
        return None


def _day_of(reference: Reference) -> Day:
    return local_day(reference.recorded_at, "UTC")
