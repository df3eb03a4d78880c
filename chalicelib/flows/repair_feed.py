"""Repair a feed: entries that were committed and never relayed, for the relay stood still longer than the stream remembers.

    reads    gsi2: 16 Queries an hour; the feed's pages of what was relayed since, once for every 20,000 entries; then for
             every hundred that are missing 1 BatchGet of them, 1 Get of the head, 1 BatchGet of open page and counts
    writes   for every hundred: 1 publish request per ten entries, then head, page and counts in one transaction; for every
             twenty of which the feed has no more than a placeholder, the same (flows/mend_placeholders.py)

Whether an entry was dealt with is looked up in the feed itself, numbered or quiet; what came into it since is looked up
again before each transaction, which stands only if the head has not moved. So it is safe to run this twice, at once or
beside the relay, and to kill it anywhere. For the other direction the head says up to which time entries were repaired:
a relay that is handed one as old as that looks it up as well.

Published is before the feed has it: whatever the feed has was published, by a run that was killed in between as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from chalicelib.flows.feed_commit import counting_place, entry_to_tell, feed_writes, in_transactions, message_of
from chalicelib.flows.mend_placeholders import mend_placeholders
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import busy, persist
from chalicelib.table.feed import FeedHead, Place, UnreadableEntryError, place_of
from chalicelib.table.feed_search import found_among
from chalicelib.table.journal import Entry, published
from chalicelib.table.patient import PatientTable
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.protocol import OutcomeUnknown, Throttled, TransactionCancelled
from chalicelib.table.recorded import Recorded, recorded_between

STREAM_KEEPS_MS = 26 * 3_600_000  # 24 hours, and what a relay may still hold in its hands
LOOKED_UP_TOGETHER = 20_000
READ_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class RepairedPart:
    """Of the entries recorded up to `at`: how many were looked up, how many were missing and are in the feed now, of how
    many it had a placeholder before, of which it has one still, for a newer version of the code wrote them, and which
    are missing still, for they are damaged."""

    at: Instant
    looked_up: int
    repaired: int
    mended: int = 0
    newer: tuple[Place, ...] = ()
    unreadable: tuple[Place, ...] = ()


def repair_feed(
    rt: Runtime,
    tenant: str,
    first: Instant,
    until: Instant,
    together: int = LOOKED_UP_TOGETHER,
    *,
    publish_again: bool = False,
) -> Iterator[RepairedPart]:
    """Entries recorded from `first` on and before `until`, oldest first, an owner's in their sequence; a part at a time.
    Memory grows with `together`, which is how many are looked up in one walk through the feed.

    What the stream may still deliver is best left to it: `until` should lie STREAM_KEEPS_MS back, unless the stream is
    known to be empty. No entry comes twice into the feed in any case; one that both have might be published twice.

    With `publish_again` what the feed has is published once more: a relay that gave up may have died in between.

    Raises Busy and CloudError: whatever was done is done, and the same call goes on from there.
    """
    entries = recorded_between(PatientTable(rt), tenant, first, until)
    while part := list(islice(entries, together)):
        yield _repair(rt, tenant, part, publish_again)


def _repair(rt: Runtime, tenant: str, part: Sequence[Recorded], publish_again: bool) -> RepairedPart:
    table, since = PatientTable(rt), part[0].at
    known = feed.read_head(table, tenant)
    found = found_among(table, tenant, known, {one.place for one in part}, since)
    held = {place for place, reference in found.items() if reference.is_placeholder}
    wanted = iter(_in_sequence([one for one in part if publish_again or one.place in held or one.place not in found]))
    repaired, mended, newer, unreadable = 0, 0, list[Place](), list[Place]()
    while some := list(islice(wanted, READ_TOGETHER)):
        read, refused = _read(table, some)
        unreadable += refused
        newer += (place_of(entry) for entry in read if is_placeholder(entry))
        told = [one for one in read if publish_again or not (place_of(one) in held and is_placeholder(one))]
        rt.topic.publish([message_of(entry) for entry in told if published(entry)])
        entries = [entry for entry in told if place_of(entry) not in found]
        for together in in_transactions((counting_place(entry), entry) for entry in entries):
            known, others = _append(rt, tenant, known, since, together)
            held |= others
        repaired += len(entries)
        again = [entry for entry in told if place_of(entry) in held and not is_placeholder(entry)]
        mended += mend_placeholders(rt, tenant, since, again)
    return RepairedPart(part[-1].at, len(part), repaired, mended, tuple(newer), tuple(unreadable))


def _append(
    rt: Runtime, tenant: str, known: FeedHead, since: Instant, entries: Sequence[Entry]
) -> tuple[FeedHead, set[Place]]:
    """Sees that these entries are in the feed. A lost answer needs no care: what came through is found.

    Up to the feed that it answers it has nothing more of the part than what was seen and added. Once somebody else has
    moved it that is the feed of before, for what they added may be any of the part's entries. An older relay adds what it
    cannot read as placeholders: it answers which of the entries are such.
    """
    wanted = {place_of(entry) for entry in entries}

    def attempt() -> tuple[FeedHead, set[Place]] | None:
        try:
            head = feed.read_head(rt.table, tenant)
            found = found_among(rt.table, tenant, head, wanted, since, known)
            new = [entry for entry in entries if place_of(entry) not in found]
            after = head.repaired(new) if new else head
            if new:
                rt.table.transact(feed_writes(rt, tenant, head, after, new), rt.ids.command())
        except (Throttled, OutcomeUnknown, TransactionCancelled):
            return None
        placeholders = {place for place, reference in found.items() if reference.is_placeholder}
        return after if head.version == known.version else known, placeholders

    stands = persist(rt, attempt)
    if stands is None:
        raise busy()
    return stands


def _read(table: PatientTable, some: Sequence[Recorded]) -> tuple[list[Entry], list[Place]]:
    """The entries, and the places of those that cannot be read or are gone."""
    found = table.batch_get([one.key for one in some])
    entries, refused = list[Entry](), list[Place]()
    for one in some:
        try:
            entries.append(entry_to_tell(found.get(one.key, {})))
        except UnreadableEntryError:
            refused.append(one.place)
    return entries, refused


def _in_sequence(found: Sequence[Recorded]) -> list[Recorded]:
    """In order of time, but each owner's in their sequence: clocks of two functions may differ by some milliseconds."""
    streams: dict[tuple[str, int], list[Recorded]] = defaultdict(list)
    for one in found:
        streams[one.place.owner, one.place.program].append(one)
    ordered = {name: iter(sorted(own, key=lambda one: one.place.sequence)) for name, own in streams.items()}
    return [next(ordered[one.place.owner, one.place.program]) for one in found]
