"""Join a notification: whom it was for and what became of it become a report of one line each.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from chalicelib.aws.files import Writer
from chalicelib.flows.job_join import join_parts
from chalicelib.runtime import Runtime

COLUMNS = ("member_id", "result", "reason")
_FLUSHED_ROWS = 500


def join_notification(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, _report)


def _report(sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
    rows: Iterator[Sequence[str]] = chain([COLUMNS], (json.loads(line) for lines in parts for line in lines))
    while some := list(islice(rows, _FLUSHED_ROWS)):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(some)
        sink.write(text.getvalue().encode())
