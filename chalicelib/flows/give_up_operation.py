"""Give up an operation: it ends as failed, with a code and a sentence, so that nobody waits for it for ever.

reads    the operation (and the part)
writes   the operation
repeats  an operation that is finished stays as it is
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Failure, Kind, Operation
from chalicelib.errors import Busy
from chalicelib.flows.job_messages import Job, Step
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.protocol import Put

AGAIN = "What it had recorded stays; drop the file under another name, and the rest is recorded as well."
LOST = Failure("work_lost", f"Files that the import had made for itself were deleted before it was done. {AGAIN}")
GIVEN_UP = Failure("given_up", f"The import failed again and again, for a reason of ours, and was given up. {AGAIN}")
UNPROVEN = Failure(
    "given_up",
    "The proof failed again and again, for a reason of ours, and was given up. It changes nothing: start another.",
)
UNSENT = Failure("given_up", "It could not begin, for a reason of ours. It changes nothing: start another.")
UNTOLD = Failure(
    "work_lost", "What the proof had found was deleted before it was told. It changes nothing: start another."
)
UNREPLAYED = Failure(
    "given_up",
    "The simulation failed again and again, for a reason of ours, and was given up. It changes nothing: start another.",
)
UNSUMMED = Failure(
    "work_lost", "What the simulation had counted was deleted before it was told. It changes nothing: start another."
)
UNRUN = Failure(
    "given_up",
    "The run failed again and again, for a reason of ours, and was given up. Who had got something keeps it.",
)
UNLISTED = Failure(
    "work_lost", "The list of who got something was deleted before it was told. They keep what they got."
)
UNJUDGED = Failure(
    "given_up",
    "It failed again and again, for a reason of ours, and was given up. Who has moved stays where they are; define the "
    "segment once more, or start another.",
)
UNNAMED = Failure(
    "work_lost", "The list of members was deleted before it was told. Who has moved stays where they are."
)
STOPPED = Failure("rule_stopped", "The rule is not active any more: who had not had it yet got nothing.")
UNSENT_TO_ALL = Failure(
    "given_up",
    "The notification failed again and again, for a reason of ours, and was given up. Who has a receipt has had it.",
)
UNTOLD_RECEIPTS = Failure("work_lost", "The list of whom it was sent to was deleted before it was told. Receipts stay.")
UNEXPORTED = Failure(
    "given_up",
    "The export failed again and again, for a reason of ours, and was given up. It changes nothing: start another.",
)
UNTOLD_LOG = Failure(
    "work_lost", "What the export had found was deleted before it was told. It changes nothing: start another."
)
_GIVEN_UP: Mapping[Job, Failure] = {
    "import": GIVEN_UP,
    "codes": GIVEN_UP,
    "members": GIVEN_UP,
    "proof": UNPROVEN,
    "simulation": UNREPLAYED,
    "run": UNRUN,
    "notification": UNSENT_TO_ALL,
    "segment": UNJUDGED,
    "audit": UNEXPORTED,
}
_LOST: Mapping[Kind, Failure] = {
    "import_orders": LOST,
    "import_coupon_codes": LOST,
    "import_segment_members": LOST,
    "prove_accounts": UNTOLD,
    "simulate_rules": UNSUMMED,
    "run_rule": UNLISTED,
    "send_notification": UNTOLD_RECEIPTS,
    "judge_segment": UNNAMED,
    "preview_segment": UNNAMED,
    "export_segment": UNNAMED,
    "export_audit": UNTOLD_LOG,
}


def give_up_operation(rt: Runtime, step: Step) -> bool:
    """For a step that has failed as often as it may. Whether the operation was given up: not when the step is done after
    all, or no longer wanted. Busy when another worker is at it; NotFound: `operation_not_found`."""
    failure = _GIVEN_UP[step.job]

    def decide() -> tuple[bool, tuple[Put, ...]]:
        operation = jobs.read(rt.table, step.tenant, step.operation_id)
        if not _still_to_do(rt, operation, step):
            return operation.failure == failure, ()
        return True, (jobs.operation_put(operation.failed(rt.clock.now(), failure)),)

    return settle(rt, decide)


def fail_operation(rt: Runtime, operation: Operation, failure: Failure) -> None:
    """Unless it has gone on, or ended, since it was read: then what went wrong was only late."""

    def decide() -> tuple[None, tuple[Put, ...]]:
        known = jobs.read(rt.table, operation.tenant, operation.operation_id)
        failed = known.failed(rt.clock.now(), failure)
        return None, (jobs.operation_put(failed),) if known.state == operation.state else ()

    settle(rt, decide)


def fail_lost(rt: Runtime, operation: Operation) -> None:
    """Files that it had made for itself are not there any more."""
    fail_operation(rt, operation, _LOST[operation.kind])


def _still_to_do(rt: Runtime, operation: Operation, step: Step) -> bool:
    match step.do:
        case "route":
            return operation.state == "queued"
        case "join":
            return operation.state == "running" and operation.all_parts_done
    _, part = jobs.read_with_part(rt.table, step.tenant, step.operation_id, step.part)
    if operation.state != "running" or part.chunk != step.chunk:
        return False
    if part.leased_until > rt.clock.now():
        raise Busy("busy", "Another worker is at this chunk.")
    return True
