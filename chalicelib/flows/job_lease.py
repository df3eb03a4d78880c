"""The lease on a chunk that is lengthened while its worker reads: one step of the work may take longer than a lease."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.aws.errors import CloudError
from chalicelib.errors import Busy
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.protocol import Attrs, Key, Page, Query, Write

LEASE_MS = 180_000


def no_message() -> None:
    """Who works without one has none to keep away."""


@dataclass(slots=True)
class Lease:
    """Whoever holds it has the part as it stands in the table. Nobody else can take the chunk up as long as it is not over.
    `keep`: the message that asks for the chunk stays away for as long again; done whenever the lease is lengthened."""

    rt: Runtime
    operation: Operation
    part: Part
    keep: Callable[[], None] = no_message

    def must_hold(self) -> None:
        if self.rt.clock.now() >= self.part.leased_until:
            raise Busy("busy", "The lease is over: another worker may have taken over.")

    def lengthen(self) -> None:
        """Once half of it is over: 1 BatchGet, 1 transaction, and 1 request to the queue. One that is over is not: another
        may have taken over."""
        self.must_hold()
        if self.part.leased_until - self.rt.clock.now() <= LEASE_MS // 2:
            self.part = settle(self.rt, self._lengthened)
            with suppress(CloudError):  # then the message comes again too early, and waits for the lease
                self.keep()

    def _lengthened(self) -> tuple[Part, tuple[Write, ...]]:
        operation, now = self.operation, self.rt.clock.now()
        _, known = jobs.read_with_part(self.rt.table, operation.tenant, operation.operation_id, self.part.number)
        if known.holder != self.part.holder or now >= known.leased_until:
            raise Busy("busy", "Another worker may have taken over this chunk.")
        if known.version > self.part.version:  # ours, whose answer was lost
            return known, ()
        more = known.lengthened(now + LEASE_MS)
        return more, (jobs.part_put(operation, more, now),)


@dataclass(frozen=True, slots=True)
class LengthenedTable:
    """A table whose holder keeps the lease by reading from it. It is for work that writes nothing of its own."""

    lease: Lease

    def get(self, key: Key) -> Attrs | None:
        self.lease.lengthen()
        return self.lease.rt.table.get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        self.lease.lengthen()
        return self.lease.rt.table.batch_get(keys)

    def query(self, query: Query) -> Page:
        self.lease.lengthen()
        return self.lease.rt.table.query(query)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        self.lease.must_hold()
        self.lease.rt.table.transact(writes, token)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.lease.must_hold()
        self.lease.rt.table.batch_put(items)
