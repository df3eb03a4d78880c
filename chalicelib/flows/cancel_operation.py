"""Cancel an operation: it stops at its next chunk. What it has recorded stays recorded.

reads    1 Query (+ 1 Get with an Idempotency-Key)
writes   the operation
repeats  an operation that is cancelled stays so and is answered as it is
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Progress
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently, settle
from chalicelib.table.guards import recall_guarded
from chalicelib.table.protocol import Put


def cancel_operation(rt: Runtime, caller: Caller, command: Command, operation_id: str) -> Committed[Progress]:
    """NotFound: `operation_not_found`. Conflict `operation_finished`: it is done or has failed."""
    # an Idempotency-Key of another request is refused here too
    read_patiently(rt, lambda: recall_guarded(rt.table, caller.tenant, command))
    tried = False

    def decide() -> tuple[Committed[Progress], tuple[Put, ...]]:
        nonlocal tried
        known = jobs.read_progress(rt.table, caller.tenant, operation_id)
        if known.operation.state == "cancelled":
            by_us = command.guarded and known.operation.ended_by == command.id
            return Committed(known, replayed=by_us and not tried), ()
        cancelled = known.operation.cancelled(rt.clock.now(), command.id)
        tried = not command.dry_run
        answer = Committed(replace(known, operation=cancelled))
        return answer, () if command.dry_run else (jobs.operation_put(cancelled),)

    return settle(rt, decide)
