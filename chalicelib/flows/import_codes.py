"""Import codes for the pool of a coupon series from a file, one code a line: its lines are counted, then added a thousand at a
time, and what was not added is told.

reads    the file once for its lines, and each chunk its own from where the one before ended; as flows/upload_codes
writes   the operation and its one part; of each 40 new codes 1 transaction; and as every chunk and join
repeats  the same object is the same operation. A code says by which file and line it came: a chunk that is done again adds
         nothing twice, and reports the same unless somebody has got one of its codes meanwhile
memory   a thousand lines, however many there are, and 4 KB of one line, however long it is
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from chalicelib.areas.coupons.model import CouponSeries
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Failure, Operation, Part
from chalicelib.areas.programs import store as programs
from chalicelib.aws.files import FileNotThereError
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.give_up_operation import fail_operation
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.flows.job_messages import Step, send_chunks
from chalicelib.flows.job_parts import begin_parts
from chalicelib.flows.upload_codes import AT_ONCE, Upload, must_be_pool, put_codes
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import read_config

COLUMNS = ("line", "code", "result", "error", "message")
LONGEST_LINE = 4_096
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]", re.ASCII)
_GONE = Failure("file_gone", "The file was deleted or replaced before it could be read.")
_NO_CODE = "A code has 3 to 64 letters, digits and hyphens, and begins and ends with no hyphen."
_BOM = b"\xef\xbb\xbf"


class _Line(NamedTuple):
    """`text` is None for one that is no text of a sensible length; `size` in bytes of the file."""

    number: int
    text: str | None
    size: int


def route_codes(rt: Runtime, tenant: str, operation_id: str) -> None:
    """What cannot be imported at all fails its operation: `file_gone`, `empty_file`, `program_not_found`,
    `coupon_series_not_found`, `no_pool`. NotFound: `operation_not_found`."""
    progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id))
    operation, parts = progress.operation, [part for part in progress.parts if part.chunk == 0]
    if operation.state == "queued":
        try:
            _series(rt, operation)
            # one part, for the lines are to be added in their order
            operation, parts = begin_parts(rt, operation, "codes", _rows(rt, operation), [Part(0)])
        except (InvalidInput, NotFound, Refused) as refusal:
            fail_operation(rt, operation, Failure(refusal.code, refusal.message))
            return
        except FileNotThereError:
            fail_operation(rt, operation, _GONE)
            return
    if operation.state == "running":
        send_chunks(rt, operation, parts)


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


def _rows(rt: Runtime, operation: Operation) -> int:
    with rt.files.open(operation.details["key"], etag=operation.details["etag"]) as stream:
        rows = sum(line.text != "" for line in _lines(stream, 0))
    if not rows:
        raise InvalidInput("empty_file", "There is no code in the file.")
    return rows


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    series, most = _series(rt, operation), operation.details["chunk_rows"]
    counts = dict.fromkeys(("rows", "lines", "added", "duplicates", "refused"), 0)
    kept: list[bytes] = []
    offset, last, started = part.offset, True, rt.clock.monotonic()
    with rt.files.open(operation.details["key"], start=offset, etag=operation.details["etag"]) as stream:
        lines = _lines(stream, part.counts.get("lines", 0))
        while some := _some(lines, min(AT_ONCE, most - counts["rows"])):
            offset += sum(line.size for line in some)
            kept += _added(rt, operation, series, some, counts)
            if counts["rows"] >= most or rt.clock.monotonic() - started > WORK_SECONDS:
                last = False
                break
    return Chunk(b"".join(kept), counts, offset, last)


def _some(lines: Iterator[_Line], most: int) -> list[_Line]:
    """So many that are not blank, and those between them."""
    some: list[_Line] = []
    while most and (line := next(lines, None)) is not None:
        some.append(line)
        most -= line.text != ""
    return some


def _added(
    rt: Runtime, operation: Operation, series: CouponSeries, some: Sequence[_Line], counts: dict[str, int]
) -> Iterator[bytes]:
    """What is to be told of them."""
    wanted = {line: line.text.upper() for line in some if line.text and _CODE.fullmatch(line.text)}
    first: dict[str, int] = {}
    for line, code in wanted.items():
        first.setdefault(code, line.number)
    upload = Upload(operation.tenant, series, operation.operation_id.removeprefix("opr_"), lines=first)
    added, known, _ = put_codes(rt, upload, tuple(first)) if first else (0, (), 0)
    counts["lines"] += len(some)
    counts["rows"] += sum(line.text != "" for line in some)
    counts["added"] += added
    for line in some:
        text = wanted.get(line)
        if text is not None and (text in known or first[text] != line.number):
            counts["duplicates"] += 1
            yield _told(line, "duplicate", "code_taken", "There is such a code already.")
        elif text is None and line.text != "":
            counts["refused"] += 1
            yield _told(line, "refused", "wrong_format", _NO_CODE)


def _told(line: _Line, result: str, code: str, message: str) -> bytes:
    return json.dumps([line.number, (line.text or "")[:64], result, code, message]).encode() + b"\n"


def _lines(stream: BinaryIO, before: int) -> Iterator[_Line]:
    """Without what is around a code; of one that is too long nothing is kept."""
    number = before
    while piece := stream.readline(LONGEST_LINE):
        number, size, whole = number + 1, len(piece), piece
        while not piece.endswith(b"\n") and (piece := stream.readline(LONGEST_LINE)):
            size += len(piece)
            whole = b""
        yield _Line(number, _text(whole, number) if whole else None, size)


def _text(line: bytes, number: int) -> str | None:
    try:
        return (line.removeprefix(_BOM) if number == 1 else line).decode().strip()
    except UnicodeDecodeError:
        return None
