"""Do one chunk of a rule's run: some hundred members, each decided and committed by themselves, for ten seconds.

reads    as every chunk (job_chunks), and of members (run_members); of each what flows/give_on_schedule reads
writes   of each what that writes; and as every chunk
repeats  one that is done is left alone. One that is done again comes to the same for whom it gave something

The rule is taken as it stands: one that is corrected meanwhile gives the rest what it says now. One that is not active any more,
or is for others, ends the run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.schedule import runs
from chalicelib.errors import Busy
from chalicelib.flows.give_on_schedule import Given, Occurrence, give_on_schedule
from chalicelib.flows.give_up_operation import STOPPED, fail_operation
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_messages import Step
from chalicelib.flows.run_members import Met, audience_mark, members_met, segments_met
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.patient import PatientTable

_TOLD = ("given", "refused", "unreadable")


def run_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it."""
    work_on_chunk(rt, step, _do)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    rule = _rule(rt, operation)
    if rule is None:
        rt.config.forget(operation.tenant)  # it may be younger than what this process knows
        rule = _rule(rt, operation)
    if rule is None:
        fail_operation(rt, operation, STOPPED)
        return Chunk(b"", {}, part.offset, last=True)
    counts, kept, offset, last = Counter[str](), list[bytes](), part.offset, True
    started = rt.clock.monotonic()
    met = members_met(PatientTable(rt), operation, part, rule.audience)
    for done, one in enumerate(_and_one_more(met, operation.details["chunk_members"])):
        if one is None or (done and rt.clock.monotonic() - started > WORK_SECONDS):
            last = False
            break
        given = _given(rt, operation, part, rule, one)
        offset = one.offset
        counts.update({"rows": 1, given[0]: 1} if given[0] != "skipped" else {})
        kept += [json.dumps([one.member_id, *given]).encode() + b"\n"] if given[0] in _TOLD else []
    return Chunk(b"".join(kept), dict(counts), offset, last)


def _and_one_more(met: Iterator[Met], most: int) -> Iterator[Met | None]:
    """None behind the most, where there is another."""
    yield from islice(met, most)
    if next(met, None) is not None:
        yield None


def _rule(rt: Runtime, operation: Operation) -> Rule | None:
    """As it stands, as long as it runs for those for whom it began."""
    details = operation.details
    known = rules.rules(rt.config.load(rt.table, operation.tenant), details["program"])
    rule = next((one for one in known if one.rule_id == details["rule"]), None)
    if rule is None or not runs(rule) or audience_mark(rule.audience) != details["audience"]:
        return None
    return rule


def _given(rt: Runtime, operation: Operation, part: Part, rule: Rule, met: Met) -> tuple[str, str, str]:
    """What came of it, the entry, and why nothing was given: of one member, whatever is wrong with them."""
    details = operation.details
    before = frozenset(segments_met(rule.audience)[: met.place])
    again = part.attempt > 1
    occurrence = Occurrence(details["program"], rule.rule_id, details["at"], operation.operation_id, again, before)
    caller = Caller("", operation.tenant, "system", operation.operation_id, "run", (), operation.request_id, "job")
    try:
        given: Given = give_on_schedule(rt, caller, occurrence, met.member_id)
    except Busy:
        raise
    except UNREADABLE:
        return "unreadable", "", "damaged"
    return given.came, given.entry_id, given.reason
