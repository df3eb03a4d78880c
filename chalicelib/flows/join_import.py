"""Join an import: the results of all parts, in the order of the file, become its report; the operation is done.

reads    operation and parts in 1 Query, every result file once, one chunk of each part in memory
writes   the report, the operation; deletes the work files
repeats  the report comes out the same; a finished operation stays as it is
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.imports.model import config_file, part_file, report_file, result_file
from chalicelib.areas.imports.report import Reported, merged, reported, write_report
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.aws.files import FileNotThereError
from chalicelib.flows.give_up_import import LOST, fail_import
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.protocol import Put

CSV = "text/csv; charset=utf-8"


def join_import(rt: Runtime, tenant: str, operation_id: str) -> None:
    """A result file that is not there fails the operation, `work_lost`, unless another join has just cleaned up.
    NotFound: `operation_not_found`."""
    progress = read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id))
    operation = progress.operation
    if operation.state == "running" and operation.all_parts_done:
        try:
            operation = _close(rt, progress, _reported(rt, progress))
        except FileNotThereError:
            fail_import(rt, operation, LOST)
            return
    if operation.state == "done":
        rt.files.delete(_work_files(operation, progress.parts))


def _reported(rt: Runtime, progress: Progress) -> str:
    """The report's key."""
    operation = progress.operation
    report = report_file(operation.tenant, operation.operation_id)
    with rt.files.writer(report, CSV) as sink:
        write_report(sink, merged([_results(rt, operation, part) for part in progress.parts]))
    return report


def _results(rt: Runtime, operation: Operation, part: Part) -> Iterator[Reported]:
    for chunk in range(part.chunk):
        key = result_file(operation.operation_id, operation.details["routing"], part.number, chunk)
        with rt.files.open(key) as stream:
            kept = stream.read()
        yield from (reported(line) for line in kept.splitlines())


def _close(rt: Runtime, progress: Progress, report: str) -> Operation:
    """Unless somebody cancelled it in the meantime."""

    def decide() -> tuple[Operation, tuple[Put, ...]]:
        known = jobs.read(rt.table, progress.operation.tenant, progress.operation.operation_id)
        if known.state != "running":
            return known, ()
        done = known.done(rt.clock.now(), report, progress.counts)
        return done, (jobs.operation_put(done),)

    return settle(rt, decide)


def _work_files(operation: Operation, parts: tuple[Part, ...]) -> Iterator[str]:
    routing = operation.details["routing"]
    yield config_file(operation.operation_id, routing)
    for part in parts:
        yield part_file(operation.operation_id, routing, part.number)
        for chunk in range(part.chunk):
            yield result_file(operation.operation_id, routing, part.number, chunk)
