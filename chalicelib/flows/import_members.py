"""Import members of a segment from a file, one a line: its lines are counted, then they join it as by hand, 25 at a time, and what
became of each line is told.

reads    the configuration anew for each chunk; as every file of lines (import_lines), and as flows/change_segment_members
writes   for each 25 lines 1 transaction, as flows/change_segment_members with an Idempotency-Key; and as every file of lines, chunk
         and join
repeats  the same object is the same operation. Each 25 lines have a key of their own: those that are done tell what they told. All join as
         of when the file was dropped: a member of two lines has one stay, whenever they are read

A file whose name ends in .jsonl has an object a line, {"member_id"} or {"identifier": {"type", "value"}} as the API has them; any
other is CSV, and its first line names columns. What is kept of a member that cannot be read refuses that line alone.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from pydantic import ValidationError

from chalicelib.areas.imports.text_lines import TextLine, text_lines
from chalicelib.areas.jobs.model import Failure, Operation, Part
from chalicelib.areas.members.model import MAX_IDENTIFIER, Identifier, IdentifierType
from chalicelib.areas.segments import store as segments
from chalicelib.errors import InvalidInput, NotFound, Refused, StampbookError
from chalicelib.flows.change_segment_members import TOGETHER, MemberLine, Named, ToldLine, join_together
from chalicelib.flows.give_up_operation import fail_operation
from chalicelib.flows.import_lines import Looked, do_lines, route_lines
from chalicelib.flows.job_chunks import Chunk, work_on_chunk
from chalicelib.flows.job_join import csv_report, join_parts
from chalicelib.flows.job_messages import Step, importer
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import read_config
from chalicelib.table.config_pin import PinnedConfig
from chalicelib.table.items import UNREADABLE

COLUMNS = ("line", "member_id", "result", "code", "message")
_IDENTIFIERS: dict[str, IdentifierType] = {
    "loyalty_card": "card",
    "email": "email",
    "phone": "phone",
    "external_id": "external_id",
}
_NAMES = ("member_id", *_IDENTIFIERS)
_Told = tuple[str, str, str, str]  # member_id, result, code, message


def route_members(rt: Runtime, tenant: str, operation_id: str) -> None:
    """What cannot be imported at all fails its operation: `file_gone`, `empty_file`, `bad_header`, `segment_not_found`,
    `segment_ended`, `segment_by_criteria`. NotFound: `operation_not_found`."""
    route_lines(rt, tenant, operation_id, "members", _look)


def members_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it. A file that is gone meanwhile fails the operation, and so does a segment that nobody joins any
    more."""
    work_on_chunk(rt, step, _do)


def join_members(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, csv_report(COLUMNS))  # of every line, in the order of the file


def _look(rt: Runtime, operation: Operation) -> Looked:
    _pinned(rt, operation)
    with rt.files.open(operation.details["key"], etag=operation.details["etag"]) as stream:
        lines = text_lines(stream, 0)
        part, columns = (Part(0), ()) if _is_json(operation) else _below_header(lines)
        rows = sum(not line.is_blank for line in lines)
    if not rows:
        raise InvalidInput("empty_file", "There is no member in the file.")
    return Looked(rows, part, {"columns": columns})


def _is_json(operation: Operation) -> bool:
    return operation.name.lower().endswith(".jsonl")


def _below_header(lines: Iterator[TextLine]) -> tuple[Part, tuple[str, ...]]:
    """The part begins behind the line that names the columns."""
    offset = 0
    for line in lines:
        offset += line.size
        if not line.is_blank:
            return Part(0, offset=offset, counts={"lines": line.number}), _columns(line)
    raise InvalidInput("empty_file", "The file is empty: it has not even a header line.")


def _columns(line: TextLine) -> tuple[str, ...]:
    columns = tuple(cell.strip() for cell in _cells(line.text) or ())
    if not columns or len(set(columns)) < len(columns) or not set(columns).issubset(_NAMES):
        text = f"Line {line.number} is no header: it names some of the columns {', '.join(_NAMES)}, each once, and no others."
        raise InvalidInput("bad_header", text)
    return columns


def _cells(text: str | None) -> list[str] | None:
    """None for what is no row; no cell runs on into the next line."""
    try:
        return None if text is None else next(csv.reader([text], strict=True))
    except csv.Error:
        return None


def _pinned(rt: Runtime, operation: Operation) -> Runtime:
    """The same means with the configuration as it is now. Refuses a segment that is not there, or that nobody joins."""
    config = read_patiently(rt, lambda: read_config(rt.table, operation.tenant))
    segment = segments.segment(config, operation.details["segment"])
    segment.must_be_by_hand()
    segment.must_go_on()
    return replace(rt, config=PinnedConfig(config))


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    try:
        return do_lines(rt, operation, part, TOGETHER, partial(_joined, _pinned(rt, operation), operation))
    except (NotFound, Refused) as refusal:
        fail_operation(rt, operation, Failure(refusal.code, refusal.message))
        return Chunk(b"", {}, part.offset, last=True)


def _joined(rt: Runtime, operation: Operation, some: Sequence[TextLine], counts: Counter[str]) -> Iterator[bytes]:
    """What is to be told of them."""
    told: dict[int, _Told] = {}
    named: dict[int, Named] = {}
    for line in some:
        if not line.is_blank:
            try:
                named[line.number] = _named(operation, line)
            except InvalidInput as wrong:
                told[line.number] = "", "refused", wrong.code, wrong.message
    for number, one in sorted((told | _together(rt, operation, named)).items()):
        counts[one[1]] += 1
        yield json.dumps([number, *one]).encode() + b"\n"


def _together(rt: Runtime, operation: Operation, named: dict[int, Named]) -> dict[int, _Told]:
    """Where one of them cannot be read each is done alone."""
    if not named:
        return {}
    command = Command(f"{operation.operation_id}-{min(named)}-{len(named)}", guarded=True)
    try:
        done = join_together(
            rt,
            importer(operation),
            command,
            operation.details["segment"],
            tuple(named.values()),
            operation.created_at,
        )
    except StampbookError:
        raise
    except UNREADABLE:
        if len(named) == 1:
            return dict.fromkeys(named, ("", "refused", "unreadable", "What is kept of this member cannot be read."))
        alone = (_together(rt, operation, {number: one}) for number, one in named.items())
        return {number: one for each in alone for number, one in each.items()}
    return dict(zip(named, map(_told, done), strict=True))


def _told(line: ToldLine) -> _Told:
    if line.result == "not_found":
        return "", "refused", "member_not_found", "Nobody is known by this."
    return line.member_id or "", line.result, "", ""


def _named(operation: Operation, line: TextLine) -> Named:
    if line.text is None:
        raise InvalidInput("unreadable_line", "The line is no UTF-8 text, or longer than 4 KB.")
    return _named_by_object(line.text) if _is_json(operation) else _named_by_cells(operation, line.text)


def _named_by_object(text: str) -> Named:
    try:
        line = MemberLine.model_validate_json(text)
    except ValidationError:
        line = MemberLine()
    if (line.member_id is None) == (line.identifier is None):
        raise InvalidInput("unreadable_line", "The line is no object with a member_id, or with an identifier.")
    return Named(line.member_id, None if line.identifier is None else line.identifier.normalised())


def _named_by_cells(operation: Operation, text: str) -> Named:
    """By the first cell that is filled, in the order of the format's columns."""
    columns, cells = operation.details["columns"], _cells(text)
    if cells is None or len(cells) != len(columns):
        raise InvalidInput("unreadable_line", f"The line is no row of {len(columns)} cells, as the header has them.")
    row = dict(zip(columns, map(str.strip, cells), strict=True))
    if row.get("member_id"):
        return Named(row["member_id"])
    for name, kind in _IDENTIFIERS.items():
        if value := row.get(name):
            if len(value) > MAX_IDENTIFIER:
                raise InvalidInput("invalid_identifier", f"This is not a valid {kind}.")
            return Named(identifier=Identifier(type=kind, value=value).normalised())
    raise InvalidInput("missing_member", f"Say who: one of {', '.join(columns)}.")
