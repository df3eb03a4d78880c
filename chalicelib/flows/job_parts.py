"""Begin the parts of an operation that is cut up by a message of its own.

reads    operation and parts in 1 Query
writes   operation and parts
repeats  whoever is first: another pass may have come to its end meanwhile
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.protocol import Put


def begin_parts(
    rt: Runtime,
    operation: Operation,
    routing: str,
    rows: int,
    parts: list[Part],
    details: Mapping[str, Any] | None = None,
) -> tuple[Operation, list[Part]]:
    """The operation as it runs, and the parts of it that nobody has begun. `details` that it has found out."""
    now = rt.clock.now()
    running = operation.running(now, rows, len(parts), {"routing": routing, **(details or {})})

    def decide() -> tuple[tuple[Operation, list[Part]], tuple[Put, ...]]:
        known = jobs.read_progress(rt.table, operation.tenant, operation.operation_id)
        if known.operation.version != operation.version:
            return (known.operation, [part for part in known.parts if part.chunk == 0]), ()
        puts = (jobs.operation_put(running), *(jobs.part_put(running, part, now) for part in parts))
        return (running, parts), puts

    return settle(rt, decide)
