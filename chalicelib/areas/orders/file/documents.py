"""From rows to documents: which lines belong together, and what becomes of a document with a bad line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.areas.orders.file.cells import (
    Identity,
    IdentityType,
    ReturnHead,
    SaleHead,
    check_repeated_head,
    read_head,
    read_line,
)
from chalicelib.areas.orders.file.faults import BadLineError, Code, Fault, printable
from chalicelib.areas.orders.file.lines import physical_lines
from chalicelib.areas.orders.file.rows import Row, Rows, read_header
from chalicelib.areas.orders.model import MAX_LINES, Line, Return, ReturnLine, Sale
from chalicelib.kit.clock import Instant

__all__ = ["Document", "Identity", "IdentityType", "RejectedRow", "ReturnRow", "SaleRow", "read_documents"]

_SHOWN_NUMBER = 128


@dataclass(frozen=True, slots=True)
class SaleRow:
    """A sale that can be recorded. `lines` counts physical lines; the first of them is `first_line` of the file."""

    first_line: int
    lines: int
    identity: Identity | None
    sale: Sale


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return of the sale with number `sale_number`. Without an identity, the customer is that of its sale."""

    first_line: int
    lines: int
    identity: Identity | None
    sale_number: str
    document: Return


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A document refused as a whole. `line` is where its first fault is; `number`, for people, may be cut or empty."""

    first_line: int
    lines: int
    line: int
    number: str
    code: Code
    message: str


Document = SaleRow | ReturnRow | RejectedRow


def read_documents(stream: BinaryIO, *, now: Instant) -> Iterator[Document]:
    """The documents of a file, one at a time, in file order.

    Raises InvalidInput (empty_file, bad_header) at once and nothing later: RejectedRows tell what else is wrong.
    """
    lines = physical_lines(stream)
    header = read_header(lines)
    return _grouped(Rows(lines, header), now)


def _grouped(rows: Rows, now: Instant) -> Iterator[Document]:
    """`nameless` are lines behind the current document whose number cannot be told: what comes next decides on them."""
    current: _Draft | None = None
    nameless: _Draft | None = None
    for row in rows:
        if row.number is None:
            before = nameless or (current if row.rest else None)
            if before is None:
                nameless = _Draft(row, now)
            else:
                before.add(row)
        elif current is not None and current.has(row):
            if nameless is not None:
                current.swallow(nameless)
                nameless = None
            current.add(row)
        elif row.rest and nameless is not None:  # the end of the failed record tells the number of it all
            if current is not None:
                yield current.document()
            nameless.add(row)
            current, nameless = nameless, None
        else:
            yield from (draft.document() for draft in (current, nameless) if draft is not None)
            current, nameless = _Draft(row, now), None
    yield from (draft.document() for draft in (current, nameless) if draft is not None)


@dataclass(frozen=True, slots=True)
class _Body:
    head: SaleHead | ReturnHead
    order_lines: list[Line]


@dataclass(frozen=True, slots=True)
class _Refusal:
    line: int
    fault: Fault


class _Draft:
    """A document while its lines come in. With the first fault it forgets what it holds and only counts on."""

    def __init__(self, row: Row, now: Instant) -> None:
        self._first_line = row.first_line
        self._lines = row.lines
        self._number = row.number
        self._shown = row.number if row.sure else None
        self._kind = row.kind
        self._content = _begun(row, now)
        self._now = now

    def has(self, row: Row) -> bool:
        """A line whose type cannot be told goes with its number, whatever the type of the others."""
        return row.number == self._number and (row.kind == self._kind or None in (row.kind, self._kind))

    def add(self, row: Row) -> None:
        self._lines += row.lines
        self._number = self._number or row.number
        self._shown = self._shown or (row.number if row.sure else None)
        self._kind = self._kind or row.kind
        if isinstance(self._content, _Body):
            self._content = _continued(self._content, row, self._now)

    def swallow(self, nameless: _Draft) -> None:
        self._lines += nameless._lines
        if isinstance(self._content, _Body):
            self._content = nameless._content

    def document(self) -> Document:
        content = self._content
        if isinstance(content, _Refusal):
            number = printable(self._shown or "", _SHOWN_NUMBER)
            return RejectedRow(self._first_line, self._lines, content.line, number, *content.fault)
        if isinstance(content.head, SaleHead):
            return SaleRow(
                self._first_line, self._lines, content.head.identity, _sale(content.head, content.order_lines)
            )
        document = _return(content.head, content.order_lines)
        return ReturnRow(self._first_line, self._lines, content.head.identity, content.head.sale_number, document)


def _begun(row: Row, now: Instant) -> _Body | _Refusal:
    if isinstance(row.content, Fault):
        return _Refusal(row.first_line, row.content)
    try:
        head = read_head(row.content, now)
        return _Body(head, [read_line(row.content, 1, head.currency)])
    except BadLineError as bad:
        return _Refusal(row.first_line, bad.fault)


def _continued(body: _Body, row: Row, now: Instant) -> _Body | _Refusal:
    if isinstance(row.content, Fault):
        return _Refusal(row.first_line, row.content)
    line_no = len(body.order_lines) + 1
    if line_no > MAX_LINES:
        return _Refusal(row.first_line, Fault("too_many_lines", f"The document has more than {MAX_LINES} order lines."))
    try:
        check_repeated_head(row.content, now)
        body.order_lines.append(read_line(row.content, line_no, body.head.currency))
    except BadLineError as bad:
        return _Refusal(row.first_line, bad.fault)
    return body


def _sale(head: SaleHead, order_lines: list[Line]) -> Sale:
    return Sale(
        number=head.number,
        purchased_at=head.purchased_at,
        utc_offset=head.utc_offset,
        currency=head.currency,
        place=head.place,
        lines=tuple(order_lines),
    )


def _return(head: ReturnHead, order_lines: list[Line]) -> Return:
    return Return(
        number=head.number,
        purchased_at=head.purchased_at,
        utc_offset=head.utc_offset,
        currency=head.currency,
        place=head.place,
        lines=tuple(
            ReturnLine(sku=line.sku, quantity=line.quantity, gross_value=line.gross_value) for line in order_lines
        ),
    )
