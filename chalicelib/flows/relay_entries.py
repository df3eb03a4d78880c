"""Relay entries: from the stream of the table into the tenant's feed and counts, exactly once, then to the topic.

    reads    1 Get of the feed's head, 1 BatchGet of its open page and the days' counts, per tenant in the batch
    writes   head, page, counts of the day in one transaction (more pages or days where a batch has them); then 1 publish
             request per ten entries

The feed skips what is at or below the shard's checkpoint: a batch that comes again, or overlaps one that came, adds only
what is new. The topic has no checkpoint but the stream's own: a batch is done only when it has been published, so what
is delivered again is published again, and consumers know an entry by its id.

Of an entry that this version cannot read (chalicelib/table/placeholders.py) the place is enough for the feed and the topic;
what follows from its facts is counted when it can be read (flows/mend_placeholders.py).

Where something of a tenant's feed cannot be read, its entries do not come again: no delivery would help, and everybody's
behind them would wait (flows/give_up_records.py).

The checkpoint of a shard asks for its records in order, one batch at a time, as Lambda delivers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.aws.errors import CloudError
from chalicelib.errors import Busy
from chalicelib.flows.feed_commit import counting_place, feed_writes, in_transactions, message_of
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.commit import busy, persist
from chalicelib.table.feed import FeedHead
from chalicelib.table.feed_search import found_among
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, published
from chalicelib.table.protocol import OutcomeUnknown, TableError, Throttled, TransactionCancelled, Write


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry as the stream delivers it."""

    sequence_number: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Unrelayed:
    """What was not relayed, or not published, and why."""

    arrivals: tuple[Arrival, ...]
    fault: Exception

    @property
    def comes_again(self) -> bool:
        """Whether another delivery may do better. Whom it does not help is to be given up."""
        return isinstance(self.fault, Busy | TableError | CloudError)


def relay_entries(rt: Runtime, shard: str, arrivals: Sequence[Arrival]) -> tuple[Unrelayed, ...]:
    """Arrivals of one shard, in its order. One tenant's trouble keeps no other tenant's entries."""
    unrelayed: list[Unrelayed] = []
    relayed: list[Arrival] = []
    for tenant, own in _by_tenant(arrivals).items():
        try:
            for part in in_transactions((counting_place(arrival.entry), arrival) for arrival in own):
                _append(rt, tenant, shard, part)
        except (*UNREADABLE, TableError) as fault:  # one damaged item of its feed, for one
            unrelayed.append(Unrelayed(tuple(own), fault))
        else:
            relayed += own
    loud = [arrival for arrival in relayed if published(arrival.entry)]
    try:
        rt.topic.publish([message_of(arrival.entry) for arrival in loud])
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
    entries = _unrepaired(rt, tenant, head, [arrival.entry for arrival in new])
    loud = sum(map(published, entries))
    after = head.moved(shard, new[-1].sequence_number, loud, rt.clock.now(), len(entries) - loud)
    return feed_writes(rt, tenant, head, after, entries)


def _unrepaired(rt: Runtime, tenant: str, head: FeedHead, entries: Sequence[Entry]) -> list[Entry]:
    """Those that no repair has added. Only what is as old as something that was repaired is looked up at all: that the
    stream delivers it nevertheless is rare, for a repair leaves to the stream what it may still have."""
    old = [entry for entry in entries if entry.recorded_at <= head.repaired_to]
    if not old:
        return list(entries)
    since = min(entry.recorded_at for entry in old)
    found = found_among(rt.table, tenant, head, {feed.place_of(entry) for entry in old}, since)
    return [entry for entry in entries if feed.place_of(entry) not in found]


def _by_tenant(arrivals: Iterable[Arrival]) -> dict[str, list[Arrival]]:
    """Each record once and in the shard's order, even where a batch was put together from several deliveries."""
    once = {int(arrival.sequence_number): arrival for arrival in arrivals}
    found: dict[str, list[Arrival]] = {}
    for _, arrival in sorted(once.items()):
        found.setdefault(arrival.entry.stream.tenant, []).append(arrival)
    return found
