"""Start an operation that somebody asks for over HTTP, and send what it waits for.

reads    1 Query (a Get more with an Idempotency-Key)
writes   the operation, its parts if it has any yet, the guard of its key
repeats  the same key is the same operation. Asking again nudges it: while it is not finished, the messages that it waits
         for are sent once more; what is already being done is kept apart by leases
"""

from __future__ import annotations

from chalicelib.areas.feeds import store as counts
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Progress
from chalicelib.aws.errors import CloudError
from chalicelib.flows.give_up_operation import UNSENT, fail_operation
from chalicelib.flows.job_messages import send_next
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.items import UNREADABLE
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write


def start_job(rt: Runtime, command: Command, fresh: Progress, also: tuple[Write, ...] = ()) -> Committed[Progress]:
    """With what is written beside it. Conflict `idempotency_key_reused`; Refused `too_large`."""
    begun, now = fresh.operation, fresh.operation.created_at

    def decide() -> tuple[Committed[Progress], tuple[Write, ...]]:
        known = _known(rt, command, begun)
        if known is not None:
            return Committed(known, replayed=known.operation.operation_id != begun.operation_id), ()
        puts = (jobs.operation_put(begun), *(jobs.part_put(begun, part, now) for part in fresh.parts))
        place = jobs.operation_key(begun.tenant, begun.operation_id).pk
        return Committed(fresh), () if command.dry_run else (
            *puts,
            *also,
            *place_puts(begun.tenant, command, place, now),
        )

    started = settle(rt, decide)
    if not command.dry_run:
        _send(rt, command, started.answer)
    return started


def counted_owners(rt: Runtime, tenant: str, *, groups: bool = True) -> int:
    """Its members, and groups, as far as the relay has counted, and its counts can be read: for the progress alone. 1 Query
    a MB of the tenant's counts by day."""
    total = 0
    for attrs in every_item(rt.table, counts.every_day_query(tenant)):
        try:
            known = counts.counts_from(attrs)
            total += known.get("members_enrolled", 0) + (known.get("groups_created", 0) if groups else 0)
        except UNREADABLE:
            continue
    return total


def _send(rt: Runtime, command: Command, progress: Progress) -> None:
    """Without a key nobody would ever ask for this one again: it ends as failed, and is not waited for."""
    try:
        send_next(rt, progress)
    except CloudError:
        if not command.guarded:
            fail_operation(rt, progress.operation, UNSENT)
        raise


def _known(rt: Runtime, command: Command, begun: Operation) -> Progress | None:
    """What this very call has begun, or an earlier one with its key."""
    place = recall_place(rt.table, begun.tenant, command)
    operation_id = begun.operation_id if place is None else jobs.operation_of(place)
    return jobs.find_progress(rt.table, begun.tenant, operation_id)
