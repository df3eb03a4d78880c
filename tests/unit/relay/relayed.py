"""A shop whose stream can be relayed, and what its feed then says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.areas.feeds.operations import daily_counts
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.events.stream import relay
from chalicelib.flows.read_feed import FeedEvent, read_feed
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import local_day, parse_day
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key
from tests.twins import caller_of, runtime_on
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.streamed import Record, StreamedTable, image_of, recorded, stream_event

SHARD = "shardId-00000001768478400000-8a6f0c21"


def opened(tenant: str = "shop", table: StreamedTable | None = None) -> tuple[BookShop, StreamedTable]:
    """A shop on a stream of which nothing has been relayed; what its opening wrote is forgotten."""
    table = table or StreamedTable()
    shop = open_shop(table, tenant=tenant)
    table.records.clear()
    return shop, table


def on_plain_table(shop: BookShop, table: StreamedTable) -> Runtime:
    """The relay's own process: what it writes is not streamed, as the mapping's filter would see to."""
    return replace(shop.rt, table=table.table)


def run(rt: Runtime, records: Iterable[Record], shard: str | None = SHARD) -> list[str]:
    """Relays and answers the sequence numbers reported as failed."""
    answer = relay(rt, stream_event(records, shard))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def feed_of(rt: Runtime, caller: Caller, limit: int = 100) -> list[FeedEvent]:
    """All of it, page by page; its numbers must be dense."""
    events: list[FeedEvent] = []
    cursor = None
    while True:
        page = read_feed(rt, caller, limit, cursor)
        if not page.items:
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            return events
        events += page.items
        cursor = page.next_cursor


def counts_of(rt: Runtime, caller: Caller) -> dict[str, int]:
    """Of all days together."""
    first, last = parse_day("2026-01-01"), local_day(rt.clock.now(), "UTC")
    assert first is not None
    total: Counter[str] = Counter()
    for day in daily_counts(rt, caller, max(first, last - 365), last):
        total.update(day.counts)
    return dict(total)


def published(rt: Runtime) -> list[dict[str, Any]]:
    assert isinstance(rt.topic, MemoryTopic)
    return [message.body for message in rt.topic.published]


def journal(records: Iterable[Record]) -> MemoryTable:
    """A table with these entries, of which nothing has been relayed."""
    table = MemoryTable()
    table.batch_put(image_of(one) for one in records)
    return table


def recorded_journal(tenant: str = "ours") -> tuple[Runtime, Caller]:
    """A process on the table that the recorded events come from."""
    whole = [one for one in recorded("stream")["Records"] if one["dynamodb"]["NewImage"]["kind"] == {"S": "entry"}]
    rt, _ = runtime_on(journal(whole), now="2026-06-15")
    return rt, caller_of(tenant)


def number_of(one: Record) -> str:
    return str(one["dynamodb"]["SequenceNumber"])


class Torn(MemoryTable):
    """A BatchGet that reads its first key before, and the others after somebody was busy; which AWS does not rule out."""

    between: Callable[[], object] | None = None

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        act, self.between = self.between, None
        if act is None:
            return super().batch_get(keys)
        first = super().batch_get(keys[:1])
        act()
        return first | super().batch_get(keys[1:])
