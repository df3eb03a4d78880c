"""One structured line per request, and the stack of what should not have happened. Never a body, a path or a name."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from chalicelib.kit.logs import logger


@dataclass(slots=True)
class Note:
    """What is known of a request so far."""

    request_id: str
    operation: str
    started: float
    tenant: str | None = None
    key_id: str | None = None


def start(request_id: str, operation: str) -> Note:
    return Note(request_id, operation, perf_counter())


def finish(note: Note, status: int, code: str | None) -> None:
    line = {
        "request_id": note.request_id,
        "tenant": note.tenant,
        "key_id": note.key_id,
        "operation": note.operation,
        "status": status,
        "code": code,
        "duration_ms": round((perf_counter() - note.started) * 1000, 2),
    }
    logger().info("request", extra=line)


def failed(note: Note) -> None:
    """Call it where the exception is being handled: it logs the stack."""
    known = {"request_id": note.request_id, "tenant": note.tenant, "operation": note.operation}
    logger().exception("a defect: the request failed", extra=known)
