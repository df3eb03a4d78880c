"""Join an export of the audit log: its entries become a report of one line each, newest first.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.aws.files import Writer
from chalicelib.flows.audit_chunk import is_entry
from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.runtime import Runtime

COLUMNS = (
    *("entry_id", "entity", "program_id", "operation", "types", "recorded_at", "effective_at"),
    *("actor_kind", "actor_id", "actor_name", "channel", "request_id", "quiet", "facts"),
)


def join_audit_export(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, _report)


def _report(sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
    csv_report(COLUMNS)(sink, [filter(is_entry, lines) for lines in parts])
