"""Mend placeholders: references that the feed was given by a version which could not read their entries say what they are.

    reads    for every twenty entries: 1 Get of the head, the feed's pages since they were recorded, 1 BatchGet of counts
    writes   for every twenty: head, the pages they stand in and the counts of their days in one transaction

Numbers stay: only the types of a reference and the counts of its day become what they would have been. Whoever asks must
have published the entries before, as a repair does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import corrected, counted
from chalicelib.areas.feeds.store import CountsPlace
from chalicelib.flows.feed_commit import counting_place, told_of
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import busy, persist
from chalicelib.table.feed import FeedHead, Place
from chalicelib.table.feed_search import pages_since
from chalicelib.table.journal import Entry
from chalicelib.table.placeholders import placeholder
from chalicelib.table.protocol import OutcomeUnknown, Put, Throttled, TransactionCancelled

TOGETHER = 20  # each may stand in a page of its own, and be counted in an item of its own: 41 items


def mend_placeholders(rt: Runtime, tenant: str, since: Instant, entries: Sequence[Entry]) -> int:
    """`entries`: readable ones, all recorded at `since` or later; of which the feed knows already it leaves alone. How many
    were placeholders and are none now, by this call. Raises Busy; may be done again."""
    rest, mended = iter(entries), 0
    while some := list(islice(rest, TOGETHER)):
        mended += _mend(rt, tenant, since, {feed.place_of(entry): entry for entry in some})
    return mended


def _mend(rt: Runtime, tenant: str, since: Instant, entries: Mapping[Place, Entry]) -> int:
    doubtful = set[Place]()  # of a transaction that lost its answer: if they are mended now, it is taken for ours

    def attempt() -> int | None:
        standing = list[Place]()
        try:
            head = feed.read_head(rt.table, tenant)
            pages = _pages(rt, tenant, head, since, entries)
            standing += (place for places, _ in pages for place in places)
            if standing:
                counts = _counts(rt, tenant, [entries[place] for place in standing])
                writes = [feed.head_put(tenant, head, head.mended()), *(put for _, put in pages), *counts]
                rt.table.transact(writes, rt.ids.command())
        except OutcomeUnknown:
            doubtful.update(standing)
            return None
        except (Throttled, TransactionCancelled):
            return None
        return len(doubtful.union(standing))

    mended = persist(rt, attempt)
    if mended is None:
        raise busy()
    return mended


def _pages(
    rt: Runtime, tenant: str, head: FeedHead, since: Instant, entries: Mapping[Place, Entry]
) -> list[tuple[list[Place], Put]]:
    """The pages with placeholders of these entries: of which, and the page without them."""
    references = {place: feed.reference_to(entry) for place, entry in entries.items()}
    found = []
    for lane in feed.LANES:
        for page in pages_since(rt.table, tenant, lane, head, since):
            held = [one.place for one in feed.references_from(page) if one.is_placeholder and one.place in entries]
            if held:
                found.append((held, feed.mended_put(page, references)))
    return found


def _counts(rt: Runtime, tenant: str, entries: Sequence[Entry]) -> list[Put]:
    places: dict[CountsPlace, list[Entry]] = {}
    for entry in entries:
        places.setdefault(counting_place(entry), []).append(entry)
    keys = {place: store.counts_key(tenant, *place) for place in places}
    found = rt.table.batch_get(list(keys.values()))
    return [
        store.counts_put(tenant, place, _right(store.counts_from(found.get(keys[place])), counted_there))
        for place, counted_there in places.items()
    ]


def _right(counts: Mapping[str, int], entries: Sequence[Entry]) -> dict[str, int]:
    """Told by a placeholder, an entry counts as one that cannot be read, whatever schema it needs."""
    held = [placeholder(one.stream, one.sequence, one.recorded_at, None) for one in entries]
    return corrected(counts, counted(map(told_of, held)), counted(map(told_of, entries)))
