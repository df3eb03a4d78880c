"""What became of each document, as chunks keep it and as the report shows it: one line for each line of the file."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple, Protocol

from chalicelib.areas.imports.lines import Span
from chalicelib.kit.sheets import csv_rows

COLUMNS = ("line", "document", "type", "result", "member_id", "order_id", "code", "message")
_FLUSHED_ROWS = 500


class Sink(Protocol):
    def write(self, data: bytes) -> None: ...


class Reported(NamedTuple):
    """`fault_line` is where a refused document went wrong; `spans` are its lines."""

    spans: tuple[Span, ...]
    document: str
    type: str
    result: str
    member_id: str = ""
    order_id: str = ""
    code: str = ""
    message: str = ""
    fault_line: int = 0

    @property
    def rows(self) -> int:
        return sum(span.last - span.first + 1 for span in self.spans)

    def kept(self) -> bytes:
        return json.dumps(self, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def reported(kept: bytes) -> Reported:
    spans, *rest = json.loads(kept)
    return Reported(tuple(Span(*span) for span in spans), *rest)


def merged(parts: Iterable[Iterator[Reported]]) -> Iterator[Reported]:
    """In file order: every part is, and at any time one document of each is looked at."""
    return heapq.merge(*parts, key=lambda one: one.spans[0].first)


def write_report(sink: Sink, documents: Iterable[Reported]) -> None:
    rows: Iterator[Sequence[object]] = chain([COLUMNS], (row for document in documents for row in _rows(document)))
    while some := list(islice(rows, _FLUSHED_ROWS)):
        sink.write(csv_rows(some))


def _rows(document: Reported) -> Iterator[tuple[int | str, ...]]:
    for span in document.spans:
        for line in range(span.first, span.last + 1):
            elsewhere = document.message and document.fault_line and document.fault_line != line
            message = f"Line {document.fault_line}: {document.message}" if elsewhere else document.message
            yield line, *document[1:7], message
