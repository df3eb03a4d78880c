"""Documents of an import on their way through part files: one JSON line each, with the lines of the file they stand on."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from chalicelib.areas.imports.lines import Span
from chalicelib.areas.imports.report import Reported
from chalicelib.areas.orders.file import Document, Identity, RejectedRow, ReturnRow, SaleRow
from chalicelib.areas.orders.model import Return, Sale
from chalicelib.flows.record_document import DocumentResult


class Placed(NamedTuple):
    spans: tuple[Span, ...]
    document: Document

    @property
    def first_line(self) -> int:
        return self.spans[0].first


def packed(placed: Placed) -> bytes:
    document = placed.document
    body: list[Any]
    match document:
        case SaleRow():
            sale = document.sale.model_dump(mode="json", exclude_defaults=True)
            body = ["sell", _named(document.identity), sale]
        case ReturnRow():
            back = document.document.model_dump(mode="json", exclude_defaults=True)
            body = ["return", _named(document.identity), document.sale_number, back]
        case RejectedRow():
            body = ["rejected", document.line, document.number, document.code, document.message]
    return json.dumps([placed.spans, *body], ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _named(identity: Identity | None) -> list[str] | None:
    return None if identity is None else [identity.type, identity.value]


def unpacked(line: bytes) -> Placed:
    raw, kind, *rest = json.loads(line)
    spans = tuple(Span(*span) for span in raw)
    first, lines = spans[0].first, sum(span.last - span.first + 1 for span in spans)
    document: Document
    match kind:
        case "sell":
            identity, sale = rest
            who = None if identity is None else Identity(*identity)
            document = SaleRow(first, lines, who, Sale.model_validate(sale))
        case "return":
            named, number, back = rest
            who = None if named is None else Identity(*named)
            document = ReturnRow(first, lines, who, number, Return.model_validate(back))
        case _:
            document = RejectedRow(first, lines, *rest)
    return Placed(spans, document)


def reported(placed: Placed, result: DocumentResult) -> Reported:
    return Reported(
        placed.spans,
        result.number,
        result.type,
        result.result,
        result.member_id,
        result.order_id,
        result.code,
        result.message,
        result.line if result.result == "refused" else 0,
    )
