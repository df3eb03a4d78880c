"""What became of a file's documents, as the report of its import says it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.orders.file import Document, ReturnRow, SaleRow
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime

EXAMPLES = 3

Row = Mapping[str, str]


class FiguresDisagreeError(Exception):
    """Stampbook contradicts itself: a defect of ours, never of the file."""


@dataclass(slots=True)
class Refusals:
    """The documents refused for one reason; the first few stand for all in the report."""

    count: int = 0
    first: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.count += 1
        if len(self.first) < EXAMPLES:
            self.first.append(row)


@dataclass(slots=True)
class Tally:
    """`repeated` counts documents that had been recorded before, word for word: they changed nothing."""

    orders: int = 0
    returns: int = 0
    repeated: int = 0
    rows: int = 0
    last_at: Instant | None = None  # the latest purchase recorded
    refusals: dict[str, Refusals] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        return sum(refusals.count for refusals in self.refusals.values())

    @property
    def counts(self) -> Mapping[str, int]:
        """In the words of the operation."""
        return {"sales": self.orders, "returns": self.returns, "repeated": self.repeated, "refused": self.refused}

    def add(self, document: Document, row: Row) -> None:
        self.rows += document.lines
        if row["result"] == "refused":
            self.refusals.setdefault(row["code"], Refusals()).add(row)
        elif row["result"] == "repeated":
            self.repeated += 1
        elif isinstance(document, SaleRow):
            self.orders += 1
            self._bought(document.sale.purchased_at)
        elif isinstance(document, ReturnRow):
            self.returns += 1
            self._bought(document.document.purchased_at)

    def _bought(self, at: Instant) -> None:
        self.last_at = at if self.last_at is None else max(self.last_at, at)


def tally_of(rt: Runtime, operation: Operation, documents: Iterable[Document]) -> Tally:
    """`documents` are those of the very file that was imported, in its order, as the report is."""
    tally = Tally()
    with rt.files.open(operation.result) as stream:
        rows = report_rows(stream)
        for document in documents:
            tally.add(document, _row_of(document, rows))
    counted = {name: operation.counts.get(name, 0) for name in tally.counts}
    if counted != tally.counts:
        raise FiguresDisagreeError(f"the operation counts {counted}, its report {tally.counts}")
    return tally


def report_rows(stream: BinaryIO) -> Iterator[Row]:
    return csv.DictReader(io.TextIOWrapper(cast(io.BufferedReader, stream), encoding="utf-8", newline=""))


def _row_of(document: Document, rows: Iterator[Row]) -> Row:
    """Of its first line: a refused document has the same said of each."""
    for row in rows:
        if int(row["line"]) == document.first_line:
            return row
    raise FiguresDisagreeError(f"the report says nothing of line {document.first_line}")
