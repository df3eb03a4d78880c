"""One structured line per request, which is its metrics as well, and the stack of what should not have happened.

Never a body, a path or a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.kit.caller import Caller
from chalicelib.kit.logs import Work, lines_about, logger
from chalicelib.kit.metrics import Measured, embedded

_REQUESTS = Measured(("operation", "outcome"), {"duration_ms": "Milliseconds", "requests": "Count"})
_REFUSALS = Measured(("code",), {"refusals": "Count"})
_FAILURES = Measured((), {"failures": "Count"})


@dataclass(slots=True, eq=False, repr=False)
class Note(Work):
    """What is known of a request so far: until it is answered, that it failed."""

    key_id: str | None = None
    caller: Caller | None = None
    status: int = 500
    code: str | None = "internal_error"

    def answered(self, status: int, code: str | None) -> None:
        self.status, self.code = status, code


@contextmanager
def noted(request_id: str, operation: str) -> Iterator[Note]:
    """Writes the line at the end of the block, however it ends."""
    note = Note(operation, request_id)
    with lines_about(note):
        try:
            yield note
        finally:
            logger().info("request", extra=_line(note))


def failed() -> None:
    """Call it where the exception is being handled: it logs the stack."""
    logger().exception("a defect: the request failed")


def _line(note: Note) -> dict[str, object]:
    line: dict[str, object] = {
        "key_id": note.key_id,
        "status": note.status,
        "code": note.code,
        "outcome": f"{note.status // 100}xx",
        "duration_ms": note.duration_ms,
        "requests": 1,
    }
    if note.code is None:
        return line | embedded(_REQUESTS)
    if note.status < 500:
        return line | {"refusals": 1} | embedded(_REQUESTS, _REFUSALS)
    return line | {"refusals": 1, "failures": 1} | embedded(_REQUESTS, _REFUSALS, _FAILURES)
