"""Join an operation: the results of all its parts become its report, and it is done.

reads    operation and parts in 1 Query, every result file once, one chunk of each part in memory
writes   the report, the operation; deletes the work files
repeats  the report comes out the same; a finished operation stays as it is
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.files import report_file, result_file
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.aws.files import FileNotThereError, Writer
from chalicelib.flows.give_up_operation import fail_lost
from chalicelib.kit.sheets import csv_rows
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.protocol import Put

CSV = "text/csv; charset=utf-8"
Report = Callable[[Writer, Sequence[Iterator[bytes]]], None]
_FLUSHED_ROWS = 500


def csv_report(columns: Sequence[str], row: Callable[[bytes], Sequence[object]] = json.loads) -> Report:
    """A row for each line of the results, in their order, below the names of the columns; some rows at a time in memory."""

    def report(sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
        rows: Iterator[Sequence[object]] = chain([columns], (row(line) for lines in parts for line in lines))
        while some := list(islice(rows, _FLUSHED_ROWS)):
            sink.write(csv_rows(some))

    return report


def no_more(operation: Operation, parts: Sequence[Part]) -> Iterator[str]:  # noqa: ARG001
    """No work files beside the results."""
    return iter(())


def join_parts(
    rt: Runtime,
    tenant: str,
    operation_id: str,
    report: Report,
    more_files: Callable[[Operation, Sequence[Part]], Iterator[str]] = no_more,
) -> None:
    """`report` gets the lines of each part's results in their order. A result file that is not there fails the operation,
    `work_lost`, unless another join has just cleaned up. NotFound: `operation_not_found`."""
    progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id))
    operation, parts = progress.operation, progress.parts
    if operation.state == "running" and operation.all_parts_done:
        try:
            with rt.files.writer(report_file(tenant, operation_id), CSV) as sink:
                report(sink, [_results(rt, operation, part) for part in parts])
        except FileNotThereError:
            fail_lost(rt, operation)
            return
        operation = _close(rt, progress)
    if operation.state == "done":
        rt.files.delete([*_result_files(operation, parts), *more_files(operation, parts)])


def _results(rt: Runtime, operation: Operation, part: Part) -> Iterator[bytes]:
    for chunk in range(part.chunk):
        key = result_file(operation.operation_id, operation.details["routing"], part.number, chunk)
        with rt.files.open(key) as stream:
            kept = stream.read()
        yield from kept.splitlines()


def _close(rt: Runtime, progress: Progress) -> Operation:
    """Unless somebody cancelled it in the meantime."""
    tenant, operation_id = progress.operation.tenant, progress.operation.operation_id

    def decide() -> tuple[Operation, tuple[Put, ...]]:
        known = jobs.read(rt.table, tenant, operation_id)
        if known.state != "running":
            return known, ()
        done = known.done(rt.clock.now(), report_file(tenant, operation_id), progress.counts)
        return done, (jobs.operation_put(done),)

    return settle(rt, decide)


def _result_files(operation: Operation, parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        for chunk in range(part.chunk):
            yield result_file(operation.operation_id, operation.details["routing"], part.number, chunk)
