"""Relay entries: from the stream of the table into the tenant's feed and counts, exactly once, then to the topic.

    reads    1 Get of the feed's head, 1 BatchGet of its open page and the days' counts, per tenant in the batch
    writes   head, page, counts of the day in one transaction (more pages or days where a batch has them); then 1 publish
             request per ten entries

The feed skips what is at or below the shard's checkpoint: a batch that comes again, or overlaps one that came, adds only
what is new. The topic has no checkpoint but the stream's own: a batch is done only when it has been published, so what
is delivered again is published again, and consumers know an entry by its id.

The checkpoint of a shard asks for its records in order, one batch at a time, as Lambda delivers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import added, counted
from chalicelib.aws.errors import CloudError
from chalicelib.aws.topic import Published
from chalicelib.errors import StampbookError
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, local_day
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import busy, persist
from chalicelib.table.feed import FeedHead
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import OutcomeUnknown, TableError, Throttled, TransactionCancelled, Write

MAX_ENTRIES = 1_000  # of one transaction: eleven pages at most
MAX_DAYS = 25


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry as the stream delivers it."""

    sequence_number: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Unrelayed:
    """What must be delivered again, and why."""

    arrivals: tuple[Arrival, ...]
    fault: Exception


def relay_entries(rt: Runtime, shard: str, arrivals: Sequence[Arrival]) -> tuple[Unrelayed, ...]:
    """Arrivals of one shard, in its order. One tenant's trouble keeps no other tenant's entries."""
    unrelayed: list[Unrelayed] = []
    relayed: list[Arrival] = []
    for tenant, own in _by_tenant(arrivals).items():
        try:
            for part in _parts(own):
                _append(rt, tenant, shard, part)
        except (StampbookError, TableError) as fault:
            unrelayed.append(Unrelayed(tuple(own), fault))
        else:
            relayed += own
    loud = [arrival for arrival in relayed if feed.published(arrival.entry)]
    try:
        rt.topic.publish([_message(arrival.entry) for arrival in loud])
    except CloudError as fault:
        unrelayed.append(Unrelayed(tuple(loud), fault))
    return tuple(unrelayed)


def _append(rt: Runtime, tenant: str, shard: str, part: Sequence[Arrival]) -> None:
    """One transaction for what the feed has not seen. Relays of other shards may be faster: then once more, with bounds.

    A lost answer needs no other care: if the transaction came through, the checkpoint says so.
    """

    def attempt() -> bool | None:
        try:
            head = feed.read_head(rt.table, tenant)
            new = [arrival for arrival in part if not head.has_seen(shard, arrival.sequence_number)]
            if new:
                rt.table.transact(_writes(rt, tenant, shard, head, new), rt.ids.command())
        except (Throttled, OutcomeUnknown, TransactionCancelled):
            return None
        return True

    if persist(rt, attempt) is None:
        raise busy()


def _writes(rt: Runtime, tenant: str, shard: str, head: FeedHead, new: Sequence[Arrival]) -> list[Write]:
    references = [feed.reference_to(arrival.entry) for arrival in new if feed.published(arrival.entry)]
    days: dict[Day, list[Entry]] = {}
    for arrival in new:
        days.setdefault(_day(arrival.entry.recorded_at), []).append(arrival.entry)
    page_key = feed.open_page_key(tenant, head) if references else None
    keys = {day: store.counts_key(tenant, day) for day in days}
    found = rt.table.batch_get([*([page_key] if page_key else []), *keys.values()])
    after = head.moved(shard, new[-1].sequence_number, len(references), rt.clock.now())
    counts = {
        day: added(store.counts_from(found.get(keys[day])), counted(entry.facts for entry in entries))
        for day, entries in days.items()
    }
    return [
        feed.head_put(tenant, head, after),
        *feed.page_puts(tenant, head, found.get(page_key) if page_key else None, references),
        *(store.counts_put(tenant, day, total) for day, total in counts.items()),
    ]


def _by_tenant(arrivals: Iterable[Arrival]) -> dict[str, list[Arrival]]:
    """Each record once and in the shard's order, even where a batch was put together from several deliveries."""
    once = {int(arrival.sequence_number): arrival for arrival in arrivals}
    found: dict[str, list[Arrival]] = {}
    for _, arrival in sorted(once.items()):
        found.setdefault(arrival.entry.stream.tenant, []).append(arrival)
    return found


def _parts(arrivals: Sequence[Arrival]) -> Iterator[list[Arrival]]:
    """As many in a row as one transaction may hold: nearly always all of them."""
    part: list[Arrival] = []
    days: set[Day] = set()
    for arrival in arrivals:
        day = _day(arrival.entry.recorded_at)
        if part and (len(part) == MAX_ENTRIES or len(days | {day}) > MAX_DAYS):
            yield part
            part, days = [], set()
        part.append(arrival)
        days.add(day)
    if part:
        yield part


def _message(entry: Entry) -> Published:
    """It names the entry and does not carry it: a consumer reads it, or what it left behind, afresh."""
    reference = feed.reference_to(entry)
    body = {
        "entry_id": feed.name_of(entry),
        "owner": reference.owner,
        "program": reference.program,
        "sequence": reference.sequence,
        "operation": entry.header["operation"],
        "types": reference.types,
        "recorded_at": entry.recorded_at,
        "effective_at": entry.effective_at,
    }
    return Published(entry.stream.tenant, reference.types, body, str(entry.header.get("request_id", "")))


def _day(at: Instant) -> Day:
    return local_day(at, "UTC")
