"""Files of 1,000, 10,000 and (in full) 100,000 lines through the consumer's own code on DynamoDB Local.

One line is one document: nineteen sales to one return, four purchases a customer. One consumer works, and waits for the
engine most of the time; the template lets sixteen work at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from chalicelib.table.dynamo import DynamoTable
from tests.bench.consumer import key_of
from tests.bench.figures import Gate, Row, Section
from tests.bench.till import DYNAMODB_LOCAL, local_table, told_by
from tests.twins.bookshop import open_shop
from tests.unit.imports.disk_files import DiskFiles
from tests.unit.imports.drops import brought_back, sold
from tests.unit.orders_file.csv_file import file_of

SIZES, MOST = (1_000, 10_000), 100_000
PURCHASES_EACH = 4
RETURN_EVERY = 20


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    rows: list[Row] = []
    with local_table() as table:
        for lines in (*SIZES, MOST) if full else SIZES:
            tell(f"{lines:,} lines")
            with tempfile.TemporaryDirectory() as folder:
                rows.append(imported(table, lines, Path(folder)))
            tell(f"{rows[-1]['rows_per_second']} rows a second")
    small = rows[0]
    gates = {}
    for row in rows[1:]:
        of = f"{row['lines']:,} lines against {small['lines']:,}"
        gates[f"memory at {of}"] = Gate(round(row["memory_mib"] / small["memory_mib"], 2))
        gates[f"CPU a row at {of}"] = Gate(round(row["cpu_ms"] / small["cpu_ms"], 2))
    return Section(rows, gates, {"engine": f"{DYNAMODB_LOCAL}; SQS is a loop, the bucket a folder"})


def imported(table: DynamoTable, lines: int, folder: Path) -> Row:
    tenant = f"imports-{lines}"
    open_shop(table, tenant=tenant)
    with DiskFiles(folder).path(key_of(tenant)).open("wb") as written:
        written.write(file_of([]))
        written.writelines(line.encode() + b"\n" for line in documents(lines))
    told = told_by("tests.bench.consumer", table, str(folder), tenant)
    assert told["recorded"] == lines, told
    return {
        "lines": lines,
        "rows_per_second": round(lines / told["seconds"]),
        "seconds": round(told["seconds"], 1),
        "cpu_ms": round(told["cpu_seconds"] / lines * 1000, 3),
        "memory_mib": round(told["memory_kb"] / 1024, 1),
        "memory_before_mib": round(told["memory_before_kb"] / 1024, 1),
    }


def documents(lines: int) -> Iterator[str]:
    """A return takes back what was bought five documents earlier."""
    for number in range(lines):
        if number % RETURN_EVERY == RETURN_EVERY - 1:
            yield brought_back(f"R-{number}", f"S-{number - 5}", customer(number - 5, lines))
        else:
            yield sold(f"S-{number}", customer(number, lines))


def customer(number: int, lines: int) -> str:
    return f"card-{number % (lines // PURCHASES_EACH)}"
