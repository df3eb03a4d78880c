"""Long jobs on a segment: everybody judged by its criteria, a preview of what others would change, who is in it as a file.

reads    the tenant's counts by day (1 Query a MB), or how many are in the segment; and as every start (start_job)
writes   operation and its parts: 2 units each; sends a chunk of each part
repeats  as every start; that of a run is named by what set it off

Their chunks come through the queue of imports: segment_chunk, join_segment_job.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import Segment
from chalicelib.flows.define_segment import must_suit
from chalicelib.flows.job_messages import send_next
from chalicelib.flows.read_segment import read_segment
from chalicelib.flows.start_job import counted_owners, start_job
from chalicelib.flows.start_run import USUAL, Cut
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently, settle
from chalicelib.table.config import read_config
from chalicelib.table.protocol import Write

SegmentJob = Literal["judge_segment", "preview_segment", "export_segment"]


def start_preview(
    rt: Runtime, caller: Caller, command: Command, segment_id: str, criteria: Criteria, cut: Cut = USUAL
) -> Committed[Progress]:
    """Who would come and go by other criteria, or the first: nobody moves. NotFound: segment, program. Refuses `unknown_unit`,
    `unknown_tier`; Conflict `idempotency_key_reused`."""
    config = read_patiently(rt, lambda: read_config(rt.table, caller.tenant))
    segment = segments.segment(config, segment_id)
    must_suit(config, criteria)
    asked = {"criteria": criteria.model_dump(mode="json")}
    rows = read_patiently(rt, lambda: counted_owners(rt, caller.tenant, groups=False))
    return start_job(rt, command, _job(rt, caller, "preview_segment", segment, rows, cut, asked))


def start_export(
    rt: Runtime, caller: Caller, command: Command, segment_id: str, cut: Cut = USUAL
) -> Committed[Progress]:
    """Everybody who is in it, as a file. NotFound: segment. Conflict `idempotency_key_reused`."""
    segment = read_patiently(rt, lambda: read_segment(rt, caller, segment_id))
    return start_job(rt, command, _job(rt, caller, "export_segment", segment, segment.members, cut))


def judge_everybody(
    rt: Runtime, caller: Caller, segment_id: str, sequence: int, cut: Cut = USUAL, *, anew: bool = True
) -> Progress | None:
    """By the criteria that a segment has: begun once for each of its definitions. `anew`: they are others than before. None where it
    has none, or has ended."""
    config = read_patiently(rt, lambda: read_config(rt.table, caller.tenant))
    segment = segments.SEGMENTS.find(config, segments.TENANT, segment_id)
    if segment is None or segment.criteria is None or segment.state != "active":
        return None
    rows = read_patiently(rt, lambda: counted_owners(rt, caller.tenant, groups=False))
    named = sha256(f"{caller.tenant}/segment/{segment_id}/{sequence}".encode()).hexdigest()[:24]
    fresh = _job(rt, caller, "judge_segment", segment, rows, cut, {"anew": anew}, operation_id=f"opr_{named}")

    def decide() -> tuple[Progress, tuple[Write, ...]]:
        known = jobs.find_progress(rt.table, caller.tenant, fresh.operation.operation_id)
        if known is not None:
            return known, ()
        puts = (jobs.part_put(fresh.operation, part, fresh.operation.created_at) for part in fresh.parts)
        return fresh, (jobs.operation_put(fresh.operation), *puts)

    progress = settle(rt, decide)
    send_next(rt, progress)
    return progress


def _job(
    rt: Runtime,
    caller: Caller,
    kind: SegmentJob,
    segment: Segment,
    rows: int,
    cut: Cut,
    asked: Mapping[str, Any] | None = None,
    operation_id: str = "",
) -> Progress:
    now = rt.clock.now()
    begun = Operation(
        tenant=caller.tenant,
        operation_id=operation_id or f"opr_{rt.ids.command()}",
        kind=kind,
        name=segment.segment_id,
        state="running",
        created_at=now,
        request_id=caller.request_id,
        details={
            "routing": "segment",
            "segment": segment.segment_id,
            "chunk_members": cut.chunk_members,
            **(asked or {}),
        },
        started_at=now,
        rows=rows,
        parts=cut.parts,
    )
    return Progress(begun, tuple(Part(number) for number in range(cut.parts)))
