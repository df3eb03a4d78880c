"""What can be known of a file before anything is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.areas.members.model import Identifier
from chalicelib.areas.orders.file import Identity, SaleRow, read_documents
from chalicelib.errors import InvalidInput
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, local_day

ZONE = "UTC"


class CannotStartError(Exception):
    """What is asked for cannot be done with this file; the message says why."""


@dataclass(frozen=True, slots=True)
class Survey:
    """`sale_day` is the day of the latest sale that nothing speaks against: no purchase will be recorded before it alone.

    Which documents are recorded, and so what the day of the last purchase is, only recording them can tell.
    """

    documents: int
    rows: int
    sale_day: Day | None


def survey(stream: BinaryIO, now: Instant) -> Survey:
    """Raises InvalidInput for what is no file of orders."""
    documents, rows, last = 0, 0, None
    seen: set[str] = set()
    for document in read_documents(stream, now=now):
        documents += 1
        rows += document.lines
        if isinstance(document, SaleRow) and document.sale.number not in seen and _can_buy(document.identity):
            seen.add(document.sale.number)
            last = max(last or 0, document.sale.purchased_at)
    return Survey(documents, rows, None if last is None else local_day(last, ZONE))


def _can_buy(identity: Identity | None) -> bool:
    if identity is None:
        return False
    try:
        Identifier(type=identity.type, value=identity.value).normalised()
    except InvalidInput:
        return False
    return True
