"""Join a job on a segment: who has come and gone, or would, or who is in it, becomes a report of one line each.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from chalicelib.areas.jobs import store as jobs
from chalicelib.aws.files import Writer
from chalicelib.flows.job_join import join_parts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently

OF_MOVES = ("member_id", "segment_id", "result")
OF_MEMBERS = ("member_id", "since", "leaves_at")
_FLUSHED_ROWS = 500


def join_segment_job(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    operation = read_patiently(rt, lambda: jobs.read(rt.table, tenant, operation_id))
    columns = OF_MEMBERS if operation.kind == "export_segment" else OF_MOVES

    def report(sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
        rows: Iterator[Sequence[str]] = chain([columns], (json.loads(line) for lines in parts for line in lines))
        while some := list(islice(rows, _FLUSHED_ROWS)):
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(some)
            sink.write(text.getvalue().encode())

    join_parts(rt, tenant, operation_id, report)
