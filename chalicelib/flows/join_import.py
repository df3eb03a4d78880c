"""Join an import: the results of all parts, in the order of the file, become its report; the operation is done.

reads, writes, repeats    as every join (job_join)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.areas.imports.model import config_file, part_file
from chalicelib.areas.imports.report import merged, reported, write_report
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.aws.files import Writer
from chalicelib.flows.job_join import join_parts
from chalicelib.runtime import Runtime


def join_import(rt: Runtime, tenant: str, operation_id: str) -> None:
    """As join_parts has it."""
    join_parts(rt, tenant, operation_id, _report, _work_files)


def _report(sink: Writer, parts: Sequence[Iterator[bytes]]) -> None:
    write_report(sink, merged([map(reported, lines) for lines in parts]))


def _work_files(operation: Operation, parts: Sequence[Part]) -> Iterator[str]:
    """Beside the results."""
    routing = operation.details["routing"]
    yield config_file(operation.operation_id, routing)
    yield from (part_file(operation.operation_id, routing, part.number) for part in parts)
