"""Import codes for the pool of a coupon series from a file, one code a line: its lines are counted, then added a thousand at a
time, and what was not added is told.

reads    as every file of lines (import_lines), and as flows/upload_codes
writes   of each 40 new codes 1 transaction; and as every file of lines, chunk and join
repeats  the same object is the same operation. A code says by which file and line it came: a chunk that is done again adds
         nothing twice, and reports the same unless somebody has got one of its codes meanwhile
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.imports.text_lines import TextLine, text_lines
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.programs import store as programs
from chalicelib.errors import InvalidInput
from chalicelib.flows.import_lines import Looked, do_lines, route_lines
from chalicelib.flows.job_chunks import Chunk, work_on_chunk
from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.flows.job_messages import Step
from chalicelib.flows.upload_codes import AT_ONCE, Upload, must_be_pool, put_codes
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import read_config

COLUMNS = ("line", "code", "result", "error", "message")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]", re.ASCII)
_NO_CODE = "A code has 3 to 64 letters, digits and hyphens, and begins and ends with no hyphen."


def route_codes(rt: Runtime, tenant: str, operation_id: str) -> None:
    """What cannot be imported at all fails its operation: `file_gone`, `empty_file`, `program_not_found`,
    `coupon_series_not_found`, `no_pool`. NotFound: `operation_not_found`."""
    route_lines(rt, tenant, operation_id, "codes", _look)


def codes_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it. A file that is gone meanwhile fails the operation."""
    work_on_chunk(rt, step, _do)


def join_codes(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, csv_report(COLUMNS))  # of what was not added, in the order of the file


def _series(rt: Runtime, operation: Operation) -> CouponSeries:
    config = read_patiently(rt, lambda: read_config(rt.table, operation.tenant))
    programs.program(config, operation.details["program"])
    series = all_series.series(config, operation.details["program"], operation.details["series"])
    must_be_pool(series)
    return series


def _look(rt: Runtime, operation: Operation) -> Looked:
    _series(rt, operation)
    with rt.files.open(operation.details["key"], etag=operation.details["etag"]) as stream:
        rows = sum(not line.is_blank for line in text_lines(stream, 0))
    if not rows:
        raise InvalidInput("empty_file", "There is no code in the file.")
    return Looked(rows, Part(0), {})


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    series = _series(rt, operation)
    return do_lines(rt, operation, part, AT_ONCE, partial(_added, rt, operation, series))


def _added(
    rt: Runtime, operation: Operation, series: CouponSeries, some: Sequence[TextLine], counts: Counter[str]
) -> Iterator[bytes]:
    """What is to be told of them."""
    wanted = {line: line.text.upper() for line in some if line.text and _CODE.fullmatch(line.text)}
    first: dict[str, int] = {}
    for line, code in wanted.items():
        first.setdefault(code, line.number)
    upload = Upload(operation.tenant, series, operation.operation_id.removeprefix("opr_"), lines=first)
    added, known, _ = put_codes(rt, upload, tuple(first)) if first else (0, (), 0)
    counts["added"] += added
    for line in some:
        text = wanted.get(line)
        if text is not None and (text in known or first[text] != line.number):
            counts["duplicates"] += 1
            yield _told(line, "duplicate", "code_taken", "There is such a code already.")
        elif text is None and not line.is_blank:
            counts["refused"] += 1
            yield _told(line, "refused", "wrong_format", _NO_CODE)


def _told(line: TextLine, result: str, code: str, message: str) -> bytes:
    return json.dumps([line.number, (line.text or "")[:64], result, code, message]).encode() + b"\n"
