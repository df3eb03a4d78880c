"""Do one chunk of a job on a segment: some hundred members, for ten seconds.

    judge_segment     each is brought where criteria say (flows/settle_criteria), in a commit of their own
    preview_segment   each is looked at, by the criteria that are tried; nothing is written of them
    export_segment    each who is in it is a line, as the list has them

reads    as every chunk (job_chunks); of the lists 1 Query two hundred of a shard; of each who is judged what flows/settle_criteria reads
writes   of each who is judged what that writes; and as every chunk
repeats  one that is done is left alone. Where it is done again who is where they belong is left alone, and told as they were moved
         before, by their latest entry: 2 Gets
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import SegmentMember
from chalicelib.errors import Busy
from chalicelib.flows.criteria import judged
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_messages import Step
from chalicelib.flows.listed_owners import listed_in_segment, listed_members
from chalicelib.flows.owner_chunks import shards_of
from chalicelib.flows.settle_criteria import Moved, Reason, look_at, settle_criteria
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.ids import number_of, shown
from chalicelib.runtime import Runtime
from chalicelib.table.items import UNREADABLE
from chalicelib.table.patient import PatientTable

Line = Sequence[str]
Look = Callable[[str], tuple[Moved, ...]]
Met = tuple[
    str, Callable[[], Sequence[Line]]
]  # a member, and what makes the lines of the report when they are looked at


def segment_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it."""
    work_on_chunk(rt, step, _do)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    counts, kept, offset = Counter[str](), list[bytes](), part.offset
    most, started = operation.details["chunk_members"], rt.clock.monotonic()
    members = _exported if operation.kind == "export_segment" else _judged
    found = members(rt, operation, part)
    for member_id, look in islice(found, most):
        lines = look()
        told = ["members"] * len(lines) if operation.kind == "export_segment" else [line[-1] for line in lines]
        counts.update(["rows", *told])
        kept += [json.dumps([member_id, *line]).encode() + b"\n" for line in lines]
        offset = number_of("member", member_id)
        if rt.clock.monotonic() - started > WORK_SECONDS:
            break
    return Chunk(b"".join(kept), dict(counts), offset, next(found, None) is None)


def _exported(rt: Runtime, operation: Operation, part: Part) -> Iterator[Met]:
    segment_id, now, after = operation.details["segment"], rt.clock.now(), _after(part)
    shards = shards_of(operation, part)
    found = listed_in_segment(PatientTable(rt), operation.tenant, segment_id, after, shards)
    for one in map(segments.member_from, found):
        yield one.member_id, partial(_listed, one, now)


def _listed(one: SegmentMember, now: Instant) -> Sequence[Line]:
    """Whose stay is over is in it for nobody."""
    if one.leaves_at is not None and one.leaves_at <= now:
        return ()
    return ((rfc3339(one.since), "" if one.leaves_at is None else rfc3339(one.leaves_at)),)


def _judged(rt: Runtime, operation: Operation, part: Part) -> Iterator[Met]:
    segment_id = operation.details["segment"]
    look = _previewed(rt, operation) if operation.kind == "preview_segment" else _settled(rt, operation, part)
    for member_id in listed_members(PatientTable(rt), operation.tenant, _after(part), shards_of(operation, part)):
        yield member_id, partial(_moved, look, segment_id, member_id)


def _moved(look: Look, segment_id: str, member_id: str) -> Sequence[Line]:
    try:
        moved = look(member_id)
    except Busy:
        raise
    except UNREADABLE:
        return ((segment_id, "unreadable"),)
    return tuple((one.segment_id, one.deed) for one in moved)


def _settled(rt: Runtime, operation: Operation, part: Part) -> Look:
    anew = operation.details["segment"] if operation.details.get("anew", True) else ""

    def look(member_id: str) -> tuple[Moved, ...]:
        command = f"{operation.operation_id}/{member_id}"
        why = Reason(command=command, again=part.attempt > 1, anew=anew)
        return settle_criteria(rt, _caller(operation), member_id, why)

    return look


def _previewed(rt: Runtime, operation: Operation) -> Look:
    config = rt.config.load(rt.table, operation.tenant)
    known = segments.segment(config, operation.details["segment"])
    tried = judged(known.model_copy(update={"criteria": operation.details["criteria"]}))
    why = Reason(anew=known.segment_id)
    return lambda member_id: look_at(rt, _caller(operation), member_id, (tried,), why).moved


def _caller(operation: Operation) -> Caller:
    return Caller("", operation.tenant, "system", operation.operation_id, "criteria", (), operation.request_id, "job")


def _after(part: Part) -> str | None:
    return shown("member", part.offset) if part.offset else None
