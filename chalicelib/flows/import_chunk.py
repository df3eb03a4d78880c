"""Do one chunk of an import: at most a thousand lines of one part (or one document), document by document.

reads    1 BatchGet of operation and part before and after; the configuration that the import pins; the chunk's slice of
         its part file; notes, if it is done again
writes   the part (lease), each document (record_document), a note for each refusal, the chunk's results, the part (done)
repeats  a chunk that is done is left alone, only the message behind it is sent again. One that is done again comes to
         the same: what this very operation recorded is reported as recorded, and what it refused stays refused, even
         if a document further down has made it possible since (a return that stands before its sale)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.imports.model import part_file, result_file
from chalicelib.areas.imports.report import Reported
from chalicelib.areas.imports.report import reported as as_reported
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, added
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.file import RejectedRow
from chalicelib.aws.files import FileNotThereError
from chalicelib.errors import Busy, InvalidInput
from chalicelib.flows.give_up_import import LOST, fail_import
from chalicelib.flows.import_config import pinned
from chalicelib.flows.import_documents import Placed, reported, unpacked
from chalicelib.flows.import_messages import Step, importer, send_chunks
from chalicelib.flows.record_document import DocumentResult, record_document
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.journal import entry_from
from chalicelib.table.leased import LeasedTable
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Write

WORK_SECONDS = 10.0  # then the chunk ends where it is: progress shows, and whoever wants to stop need not wait long
LEASE_MS = 180_000
COMES_AGAIN_SECONDS = 200  # a chunk whose worker died: as soon as the lease is surely over


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
    """A work file that is not there fails the operation: `work_lost`. Busy: somebody else is at it, or the table is;
    NotFound, InvalidInput: no such chunk was ever sent."""
    operation, part, ours = _take(rt, step)
    if ours:
        table = LeasedTable(rt.table, rt.clock, part.leased_until)
        try:
            work = _do(replace(rt, table=table), operation, part)
            table.must_hold()  # results that come too late must not stand in the place of another worker's
            operation, part = _count(rt, work)
        except FileNotThereError:
            fail_import(rt, operation, LOST)
            return
        except Exception:
            _release(rt, operation, part)
            raise
    if operation.state == "running" and part.chunk == step.chunk + 1:
        send_chunks(rt, operation, [part])


# --- the lease -------------------------------------------------------------------------------------------------------


def _take(rt: Runtime, step: Step) -> tuple[Operation, Part, bool]:
    """Operation and part, and whether the chunk is now ours to do."""
    holder = rt.ids.command()

    def decide() -> tuple[tuple[Operation, Part, bool], tuple[Write, ...]]:
        operation, part = jobs.read_with_part(rt.table, step.tenant, step.operation_id, step.part)
        if operation.state != "running" or part.done or part.chunk > step.chunk:
            return (operation, part, False), ()
        if part.chunk < step.chunk:
            raise InvalidInput("unknown_message", "This chunk cannot have been sent: the one before is not done.")
        if part.holder == holder:
            return (operation, part, True), ()
        now = rt.clock.now()
        if part.leased_until > now:
            raise Busy("busy", "Another worker is at this chunk.")
        taken = part.taken(holder, now + LEASE_MS)
        return (operation, taken, True), (jobs.part_put(operation, taken, now),)

    return settle(rt, decide)


def _release(rt: Runtime, operation: Operation, part: Part) -> None:
    """So that the next try need not wait. If this fails as well, the lease ends by itself."""

    def decide() -> tuple[None, tuple[Write, ...]]:
        _, known = jobs.read_with_part(rt.table, operation.tenant, operation.operation_id, part.number)
        held = known.version == part.version
        return None, (jobs.part_put(operation, known.released(), rt.clock.now()),) if held else ()

    try:
        settle(rt, decide)
    except Busy:
        return


def _count(rt: Runtime, work: _Work) -> tuple[Operation, Part]:
    """Results first, then the chunk counts as done; the last chunk counts its part. Each once, whoever tries."""
    operation, part = work.operation, work.part
    key = result_file(operation.operation_id, operation.details["routing"], part.number, part.chunk)
    rt.files.put(key, b"".join(one.kept() for one in work.results), "application/jsonl")
    counts = added(_counts(one) for one in work.results)
    finished = part.finished_chunk(work.offset, counts, last=work.last)

    def decide() -> tuple[tuple[Operation, Part], tuple[Write, ...]]:
        whole, known = jobs.read_with_part(rt.table, operation.tenant, operation.operation_id, part.number)
        if known.chunk > part.chunk:
            return (whole, known), ()
        if known.version != part.version:
            raise Busy("busy", "Another worker has taken over this chunk.")
        writes: tuple[Write, ...] = (jobs.part_put(operation, finished, rt.clock.now()),)
        if finished.done and whole.state == "running":
            whole = whole.with_part_done()
            writes += (jobs.operation_put(whole),)
        return (whole, finished), writes

    return settle(rt, decide)


def _counts(one: Reported) -> dict[str, int]:
    name = {"sell": "sales", "return": "returns"}[one.type] if one.result == "recorded" else one.result
    return {"rows": one.rows, "documents": 1, name: 1}


# --- the documents ---------------------------------------------------------------------------------------------------


def _do(rt: Runtime, operation: Operation, part: Part) -> _Work:
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
    return work


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
        stream = accounts.stream(operation.tenant, order.member_id, order.program)
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
