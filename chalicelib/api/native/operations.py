"""Operations: the long jobs of a tenant, how far they are, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.api.calls import Answered, Call
from chalicelib.areas.jobs import operations as jobs
from chalicelib.areas.jobs.files import nested_file
from chalicelib.areas.jobs.model import Kind, Operation, Progress, State
from chalicelib.areas.jobs.store import OperationCard
from chalicelib.flows.cancel_operation import cancel_operation
from chalicelib.kit.base import Wire
from chalicelib.kit.clock import Instant
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime

LINK_SECONDS = 900


class Rows(Wire):
    """Lines of the file, its header and blank lines left out; of a proof or a simulation, members and groups, of a rule's run and of a segment's members; of an export of the log, entries. `total` is null
    until they are counted; of these, it is what the tenant's counters say until it is done."""

    total: int | None
    done: int
    percent: int
    per_second: float | None


class Counts(Wire):
    """Documents, by what became of them. A document that was recorded before, word for word, is repeated."""

    documents: int
    sales: int
    returns: int
    repeated: int
    refused: int


class CodeCounts(Wire):
    """Codes that were `added` to the pool; `duplicates` that there were already, or that came twice; lines that are `refused`
    since they are no code. All but the first are lines of the result."""

    added: int
    duplicates: int
    refused: int


class JoinCounts(Wire):
    """Lines by what became of their members: who `joined` the segment, whose stay in a rolling one was `renewed`, who is in it
    as before (`unchanged`), and who could not join it (`refused`). All are lines of the result."""

    joined: int
    renewed: int
    unchanged: int
    refused: int


class ProofCounts(Wire):
    """How many of the rows are `groups`; `accounts` that were looked at, and how many of them are `proven`: folded anew from
    their `entries`, each of which follows from the one before, they are what is stored. Of `orders` and profiles it is asked
    as well whether they follow from the journal: `differing` members and groups have `differences`, each of them a line of
    the result."""

    groups: int
    accounts: int
    proven: int
    entries: int
    orders: int
    differing: int
    differences: int


class SimulationCounts(Wire):
    """How many of the rows are `groups`; members and groups whose `accounts` had orders in the period, and how many `orders`
    were replayed. What could not be read, of orders and of journals from there on, is `unreadable`."""

    groups: int
    accounts: int
    orders: int
    unreadable: int


class RunCounts(Wire):
    """Members to whom a run of a rule on schedule has `given` something; and to whom not: because they are
    `not_in_audience`, do not meet its `conditions_not_met`, had reached its limits or its budget is spent (`limits_reached`),
    or it was `refused`: a blocked member, a full account. `unreadable`: what is kept of them is damaged. What was given,
    refused and unreadable are lines of the result."""

    given: int
    not_in_audience: int
    conditions_not_met: int
    limits_reached: int
    refused: int
    unreadable: int


class SegmentCounts(Wire):
    """Members of a segment that an export has found, or how often somebody `joined`, `renewed` or `left`, or would have, by a
    run or a preview of criteria; `unreadable`: what is kept of them is damaged. Each is a line of the result."""

    members: int
    joined: int
    renewed: int
    left: int
    unreadable: int


class AuditCounts(Wire):
    """Entries of the audit log that an export has found. Each is a line of the result."""

    entries: int


class NotificationCounts(Wire):
    """Members who were told (`sent`), who were to be told but could not be (`failed`), and who are not told (`skipped`): they want
    no marketing, have no phone, nobody knows them."""

    sent: int
    failed: int
    skipped: int


class Fault(Wire):
    """Why it failed: an import `empty_file`, `bad_header`, `program_not_found`, `file_gone`, one of codes also
    `coupon_series_not_found` and `no_pool`, one of members of a segment also `segment_not_found`, `segment_ended`,
    `segment_by_criteria` and `stay_over`, a run of a rule `rule_stopped`, anything `work_lost` or `given_up`."""

    code: str
    message: str


class Result(Wire):
    """A CSV file with one line for each line of the file, for each difference that a proof has found, for each member whom a rule's
    run gave something, for each move in a segment, for each of its members, for each entry of the audit log, or for each sum of a simulation, which has the same as JSON as well (`json_url`). Anybody may read it by this address until it expires."""

    url: str
    json_url: str | None
    expires_at: Time


AnyCounts = (
    Counts
    | CodeCounts
    | JoinCounts
    | ProofCounts
    | SimulationCounts
    | RunCounts
    | SegmentCounts
    | AuditCounts
    | NotificationCounts
)
COUNTED: Mapping[Kind, type[AnyCounts]] = {
    "import_orders": Counts,
    "import_coupon_codes": CodeCounts,
    "import_segment_members": JoinCounts,
    "prove_accounts": ProofCounts,
    "simulate_rules": SimulationCounts,
    "run_rule": RunCounts,
    "judge_segment": SegmentCounts,
    "preview_segment": SegmentCounts,
    "export_segment": SegmentCounts,
    "export_audit": AuditCounts,
    "send_notification": NotificationCounts,
}
RESULT_OF: Mapping[Kind, str] = {"export_audit": "audit"}
"""Whose result tells what is granted apart: nobody gets it by looking after jobs."""


class OperationView(Wire):
    operation_id: str
    kind: Kind
    name: str
    state: State
    program_id: int | None
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    rows: Rows
    counts: AnyCounts
    failure: Fault | None
    result: Result | None


class Operations(Wire):
    items: tuple[OperationCard, ...]
    next_cursor: str | None


def get_operation(call: Call) -> OperationView:
    progress = jobs.get_operation(call.rt, call.caller, call.path["operation_id"])
    resource = RESULT_OF.get(progress.operation.kind)
    return view(call.rt, progress, told=resource is None or call.caller.may(resource, "view"))


def list_operations(call: Call) -> Operations:
    page = jobs.list_operations(call.rt, call.caller, call.query["limit"], call.query["cursor"])
    return Operations(items=page.items, next_cursor=page.next_cursor)


def cancel(call: Call) -> Answered[OperationView]:
    done = cancel_operation(call.rt, call.caller, call.command, call.path["operation_id"])
    return Answered(view(call.rt, done.answer), done.replayed)


def view(rt: Runtime, progress: Progress, *, told: bool = True) -> OperationView:
    """Without its result, unless it is `told`."""
    operation, counts, now = progress.operation, progress.counts, rt.clock.now()
    shown = COUNTED[operation.kind]
    failure = operation.failure
    return OperationView(
        operation_id=operation.operation_id,
        kind=operation.kind,
        name=operation.name,
        state=operation.state,
        program_id=operation.details.get("program"),
        created_at=operation.created_at,
        started_at=operation.started_at,
        finished_at=operation.finished_at,
        rows=_rows(operation, counts.get("rows", 0), now),
        counts=shown(**{name: counts.get(name, 0) for name in shown.model_fields}),
        failure=None if failure is None else Fault(code=failure.code, message=failure.message),
        result=_result(rt, operation, now) if told and operation.result else None,
    )


def _rows(operation: Operation, done: int, now: Instant) -> Rows:
    """All of no rows is done as soon as the operation is."""
    percent = min(100, done * 100 // operation.rows) if operation.rows else 100 if operation.state == "done" else 0
    seconds = 0.0
    if operation.started_at is not None and operation.state in ("running", "done"):
        seconds = ((operation.finished_at or now) - operation.started_at) / 1000
    rate = round(done / seconds, 1) if seconds else None  # what is stopped goes on to the end of its chunks
    return Rows(total=operation.rows, done=done, percent=percent, per_second=rate)


def _result(rt: Runtime, operation: Operation, now: Instant) -> Result:
    also = nested_file(operation.result) if operation.kind == "simulate_rules" else None
    return Result(
        url=rt.files.link(operation.result, LINK_SECONDS),
        json_url=None if also is None else rt.files.link(also, LINK_SECONDS),
        expires_at=now + LINK_SECONDS * 1000,
    )
