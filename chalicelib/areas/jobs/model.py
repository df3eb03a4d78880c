"""An operation as a value, its parts, and what may become of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from chalicelib.errors import Conflict
from chalicelib.kit.clock import Instant

Kind = Literal[
    "import_orders",
    "import_coupon_codes",
    "import_segment_members",
    "prove_accounts",
    "simulate_rules",
    "run_rule",
    "judge_segment",
    "preview_segment",
    "export_segment",
    "export_audit",
    "send_notification",
]
State = Literal["queued", "running", "done", "failed", "cancelled"]
Counts = Mapping[str, int]


class Failure(NamedTuple):
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`name` is what a person calls its subject; `details` are its kind's own. `rows` are the lines of a file or the
    members and groups to look at: None until they are counted."""

    tenant: str
    operation_id: str
    kind: Kind
    name: str
    state: State
    created_at: Instant
    request_id: str
    details: Mapping[str, Any]
    started_at: Instant | None = None
    finished_at: Instant | None = None
    rows: int | None = None
    parts: int = 0
    parts_done: int = 0
    counts: Counts = field(default_factory=dict)
    failure: Failure | None = None
    result: str = ""
    ended_by: str = ""  # the command that cancelled it
    version: int = 1

    @property
    def finished(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    @property
    def all_parts_done(self) -> bool:
        return self.parts_done == self.parts

    def running(self, at: Instant, rows: int, parts: int, details: Mapping[str, Any]) -> Operation:
        merged = {**self.details, **details}
        return self._next(state="running", started_at=at, rows=rows, parts=parts, details=merged)

    def with_part_done(self) -> Operation:
        return self._next(parts_done=self.parts_done + 1)

    def done(self, at: Instant, result: str, counts: Counts) -> Operation:
        """What was only known roughly before is known now: how many rows there were."""
        rows = counts.get("rows", self.rows)
        return self._next(state="done", finished_at=at, result=result, counts=counts, rows=rows)

    def failed(self, at: Instant, failure: Failure) -> Operation:
        return self._next(state="failed", finished_at=at, failure=failure)

    def cancelled(self, at: Instant, command: str) -> Operation:
        """Refuses what has finished otherwise: Conflict `operation_finished`."""
        if self.finished:
            raise Conflict("operation_finished", f"This operation is {self.state}: there is nothing to cancel.")
        return self._next(state="cancelled", finished_at=at, ended_by=command)

    def _next(self, **changes: Any) -> Operation:
        return replace(self, version=self.version + 1, **changes)


@dataclass(frozen=True, slots=True)
class Part:
    """`chunk` is the one to be done next, from byte `offset` on; `attempt` counts who took it up so far."""

    number: int
    chunk: int = 0
    offset: int = 0
    done: bool = False
    counts: Counts = field(default_factory=dict)
    attempt: int = 0
    holder: str = ""
    leased_until: Instant = 0
    version: int = 1

    def taken(self, holder: str, until: Instant) -> Part:
        return replace(self, holder=holder, leased_until=until, attempt=self.attempt + 1, version=self.version + 1)

    def lengthened(self, until: Instant) -> Part:
        return replace(self, leased_until=until, version=self.version + 1)

    def released(self) -> Part:
        return replace(self, holder="", leased_until=0, version=self.version + 1)

    def finished_chunk(self, offset: int, counts: Counts, *, last: bool) -> Part:
        return Part(self.number, self.chunk + 1, offset, last, added((self.counts, counts)), version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Progress:
    """An operation with its parts: what has been done of it so far, exactly."""

    operation: Operation
    parts: tuple[Part, ...] = ()

    @property
    def counts(self) -> Counts:
        return added(part.counts for part in self.parts) if self.parts else self.operation.counts


def added(counts: Iterable[Counts]) -> Counts:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
