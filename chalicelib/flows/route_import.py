"""Route an import: one streaming pass over the file writes its parts.

reads    the operation, the configuration, the file once; identities in BatchGets of 100 and the profiles behind them in
         as many, sales that returns name in BatchGets of 25
writes   the configuration and the part files, then operation and parts in one transaction; sends the first chunk of
         every part
repeats  a pass that does not come to its end leaves nothing but files that nobody will read
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, islice, pairwise
from typing import BinaryIO, cast

from chalicelib.areas.imports.lines import WatchedLines
from chalicelib.areas.imports.model import part_file
from chalicelib.areas.imports.router import Router
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Failure, Operation, Part
from chalicelib.areas.orders.file import Document, read_documents
from chalicelib.areas.programs import store as programs
from chalicelib.aws.files import FileNotThereError, Writer
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.give_up_operation import fail_operation
from chalicelib.flows.import_config import pin
from chalicelib.flows.import_documents import Placed
from chalicelib.flows.import_owners import BATCH, tell
from chalicelib.flows.job_messages import send_chunks
from chalicelib.flows.job_parts import begin_parts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.config import read_config


def route_import(rt: Runtime, tenant: str, operation_id: str) -> None:
    """A file that cannot be imported at all fails its operation: `file_gone`, `empty_file`, `bad_header`,
    `program_not_found`. NotFound: `operation_not_found`."""
    progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id))
    operation = progress.operation
    if operation.state == "queued":
        try:
            operation, parts = _routed(rt, operation)
        except (InvalidInput, NotFound) as refusal:
            fail_operation(rt, operation, Failure(refusal.code, refusal.message))
            return
        except FileNotThereError:
            gone = Failure("file_gone", "The file was deleted or replaced before it could be read.")
            fail_operation(rt, operation, gone)
            return
    else:
        parts = [part for part in progress.parts if part.chunk == 0]
    if operation.state == "running":
        send_chunks(rt, operation, parts)


def _routed(rt: Runtime, operation: Operation) -> tuple[Operation, list[Part]]:
    """Not from what this process holds, which may be five seconds old: a file dropped after a change goes by it."""
    config = read_patiently(rt, lambda: read_config(rt.table, operation.tenant))
    programs.program(config, operation.details["program"])
    routing = rt.ids.command()
    pin(rt, operation, routing, config)
    with Router() as router:
        with rt.files.open(operation.details["key"], etag=operation.details["etag"]) as stream:
            rows = _tell_all(rt, operation, router, stream)
        numbers = _write_parts(rt, operation, routing, router)
    return begin_parts(rt, operation, routing, rows, [Part(number) for number in numbers])


def _tell_all(rt: Runtime, operation: Operation, router: Router, stream: BinaryIO) -> int:
    """How many lines the documents have."""
    watched = WatchedLines(stream)
    documents = read_documents(cast(BinaryIO, watched), now=operation.created_at)
    placed = placed_documents(documents, watched)
    rows = 0
    while batch := list(islice(placed, BATCH)):
        tell(rt, operation.tenant, router, batch)
        rows += sum(one.document.lines for one in batch)
    return rows


def placed_documents(documents: Iterator[Document], watched: WatchedLines) -> Iterator[Placed]:
    """A document's lines are known when the next begins, or the file ends."""
    for document, following in pairwise(chain(documents, [None])):
        if document is not None:
            end = watched.lines + 1 if following is None else following.first_line
            yield Placed(watched.spans(document.first_line, document.lines, end), document)


def _write_parts(rt: Runtime, operation: Operation, routing: str, router: Router) -> list[int]:
    """The numbers of the parts that have something to do."""
    writers: dict[int, Writer] = {}
    with ExitStack() as opened:
        for part, line in router.routed(operation.details["parts"]):
            if part not in writers:
                writer = rt.files.writer(part_file(operation.operation_id, routing, part), "application/jsonl")
                writers[part] = opened.enter_context(writer)
            writers[part].write(line)
    return sorted(writers)
