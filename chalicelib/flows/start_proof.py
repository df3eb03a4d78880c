"""Start a proof of everything a tenant's members and groups have: every account folded anew from its journal and compared.

reads    1 Query (a Get more with an Idempotency-Key); the tenant's counts by day, 1 Query a MB: how many members and
         groups there are
writes   the operation, its parts, the guard of its key; sends the first chunk of every part
repeats  the same key is the same operation. Asking again nudges it: while it runs, the messages that it waits for are sent
         once more; what is already being done is kept apart by leases

Its chunks come through the queue of imports, half of whose workers it takes at most: prove_chunk, join_proof.
"""

from __future__ import annotations

from chalicelib.areas.feeds import store as counts
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.aws.errors import CloudError
from chalicelib.flows.give_up_operation import UNSENT, fail_operation
from chalicelib.flows.job_messages import send_chunks
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.items import UNREADABLE
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write

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
        rows=read_patiently(rt, lambda: _owners(rt, caller.tenant)),
        parts=parts,
    )
    fresh = Progress(begun, tuple(Part(number) for number in range(parts)))

    def decide() -> tuple[Committed[Progress], tuple[Write, ...]]:
        known = _known(rt, command, begun)
        if known is not None:
            return Committed(known, replayed=known.operation.operation_id != begun.operation_id), ()
        puts = (jobs.operation_put(begun), *(jobs.part_put(begun, part, now) for part in fresh.parts))
        place = jobs.operation_key(begun.tenant, begun.operation_id).pk
        return Committed(fresh), () if command.dry_run else (*puts, *place_puts(begun.tenant, command, place, now))

    started = settle(rt, decide)
    if started.answer.operation.state == "running" and not command.dry_run:
        _send(rt, command, started.answer)
    return started


def _send(rt: Runtime, command: Command, progress: Progress) -> None:
    """Without a key nobody would ever ask for this one again: it ends as failed, and is not waited for."""
    try:
        send_chunks(rt, progress.operation, list(progress.parts))
    except CloudError:
        if not command.guarded:
            fail_operation(rt, progress.operation, UNSENT)
        raise


def _known(rt: Runtime, command: Command, begun: Operation) -> Progress | None:
    """What this very call has begun, or an earlier one with its key."""
    place = recall_place(rt.table, begun.tenant, command)
    operation_id = begun.operation_id if place is None else jobs.operation_of(place)
    return jobs.find_progress(rt.table, begun.tenant, operation_id)


def _owners(rt: Runtime, tenant: str) -> int:
    """As far as the relay has counted, and its counts can be read: for the progress alone."""
    total = 0
    for attrs in every_item(rt.table, counts.every_day_query(tenant)):
        try:
            known = counts.counts_from(attrs)
            total += known.get("members_enrolled", 0) + known.get("groups_created", 0)
        except UNREADABLE:
            continue
    return total
