"""Start an export of the audit log: what its filters find, as a file. Its end is fixed where it begins: what is recorded meanwhile
is not in it.

reads    of one entity what its first page reads (read_own_audit), so that nobody waits for the log of nothing; and as every
         start (start_job)
writes   as every start: the operation and its one part, 2 units each; sends the chunk
repeats  as every start

Its chunks come through the queue of imports: audit_chunk, join_audit_export.
"""

from __future__ import annotations

from dataclasses import asdict

from chalicelib.areas.audit.model import Sought
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.flows.read_own_audit import read_own_audit
from chalicelib.flows.start_job import start_job
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently

CHUNK_ENTRIES = 1_000
NAME, CUT = "audit", "audit"


def start_audit_export(
    rt: Runtime, caller: Caller, command: Command, sought: Sought, chunk_entries: int = CHUNK_ENTRIES
) -> Committed[Progress]:
    """InvalidInput `invalid_entity`; NotFound `entity_not_found`; Conflict `idempotency_key_reused`."""
    if sought.entity is not None:
        read_patiently(rt, lambda: read_own_audit(rt, caller.tenant, sought, 1, None))
    now = rt.clock.now()
    begun = Operation(
        tenant=caller.tenant,
        operation_id=f"opr_{rt.ids.command()}",
        kind="export_audit",
        name=NAME,
        state="running",
        created_at=now,
        request_id=caller.request_id,
        details={"routing": CUT, "chunk_entries": chunk_entries, "sought": asdict(sought)},
        started_at=now,
        parts=1,  # each chunk begins where the one before has ended
    )
    return start_job(rt, command, Progress(begun, (Part(0),)))
