"""Join a proof: what its chunks have found becomes a report of one line a difference; the operation is done.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.flows.prove_chunk import told
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime

COLUMNS = ("member_id", "group_id", "program_id", "entry", "difference")


def join_proof(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, csv_report(COLUMNS, _row))


def _row(line: bytes) -> Sequence[object]:
    """A member's id stands in the first column, a group's in the second."""
    difference = told(line)
    owner, program, entry, what = difference.owner, difference.program, difference.entry, difference.what
    of_group = owner_kind(owner) == "group"
    return "" if of_group else owner, owner if of_group else "", program, entry, what
