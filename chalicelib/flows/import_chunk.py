"""Do one chunk of an import: at most a thousand lines of one part (or one document), document by document.

reads    as every chunk (job_chunks); the configuration that the import pins; the chunk's slice of its part file; notes, if
         it is done again
writes   each document (record_document), a note for each refusal; and as every chunk
repeats  one that is done is left alone. One that is done again comes to the same: what this very operation recorded is
         reported as recorded, and what it refused stays refused, even if a document further down has made it possible
         since (a return that stands before its sale)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.imports.model import part_file
from chalicelib.areas.imports.report import Reported
from chalicelib.areas.imports.report import reported as as_reported
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, added
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.file import RejectedRow
from chalicelib.errors import Busy
from chalicelib.flows.import_config import pinned
from chalicelib.flows.import_documents import Placed, reported, unpacked
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_messages import Step, importer
from chalicelib.flows.record_document import DocumentResult, record_document
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.journal import entry_from
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write


@dataclass(slots=True)
class _Work:
    """A chunk in our hands, and what has come of it so far."""

    operation: Operation
    part: Part
    noted: Mapping[int, Reported]
    results: list[Reported] = field(default_factory=list)
    offset: int = 0
    last: bool = False


def import_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it."""
    work_on_chunk(rt, step, _do)


def _chunk(work: _Work) -> Chunk:
    results = b"".join(one.kept() for one in work.results)
    return Chunk(results, added(_counts(one) for one in work.results), work.offset, work.last)


def _counts(one: Reported) -> dict[str, int]:
    name = {"sell": "sales", "return": "returns"}[one.type] if one.result == "recorded" else one.result
    return {"rows": one.rows, "documents": 1, name: 1}


# --- the documents ---------------------------------------------------------------------------------------------------


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    rt = pinned(rt, operation)
    work = _Work(operation, part, _noted(rt, operation, part) if part.attempt > 1 else {}, offset=part.offset)
    key = part_file(operation.operation_id, operation.details["routing"], part.number)
    started = rt.clock.monotonic()
    with rt.files.open(key, start=part.offset) as stream:
        work.last = True
        rows = 0
        for placed, size in _documents(stream):
            rows += placed.document.lines
            late = rt.clock.monotonic() - started > WORK_SECONDS
            if work.results and (rows > operation.details["chunk_rows"] or late):
                work.last = False
                break
            work.results.append(_record(rt, work, placed))
            work.offset += size
    return _chunk(work)


def _documents(stream: BinaryIO) -> Iterator[tuple[Placed, int]]:
    while line := stream.readline():
        yield unpacked(line), len(line)


def _record(rt: Runtime, work: _Work, placed: Placed) -> Reported:
    operation, noted = work.operation, work.noted.get(placed.first_line)
    if noted is not None:
        return noted
    command = Command(f"{operation.operation_id}-{placed.first_line}")
    caller = importer(operation)
    result = record_document(rt, caller, command, placed.document, operation.details["program"])
    if result.result == "repeated" and work.part.attempt > 1 and _is_ours(rt, operation, command, result):
        result = replace(result, result="recorded")
    told = reported(placed, result)
    if result.result == "refused" and not isinstance(placed.document, RejectedRow):
        return _note(rt, work, placed.first_line, told)
    return told


def _is_ours(rt: Runtime, operation: Operation, command: Command, result: DocumentResult) -> bool:
    """Whether the entry that recorded the document was made by this line of this operation, in an earlier try."""

    def look() -> bool:
        order = orders.read(rt.table, operation.tenant, result.order_id)
        sequence = order.sequence
        if result.type == "return":
            back = orders.read_return(rt.table, operation.tenant, order.order_id, result.number)
            sequence = 0 if back is None else back.sequence
        stream = accounts.stream(operation.tenant, order.owner, order.program)
        stored = rt.table.get(stream.key(sequence))
        return stored is not None and entry_from(stream, stored).header["command"] == command.id

    return read_patiently(rt, look)


# --- notes -----------------------------------------------------------------------------------------------------------


def _note(rt: Runtime, work: _Work, line: int, told: Reported) -> Reported:
    """Write a refusal down before anything behind it is recorded, as long as the chunk is ours."""
    operation, part = work.operation, work.part
    key = jobs.note_key(operation, part, line)

    def decide() -> tuple[Reported, tuple[Write, ...]]:
        known = rt.table.get(key)
        if known is not None:
            return as_reported(jobs.note_from(known)[1].encode()), ()
        whole = jobs.read_with_part(rt.table, operation.tenant, operation.operation_id, part.number)
        if whole[1].version != part.version:
            raise Busy("busy", "Another worker has taken over this chunk.")
        put = jobs.note_put(operation, part, line, told.kept().decode(), rt.clock.now())
        return told, (put, jobs.part_unchanged(operation, part))

    return settle(rt, decide)


def _noted(rt: Runtime, operation: Operation, part: Part) -> dict[int, Reported]:
    """Every note of the chunk; there are at most as many as it has documents."""
    query = jobs.notes_query(operation, part)
    notes = map(jobs.note_from, read_patiently(rt, lambda: list(every_item(rt.table, query))))
    return {line: as_reported(body.encode()) for line, body in notes}
