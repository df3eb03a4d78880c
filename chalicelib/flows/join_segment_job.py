"""Join a job on a segment: who has come and gone, or would, or who is in it, becomes a report of one line each.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

from chalicelib.areas.jobs import store as jobs
from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently

OF_MOVES = ("member_id", "segment_id", "result")
OF_MEMBERS = ("member_id", "since", "leaves_at")


def join_segment_job(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    operation = read_patiently(rt, lambda: jobs.read(rt.table, tenant, operation_id))
    columns = OF_MEMBERS if operation.kind == "export_segment" else OF_MOVES
    join_parts(rt, tenant, operation_id, csv_report(columns))
