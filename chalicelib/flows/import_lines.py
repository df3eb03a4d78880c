"""Import a file of which every line is one thing: its lines are counted, then done a thousand at a time in their order.

reads    the file once for its lines, and each chunk its own from where the one before ended
writes   the operation and its one part; and as every chunk
repeats  the same object is the same operation; a chunk is cut as it was, so that what is done together stays together
memory   a thousand lines, however many there are, and 4 KB of one line, however long it is
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.areas.imports.text_lines import TextLine, some_lines, text_lines
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Failure, Operation, Part
from chalicelib.aws.files import FileNotThereError
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.give_up_operation import fail_operation
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk
from chalicelib.flows.job_messages import send_chunks
from chalicelib.flows.job_parts import begin_parts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently

_GONE = Failure("file_gone", "The file was deleted or replaced before it could be read.")

Done = Callable[[Sequence[TextLine], Counter[str]], Iterable[bytes]]


class Looked(NamedTuple):
    """What a look at the whole file finds: how many lines are to be done, where the first of them is, and what else the
    chunks need."""

    rows: int
    part: Part
    details: Mapping[str, Any]


def route_lines(
    rt: Runtime, tenant: str, operation_id: str, routing: str, look: Callable[[Runtime, Operation], Looked]
) -> None:
    """What `look` refuses fails the operation, and so does a file that is gone: `file_gone`. NotFound: `operation_not_found`."""
    progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id))
    operation, parts = progress.operation, [part for part in progress.parts if part.chunk == 0]
    if operation.state == "queued":
        try:
            found = look(rt, operation)
            # one part, for the lines are to be done in their order
            operation, parts = begin_parts(rt, operation, routing, found.rows, [found.part], found.details)
        except (InvalidInput, NotFound, Refused) as refusal:
            fail_operation(rt, operation, Failure(refusal.code, refusal.message))
            return
        except FileNotThereError:
            fail_operation(rt, operation, _GONE)
            return
    if operation.state == "running":
        send_chunks(rt, operation, parts)


def do_lines(rt: Runtime, operation: Operation, part: Part, at_once: int, done: Done) -> Chunk:
    """`done` gets some at once, blank ones among them, counts what becomes of them and makes lines of the result of them."""
    counts, most = Counter[str](rows=0, lines=0), operation.details["chunk_rows"]
    kept: list[bytes] = []
    offset, last, started = part.offset, True, rt.clock.monotonic()
    with rt.files.open(operation.details["key"], start=offset, etag=operation.details["etag"]) as stream:
        lines = text_lines(stream, part.counts.get("lines", 0))
        while some := some_lines(lines, min(at_once, most - counts["rows"])):
            offset += sum(line.size for line in some)
            kept += done(some, counts)
            counts["lines"] += len(some)
            counts["rows"] += sum(not line.is_blank for line in some)
            if counts["rows"] >= most or rt.clock.monotonic() - started > WORK_SECONDS:
                last = False
                break
    return Chunk(b"".join(kept), dict(counts), offset, last)
