"""Do one chunk of an export of the audit log: a thousand entries, for ten seconds, page by page as the log is read.

reads    as every chunk (job_chunks); how far the one before came, from the end of its results; and of each page what reading
         the log does (read_audit, read_own_audit)
writes   as every chunk
repeats  one that is done again finds the same: its end is fixed, and nothing is recorded in the past
memory   so many entries, or some megabytes of them
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from chalicelib.areas.audit.model import AuditEntry, Sought
from chalicelib.areas.jobs.files import result_file
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_lease import no_message
from chalicelib.flows.job_messages import Step
from chalicelib.flows.read_audit import read_audit
from chalicelib.flows.read_own_audit import read_own_audit
from chalicelib.kit.paging import MAX_PAGE
from chalicelib.runtime import Runtime
from chalicelib.table.items import compact_json
from chalicelib.table.patient import PatientTable

MOST_BYTES = 8_000_000


def audit_chunk(rt: Runtime, step: Step, keep: Callable[[], None] = no_message) -> None:
    """As work_on_chunk has it; `keep` keeps its message away for as long as a lease."""
    work_on_chunk(rt, step, _do, keep=keep)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    sought, most = Sought(**operation.details["sought"]), operation.details["chunk_entries"]
    read = read_audit if sought.entity is None else read_own_audit
    patient, started = replace(rt, table=PatientTable(rt)), rt.clock.monotonic()
    cursor, entries, kept = _reached(rt, operation, part), 0, bytearray()
    while True:
        page = read(patient, operation.tenant, sought, min(MAX_PAGE, most - entries), cursor)
        cursor, entries = page.next_cursor, entries + len(page.items)
        for entry in page.items:
            kept += _line(entry)
        ended = entries >= most or len(kept) >= MOST_BYTES or rt.clock.monotonic() - started > WORK_SECONDS
        if cursor is None or ended:
            break
    goes_on = b"" if cursor is None else json.dumps(cursor).encode() + b"\n"
    return Chunk(bytes(kept) + goes_on, {"rows": entries, "entries": entries}, len(kept), cursor is None)


def _reached(rt: Runtime, operation: Operation, part: Part) -> str | None:
    """The cursor stands behind the results of the chunk before, at the part's offset."""
    if part.chunk == 0:
        return None
    before = result_file(operation.operation_id, operation.details["routing"], part.number, part.chunk - 1)
    with rt.files.open(before, start=part.offset) as stream:
        return str(json.loads(stream.read()))


def is_entry(line: bytes) -> bool:
    """Not a cursor."""
    return line.startswith(b"[")


def _line(entry: AuditEntry) -> bytes:
    """What stands in the row of an entry, as join_audit_export names its columns."""
    told = entry.model_dump(mode="json")
    actor = told["actor"]
    cells = [
        *(told["entry_id"], told["entity"], "" if entry.program_id is None else entry.program_id, told["operation"]),
        *(" ".join(entry.types), told["recorded_at"], told["effective_at"]),
        *(actor["kind"], actor["id"], actor["name"], told["channel"], told["request_id"]),
        *("true" if entry.quiet else "false", compact_json(told["facts"]).decode()),
    ]
    return json.dumps(cells).encode() + b"\n"
