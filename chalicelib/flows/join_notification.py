"""Join a notification: whom it was for and what became of it become a report of one line each.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.runtime import Runtime

COLUMNS = ("member_id", "result", "reason")


def join_notification(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, csv_report(COLUMNS))
