"""What became of each document, as chunks keep it and as the report shows it: one line for each line of the file."""

from __future__ import annotations

import csv
import heapq
import io
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from chalicelib.areas.imports.lines import Span

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
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for number, row in enumerate(row for document in documents for row in _rows(document)):
        rows.writerow(row)
        if number % _FLUSHED_ROWS == 0:
            _flush(sink, text)
    _flush(sink, text)


def _rows(document: Reported) -> Iterator[tuple[int | str, ...]]:
    for span in document.spans:
        for line in range(span.first, span.last + 1):
            elsewhere = document.message and document.fault_line and document.fault_line != line
            message = f"Line {document.fault_line}: {document.message}" if elsewhere else document.message
            yield line, *document[1:7], message


def _flush(sink: Sink, text: io.StringIO) -> None:
    sink.write(text.getvalue().encode())
    text.seek(0)
    text.truncate()
