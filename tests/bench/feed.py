"""Stream to feed on DynamoDB Local: how fast the stream is read, how fast the relay is, and how long one entry takes through both.

The backlog is enrolments. The reader asks for a hundred records of the stream at a time, entries and others; the relay gets
entries alone, in batches of up to a hundred, as the mapping's filter leaves them. The lag is of orders recorded one by one:
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
from tests.twins.streamed import Record, StreamedTable, stream_event

BACKLOG, LAGS, BATCH = 3_000, 100, 100


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
        row |= relaying.lags(LAGS)
    row["units_per_entry"] = units_per_entry()
    gates = {
        "write units for an entry in the feed": Gate(row["units_per_entry"], exact=True),
        "requests for an entry in the feed": Gate(row["requests_per_entry"]),
    }
    return Section([row], gates, {"engine": f"{DYNAMODB_LOCAL}; units: {TWIN}; the topic is a twin"})


class Relaying:
    """One relay on all shards of the stream, from its beginning; `reading` and `relaying` are seconds spent on each."""

    def __init__(self, shop: BookShop, table: DynamoTable) -> None:
        assert table._endpoint is not None
        self.shop, self.table = shop, table
        self.shards = Shards(table._endpoint, table._name.removeprefix("stampbook-"))
        self.waiting: dict[str, list[Record]] = {}
        self.relayed = 0
        self.reading = self.relaying = self.cpu = 0.0

    def until(self, expected: int) -> None:
        """At least so many entries from now on, and all that is there."""
        before = self.relayed
        while (came := self._read()) or self.relayed - before < expected:
            self._relay(rest=not came)
        self._relay(rest=True)

    def backlog(self, size: int) -> Row:
        requests = self.table.meter.cost.requests
        self.reading = self.relaying = self.cpu = 0.0
        self.until(size)
        return {
            "entries": size,
            "read_per_second": round(size / self.reading),
            "relayed_per_second": round(size / self.relaying),
            "cpu_ms": round(self.cpu / size * 1000, 3),
            "requests_per_entry": round((self.table.meter.cost.requests - requests) / size, 3),
        }

    def lags(self, count: int) -> Row:
        """Of which the relay's own part is told apart: what is left is the engine's stream."""
        whole, own = [], []
        for number in range(count):
            self.shop.buy(card("0"), sale(f"L{number}"))
            began, before, relaying = perf_counter(), self.relayed, self.relaying
            while self.relayed == before:
                self._read()
                self._relay(rest=True)
            whole.append((perf_counter() - began) * 1000)
            own.append((self.relaying - relaying) * 1000)
        return {
            "lag_p50_ms": round(percentile(whole, 0.5), 1),
            "lag_p95_ms": round(percentile(whole, 0.95), 1),
            "lag_relay_p50_ms": round(percentile(own, 0.5), 1),
        }

    def _read(self) -> int:
        """How many entries came."""
        began, came = perf_counter(), 0
        for shard, records in self.shards.more():
            self.waiting.setdefault(shard, []).extend(records)
            came += len(records)
        self.reading += perf_counter() - began
        return came

    def _relay(self, *, rest: bool) -> None:
        """Full batches; the rest of a shard when no more is to come."""
        began, cpu = perf_counter(), process_time()
        for shard, records in self.waiting.items():
            while len(records) >= BATCH or (rest and records):
                batch, records[:] = records[:BATCH], records[BATCH:]
                assert relay(self.shop.rt, stream_event(batch, shard))["batchItemFailures"] == []
                self.relayed += len(batch)
        self.relaying += perf_counter() - began
        self.cpu += process_time() - cpu


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
