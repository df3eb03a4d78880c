"""A table that its holder may write to until their lease is over: whoever comes after must find nothing more of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.errors import Busy
from chalicelib.kit.clock import Clock, Instant
from chalicelib.table.protocol import Attrs, Key, Page, Query, Table, Write


@dataclass(frozen=True, slots=True)
class LeasedTable:
    """Asked right before each write, so that a process which was stopped in between does not go on as if it held it.

    It costs nothing and leaves one gap: a request that is under way when the lease ends is still carried out.
    """

    table: Table
    clock: Clock
    until: Instant

    def get(self, key: Key) -> Attrs | None:
        return self.table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return self.table.batch_get(keys)

    def query(self, query: Query) -> Page:
        return self.table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.must_hold()
        self.table.transact(writes, token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.must_hold()
        self.table.batch_put(items)

    def must_hold(self) -> None:
        if self.clock.now() >= self.until:
            raise Busy("busy", "The lease is over: another worker may have taken over.")
