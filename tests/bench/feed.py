"""The relay on the stream of DynamoDB Local: entries a second over a backlog, and how long one entry takes to the feed.

The backlog is enrolments, read a hundred records of the stream at a time, entries and others. The lag is of orders recorded one by one:
from the answer of the transaction until the relay has read the stream and committed the feed. Units are the twin's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter, process_time

from chalicelib.events.stream import relay
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.memory import MemoryTable
from tests.bench.crowds import enrolled
from tests.bench.figures import Gate, Row, Section, percentile
from tests.bench.till import DYNAMODB_LOCAL, TWIN, local_table
from tests.engine.test_feed import Shards
from tests.twins.bookshop import BookShop, card, open_shop, sale
from tests.twins.streamed import StreamedTable, stream_event

BACKLOG, LAGS, BATCH = 5_000, 100, 100


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    with local_table("feed") as table:
        shop = open_shop(table)
        relaying = Relaying(shop, table)
        relaying.until(0)
        size = BACKLOG * 4 if full else BACKLOG
        tell(f"a backlog of {size:,} entries")
        for batch in enrolled(shop, size):
            table.batch_put(batch)
        row = relaying.backlog(size)
        tell(f"{LAGS} orders, one by one")
        lags = [relaying.lag(f"L{number}") for number in range(LAGS)]
    row |= {"lag_p50_ms": round(percentile(lags, 0.5), 1), "lag_p95_ms": round(percentile(lags, 0.95), 1)}
    row["units_per_entry"] = units_per_entry()
    gates = {
        "write units for an entry in the feed": Gate(row["units_per_entry"], exact=True),
        "requests for an entry in the feed": Gate(row["requests_per_entry"]),
    }
    return Section([row], gates, {"engine": f"{DYNAMODB_LOCAL}; units: {TWIN}; the topic is a twin"})


class Relaying:
    """One relay on all shards of the stream, from its beginning."""

    def __init__(self, shop: BookShop, table: DynamoTable) -> None:
        assert table._endpoint is not None
        self.shop, self.table = shop, table
        self.shards = Shards(table._endpoint, table._name.removeprefix("stampbook-"))
        self.relayed = 0

    def until(self, expected: int) -> None:
        """At least so many entries from now on; for 0, whatever is there."""
        before = self.relayed
        while True:
            came = 0
            for shard, records in self.shards.more():
                came += len(records)
                if records:
                    assert relay(self.shop.rt, stream_event(records, shard))["batchItemFailures"] == []
            self.relayed += came
            if self.relayed - before >= expected and not came:
                return

    def backlog(self, size: int) -> Row:
        requests = self.table.meter.cost.requests
        began, cpu = perf_counter(), process_time()
        self.until(size)
        seconds, cpu_seconds = perf_counter() - began, process_time() - cpu
        return {
            "entries": size,
            "entries_per_second": round(size / seconds),
            "cpu_ms": round(cpu_seconds / size * 1000, 3),
            "requests_per_entry": round((self.table.meter.cost.requests - requests) / size, 3),
        }

    def lag(self, number: str) -> float:
        self.shop.buy(card("0"), sale(number))
        began, before = perf_counter(), self.relayed
        while self.relayed == before:
            for shard, records in self.shards.more():
                if records:
                    relay(self.shop.rt, stream_event(records, shard))
                    self.relayed += len(records)
        return (perf_counter() - began) * 1000


def units_per_entry() -> float:
    """Of full batches of orders, the table's and the indexes' units together."""
    plain = MemoryTable()
    table = StreamedTable(plain)
    shop = open_shop(table)
    for number in range(10 * BATCH):
        shop.buy(card(f"{number % 50}"), sale(f"U{number}"))
    entries = table.entries()
    rt = replace(shop.rt, table=plain, config=ConfigCache(shop.rt.clock))
    before = plain.meter.cost
    for first in range(0, len(entries), BATCH):
        assert relay(rt, stream_event(entries[first : first + BATCH], "shard"))["batchItemFailures"] == []
    cost = plain.meter.cost - before
    return round((cost.write_units + cost.index_units) / len(entries), 3)
