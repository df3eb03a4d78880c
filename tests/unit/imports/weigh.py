"""`python -m tests.unit.imports.weigh LINES FOLDER`: imports a file of so many lines and says the most memory it took, in KB.

The routing pass and the join go over the whole file. Of the chunks two small ones are done: a chunk is bounded by its rows,
whatever the file, and leaves its orders in the twin of the table, which lives in this very process and is no part of an
import: more of them would hide what is weighed. What the other chunks would have written is written down without them.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chalicelib.areas.imports.lines import Span
from chalicelib.areas.imports.model import Drop, part_file
from chalicelib.areas.imports.report import Reported
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.files import result_file
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.flows.import_chunk import import_chunk
from chalicelib.flows.job_messages import Step
from chalicelib.flows.join_import import join_import
from chalicelib.flows.route_import import route_import
from tests.unit.imports.disk_files import DiskFiles
from tests.unit.imports.drops import KEY, Importing, brought_back, importing, sold
from tests.unit.orders_file.csv_file import file_of

PARTS, CHUNK_ROWS, RESULT_ROWS = 4, 100, 1_000


def weigh(lines: int, folder: Path) -> int:
    files = DiskFiles(folder)
    with files.path(KEY).open("wb") as written:
        written.write(file_of([]))
        written.writelines(line.encode() + b"\n" for line in purchases(lines))
    shop = importing(files=files)
    known = shop.start(Drop("bucket", KEY, "etag"), PARTS, CHUNK_ROWS)
    route_import(shop.rt, known.tenant, known.operation_id)
    for chunk in range(2):
        import_chunk(shop.rt, Step("chunk", known.tenant, known.operation_id, 0, chunk))
    progress = shop.progress(known.operation_id)
    assert progress.counts["documents"] == 2 * CHUNK_ROWS
    for part in progress.parts:
        finish(shop, shop.operation(known.operation_id), part)
    join_import(shop.rt, known.tenant, known.operation_id)
    with files.path(shop.operation(known.operation_id).result).open("rb") as report:
        assert sum(1 for _ in report) == lines + 1
    return peak_kb()


def peak_kb() -> int:
    """The most memory this process had at any time.

    Linux keeps it for each address space. What getrusage says begins with the memory of whoever started the process,
    which a test run or a bench easily has more of than an import; elsewhere there is nothing better.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    [line] = [line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1])


def purchases(lines: int) -> Iterator[str]:
    """Everybody another customer, now and then somebody who brings something back."""
    for number in range(lines):
        if number % 20 == 19:
            yield brought_back(f"R-{number}", f"S-{number - 5}", f"card-{number - 5}")
        else:
            yield sold(f"S-{number}", f"card-{number}", name="A name as long as such names are", category="Books > New")


def finish(shop: Importing, operation: Operation, part: Part) -> None:
    """As the part's remaining chunks would leave it."""
    routing, now = operation.details["routing"], shop.rt.clock.now()
    with shop.rt.files.open(part_file(operation.operation_id, routing, part.number), start=part.offset) as stream:
        while some := list(islice(stream, RESULT_ROWS)):
            kept = b"".join(result(line) for line in some)
            shop.rt.files.put(result_file(operation.operation_id, routing, part.number, part.chunk), kept)
            part = part.finished_chunk(0, {"rows": len(some)}, last=True)
            shop.rt.table.transact([jobs.part_put(operation, part, now)], shop.rt.ids.command())
    shop.rt.table.transact([jobs.operation_put(operation.with_part_done())], shop.rt.ids.command())


def result(line: bytes) -> bytes:
    spans = tuple(Span(*span) for span in json.loads(line)[0])
    return Reported(spans, f"S-{spans[0].first}", "sell", "recorded", "mem_01234567890", "ord_01234567890").kept()


if __name__ == "__main__":
    sys.stdout.write(str(weigh(int(sys.argv[1]), Path(sys.argv[2]))))
