"""Start what rules on schedule have to run: each occurrence as an operation of its own, in their order.

An occurrence is started before the next one is planned, and its operation is named by it: whatever is cut off in between
is done by the next pass, and comes to the same operation. One that was missed is run as of its own moment, however late;
of several the next is started when the one before is finished.

reads    1 Query of what is due; of each rule its plan (1 Get), the operation before it and its own (2 Queries), and of a rule that
         is for everybody the tenant's counts by day, 1 Query a MB
writes   operation and its parts: 2 units each, one transaction; sends a chunk of each part; then the plan: 2 units
repeats  an operation that is there is sent on, not begun again
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.schedule import Planned, coming, runs
from chalicelib.flows.job_messages import send_next
from chalicelib.flows.run_members import audience_mark, parts_for
from chalicelib.flows.start_job import counted_owners
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by, rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.config import Config, read_config
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write

PARTS = 8  # chains of chunks, each through as many shards of the lists as the others
CHUNK_MEMBERS = 500


@dataclass(frozen=True, slots=True)
class Cut:
    """How a run is cut up: nothing that comes of it depends on it."""

    parts: int = PARTS
    chunk_members: int = CHUNK_MEMBERS


USUAL = Cut()


def start_due_runs(rt: Runtime, caller: Caller, until: Instant, cut: Cut = USUAL) -> int:
    """What had to run by `until`, as far as the clock has come. How many were started."""
    by = min(until, passed_by(rt.clock.now()))
    due = read_patiently(rt, lambda: list(every_item(rt.table, rules.due_runs_query(caller.tenant, by))))
    if not due:
        return 0
    config = read_patiently(rt, lambda: read_config(rt.table, caller.tenant))
    return sum(_start(rt, caller, config, rules.due_run(attrs), by, cut) for attrs in due)


def _start(rt: Runtime, caller: Caller, config: Config, of: tuple[int, str], by: Instant, cut: Cut) -> bool:
    """Whether an occurrence was started now. One before it that goes on is waited for, and sent on."""
    program_id, rule_id = of
    planned = read_patiently(rt, lambda: rules.read_planned(rt.table, caller.tenant, program_id, rule_id))
    rule = next((one for one in rules.rules(config, program_id) if one.rule_id == rule_id), None)
    if planned.next_at is None or planned.next_at > by or rule is None or not runs(rule):
        return False
    if planned.operation_id:
        before = read_patiently(rt, lambda: jobs.find_progress(rt.table, caller.tenant, planned.operation_id))
        if before is not None and not before.operation.finished:
            send_next(rt, before)
            return False
    progress, is_new = _begun(rt, _operation(rt, caller, program_id, rule, planned.next_at, cut))
    send_next(rt, progress)
    zone = programs.program(config, program_id).zone
    _plan_next(rt, caller.tenant, rule, planned, coming(rule, zone, planned.next_at), progress.operation.operation_id)
    return is_new


def _begun(rt: Runtime, fresh: Operation) -> tuple[Progress, bool]:
    parts = tuple(Part(number) for number in range(fresh.parts))

    def decide() -> tuple[tuple[Progress, bool], tuple[Write, ...]]:
        known = jobs.find_progress(rt.table, fresh.tenant, fresh.operation_id)
        if known is not None:
            return (known, known.operation.created_at == fresh.created_at), ()
        puts = (jobs.part_put(fresh, part, fresh.created_at) for part in parts)
        return (Progress(fresh, parts), True), (jobs.operation_put(fresh), *puts)

    return settle(rt, decide)


def _operation(rt: Runtime, caller: Caller, program_id: int, rule: Rule, at: Instant, cut: Cut) -> Operation:
    """Named by what it runs: it is the same whoever starts it."""
    now, audience = rt.clock.now(), rule.audience
    named = sha256(f"{caller.tenant}/{program_id}/{rule.rule_id}/{at}".encode()).hexdigest()[:24]
    return Operation(
        tenant=caller.tenant,
        operation_id=f"opr_{named}",
        kind="run_rule",
        name=f"{rule.rule_id} {rfc3339(at)}",
        state="running",
        created_at=now,
        request_id=caller.request_id,
        details={
            "routing": "run",
            "program": program_id,
            "rule": rule.rule_id,
            "at": at,
            "audience": audience_mark(audience),
            "chunk_members": cut.chunk_members,
        },
        started_at=now,
        rows=_rows(rt, caller.tenant, rule),
        parts=parts_for(audience, cut.parts),
    )


def _rows(rt: Runtime, tenant: str, rule: Rule) -> int | None:
    """For the progress alone; how many are in segments is known when they have been met."""
    if rule.audience.members:
        return len(set(rule.audience.members))
    if rule.audience.segments:
        return None
    return read_patiently(rt, lambda: counted_owners(rt, tenant, groups=False))


def _plan_next(rt: Runtime, tenant: str, rule: Rule, was: Planned, next_at: Instant | None, operation_id: str) -> None:
    """Unless somebody has planned it otherwise meanwhile: they knew of no more than what has begun."""

    def decide() -> tuple[None, tuple[Write, ...]]:
        known = rules.read_planned(rt.table, tenant, was.program_id, rule.rule_id)
        if known.next_at != was.next_at:
            return None, ()
        return None, (rules.planned_put(tenant, known.to(next_at, operation_id)),)

    settle(rt, decide)
