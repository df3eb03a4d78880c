"""A table that says how often it was asked: a long read-only job tells what it costs, whatever the table below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from chalicelib.table.meter import Meter
from chalicelib.table.protocol import Attrs, Key, Page, Query, Table, Write


@dataclass(frozen=True, slots=True)
class CountedTable:
    """Requests by kind; what they weigh only the table itself knows."""

    table: Table
    meter: Meter = field(default_factory=Meter)

    def get(self, key: Key) -> Attrs | None:
        self.meter.count("get")
        return self.table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        self.meter.count("batch_get")
        return self.table.batch_get(keys)

    def query(self, query: Query) -> Page:
        self.meter.count("query")
        return self.table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.meter.count("transact")
        self.table.transact(writes, token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.meter.count("batch_put")
        self.table.batch_put(items)
