"""One structured line per message or batch, which is its metrics as well. Never a body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.kit.logs import Work, lines_about, logger
from chalicelib.kit.metrics import Measured, embedded
from chalicelib.table.journal import Entry
from chalicelib.table.placeholders import schema_of

RELAY = "relay_entries"
_UNREAD = Measured(("operation",), {"unread": "Count"})
_WORK = Measured(("operation",), {"duration_ms": "Milliseconds", "done": "Count", "failed": "Count"})


@dataclass(slots=True)
class Note(Work):
    """What is known of the work so far. `done` and `failed` count what it was made of; `job` is the long job it is part of."""

    job: str | None = None
    done: int = 0
    failed: int = 0


@contextmanager
def noted(operation: str, request_id: str = "") -> Iterator[Note]:
    """Writes the line at the end of the block, however it ends: what leaves it by raising has failed, and is told."""
    note = Note(operation, request_id)
    with lines_about(note):
        try:
            yield note
        except Exception as why:
            note.failed += 1
            fault(why)
            raise
        finally:
            logger().info("event", extra=_line(note) | embedded(_WORK))


def fault(why: Exception, request_ids: Sequence[str] = ()) -> None:
    """Something that comes again, or ends in a dead-letter queue: with its stack. `request_ids` are those it kept
    waiting, where it is about more than the work at hand."""
    extra = {"request_ids": sorted(set(request_ids))} if request_ids else {}
    logger().error("an event failed", exc_info=why, extra=extra)


def unread(entry: Entry) -> None:
    """An entry that a newer version has written, each time it comes: where it lies, and what it takes to read it."""
    told = {"operation": RELAY, "tenant": entry.stream.tenant, "unread": 1, "schema": schema_of(entry)}
    keys = {"pk": entry.key.pk, "sk": entry.key.sk}
    logger().error("an entry is of a newer schema: the feed has a placeholder", extra=told | keys | embedded(_UNREAD))


def trace(batch: Note, of: Work, done: int, failed: int) -> None:
    """A line for one request among several that a batch was made of: found by its id, counted with the batch."""
    own = {"request_id": of.request_id, "tenant": of.tenant, "operation": of.operation}
    logger().info("event", extra=own | {"done": done, "failed": failed, "duration_ms": batch.duration_ms})


def _line(note: Note) -> dict[str, object]:
    return {"job": note.job, "done": note.done, "failed": note.failed, "duration_ms": note.duration_ms}
