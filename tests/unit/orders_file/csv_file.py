"""Builds files of the orders import format in a test's words."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterable, Iterator

from chalicelib.areas.orders.file import Document, RejectedRow, ReturnRow, SaleRow, read_documents
from chalicelib.areas.orders.file.rows import Cells
from chalicelib.kit.clock import Instant

NOW: Instant = 1_767_225_600_000  # 2026-01-01T00:00:00Z
HEADER = ",".join(Cells._fields)

_SALE = {
    "document_number": "A-1",
    "document_type": "sell",
    "purchased_at": "2025-06-01T12:00:00Z",
    "loyalty_card": "0042",
    "location": "Leeds",
    "currency": "GBP",
    "sku": "MUG",
    "quantity": "2",
    "gross_value": "15.30",
}


def line(**cells: str) -> str:
    """A line of a good sale, A-1, but for the cells given."""
    return ",".join((_SALE | cells).get(column, "") for column in Cells._fields)


def return_line(**cells: str) -> str:
    return line(**{"document_number": "R-1", "document_type": "return", "revised_document": "A-1"} | cells)


def file_of(lines: Iterable[str | bytes], header: str = HEADER) -> bytes:
    whole = [header, *lines]
    return b"".join((one if isinstance(one, bytes) else one.encode()) + b"\n" for one in whole)


def read_bytes(content: bytes, now: Instant = NOW) -> list[Document]:
    return list(read_documents(io.BytesIO(content), now=now))


def read(*lines: str | bytes, header: str = HEADER) -> list[Document]:
    return read_bytes(file_of(lines, header))


def the_sale(*lines: str | bytes) -> SaleRow:
    (document,) = read(*lines)
    assert isinstance(document, SaleRow), document
    return document


def the_return(*lines: str | bytes) -> ReturnRow:
    (document,) = read(*lines)
    assert isinstance(document, ReturnRow), document
    return document


def the_refusal(*lines: str | bytes) -> RejectedRow:
    (document,) = read(*lines)
    assert isinstance(document, RejectedRow), document
    return document


def summary(documents: Iterable[Document]) -> list[str]:
    """`sale A-1`, `return R-1`, `unreadable_date A-1 @3`: what a shop would see of its file."""
    return [_told(document) for document in documents]


def _told(document: Document) -> str:
    match document:
        case SaleRow():
            return f"sale {document.sale.number}"
        case ReturnRow():
            return f"return {document.document.number}"
        case RejectedRow():
            return f"{document.code} {document.number} @{document.line}"


class Generated(io.RawIOBase):
    """A stream made of pieces, of which no two are in memory at once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int | None = -1, /) -> bytes:
        return next(self._pieces, b"")


def peak_of(pieces: Iterator[bytes]) -> tuple[int, list[str]]:
    """The most memory that reading took at any time, and the summary."""
    tracemalloc.start()
    try:
        documents = list(read_documents(Generated(pieces), now=NOW))  # type: ignore[arg-type]
        return tracemalloc.get_traced_memory()[1], summary(documents)
    finally:
        tracemalloc.stop()
