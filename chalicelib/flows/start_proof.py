"""Start a proof of everything a tenant's members and groups have: every account folded anew from its journal and compared.

reads    as every start (start_job); the tenant's counts by day, 1 Query a MB: how many members and groups there are
writes   as every start; sends the first chunk of every part
repeats  as every start

Its chunks come through the queue of imports, half of whose workers it takes at most: prove_chunk, join_proof.
"""

from __future__ import annotations

from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.flows.start_job import counted_owners, start_job
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently

PARTS = 8  # chains of chunks, each through as many shards of the directories as the others
CHUNK_MEMBERS = 1_000
NAME, CUT = "accounts", "proof"


def start_proof(
    rt: Runtime, caller: Caller, command: Command, parts: int = PARTS, chunk_members: int = CHUNK_MEMBERS
) -> Committed[Progress]:
    """How it is cut up is settled here, once, and changes nothing of what comes out. Conflict `idempotency_key_reused`."""
    now = rt.clock.now()
    begun = Operation(
        tenant=caller.tenant,
        operation_id=f"opr_{rt.ids.command()}",
        kind="prove_accounts",
        name=NAME,
        state="running",
        created_at=now,
        request_id=caller.request_id,
        details={"routing": CUT, "chunk_members": chunk_members},
        started_at=now,
        rows=read_patiently(rt, lambda: counted_owners(rt, caller.tenant)),
        parts=parts,
    )
    return start_job(rt, command, Progress(begun, tuple(Part(number) for number in range(parts))))
