"""One structured line per message or batch, which is its metric as well (CloudWatch's embedded format). Never a body."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import perf_counter, time_ns

from chalicelib.kit.logs import logger

NAMESPACE = "Stampbook"


@dataclass(slots=True)
class Note:
    """What is known of the work so far. `done` and `failed` count what it was made of."""

    operation: str
    request_id: str = ""
    tenant: str | None = None
    done: int = 0
    failed: int = 0


@contextmanager
def noted(operation: str, request_id: str = "") -> Iterator[Note]:
    """Writes the line at the end of the block, however it ends."""
    note, started = Note(operation, request_id), perf_counter()
    try:
        yield note
    finally:
        duration = round((perf_counter() - started) * 1000, 2)
        logger().info("event", extra=_line(note, duration))


def fault(note: Note, why: Exception) -> None:
    """Something that comes again, or ends in a dead-letter queue: with its stack."""
    known = {"request_id": note.request_id, "tenant": note.tenant, "operation": note.operation}
    logger().error("an event failed", exc_info=why, extra=known)


def trace(note: Note) -> None:
    """A line for one request among several that a batch was made of: found by its id, counted with the batch."""
    logger().info("event", extra=asdict(note))


def _line(note: Note, duration_ms: float) -> dict[str, object]:
    metrics = [{"Name": "duration_ms", "Unit": "Milliseconds"}]
    metrics += [{"Name": name, "Unit": "Count"} for name in ("done", "failed")]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["operation"]], "Metrics": metrics}
    emf = {"Timestamp": time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    return asdict(note) | {"duration_ms": duration_ms, "_aws": emf}
