"""Join a proof: what its chunks have found becomes a report of one line a difference; the operation is done.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from chalicelib.aws.files import Writer
from chalicelib.flows.job_join import join_parts
from chalicelib.flows.prove_chunk import told
from chalicelib.flows.verify_stream import Difference
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime

COLUMNS = ("member_id", "group_id", "program_id", "entry", "difference")
_FLUSHED_ROWS = 500


def join_proof(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, _report)


def _report(sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
    rows: Iterator[Sequence[object]] = chain([COLUMNS], (_row(told(line)) for lines in parts for line in lines))
    while some := list(islice(rows, _FLUSHED_ROWS)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(some)
        sink.write(text.getvalue().encode())


def _row(difference: Difference) -> Sequence[object]:
    """A member's id stands in the first column, a group's in the second."""
    owner, program, entry, what = difference.owner, difference.program, difference.entry, difference.what
    of_group = owner_kind(owner) == "group"
    return "" if of_group else owner, owner if of_group else "", program, entry, what
