"""What can be known of a file before anything is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.areas.orders.file import Document, RejectedRow, SaleRow, read_documents
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, local_day

ZONE = "UTC"


class CannotStartError(Exception):
    """What is asked for cannot be done with this file; the message says why."""


@dataclass(frozen=True, slots=True)
class Survey:
    """`last_day` is that of the latest sale or return that can be read; None if there is none."""

    documents: int
    rows: int
    last_day: Day | None


def survey(stream: BinaryIO, now: Instant) -> Survey:
    """Raises InvalidInput for what is no file of orders."""
    documents, rows, last = 0, 0, None
    for document in read_documents(stream, now=now):
        documents += 1
        rows += document.lines
        at = _purchased_at(document)
        last = at if last is None or (at is not None and at > last) else last
    return Survey(documents, rows, None if last is None else local_day(last, ZONE))


def _purchased_at(document: Document) -> Instant | None:
    if isinstance(document, RejectedRow):
        return None
    return document.sale.purchased_at if isinstance(document, SaleRow) else document.document.purchased_at
