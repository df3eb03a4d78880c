"""Record one document of an orders file: what the demo and every import do with a row.

A refusal is a result, not an exception: it has the code and the sentence that the same request would get over HTTP.
Recording the same document again changes nothing and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.areas.members.model import Identifier
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.file import Document, Identity, RejectedRow, ReturnRow, SaleRow
from chalicelib.errors import Busy, InvalidInput, NotFound, StampbookError
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.record_order import record_order
from chalicelib.flows.return_order import return_order
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently

Result = Literal["recorded", "repeated", "refused"]


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What became of a document; `line` is where a refused one went wrong."""

    type: Literal["sell", "return", "unreadable"]
    result: Result
    number: str
    line: int
    member_id: str = ""
    order_id: str = ""
    code: str = ""
    message: str = ""


def record_document(
    rt: Runtime, caller: Caller, command: Command, document: Document, program_id: int = 1
) -> DocumentResult:
    """Raises only Busy (to be tried again); everything else that can be wrong with the document is in the result."""
    if isinstance(document, RejectedRow):
        return DocumentResult(
            "unreadable", "refused", document.number, document.line, code=document.code, message=document.message
        )
    try:
        if isinstance(document, SaleRow):
            return _sale(rt, caller, command, document, program_id)
        return _return(rt, caller, command, document)
    except Busy:
        raise
    except StampbookError as refusal:
        kind: Literal["sell", "return"] = "sell" if isinstance(document, SaleRow) else "return"
        number = (document.sale if isinstance(document, SaleRow) else document.document).number
        return DocumentResult(kind, "refused", number, document.first_line, code=refusal.code, message=refusal.message)


def _sale(rt: Runtime, caller: Caller, command: Command, row: SaleRow, program_id: int) -> DocumentResult:
    try:
        done = record_order(rt, caller, command, _buyer(row.identity), row.sale, program_id, asks_now=False)
    except InvalidInput as refusal:
        if refusal.code != "missing_member":
            raise
        sentence = "A sale needs a loyalty_card, an email or a phone; all three are empty."
        raise InvalidInput("missing_identity", sentence, param="loyalty_card") from refusal
    return DocumentResult(
        "sell",
        _result(done.replayed),
        row.sale.number,
        row.first_line,
        done.answer.member_id or "",
        done.answer.order_id,
    )


def _return(rt: Runtime, caller: Caller, command: Command, row: ReturnRow) -> DocumentResult:
    sale = read_patiently(rt, lambda: orders.find(rt.table, caller.tenant, row.sale_number)).order
    if sale is None:
        raise NotFound(
            "unknown_sale", f"There is no sale {row.sale_number[:64]} to return from.", param="revised_document"
        )
    buyer = None if row.identity is None else _buyer(row.identity)
    done = return_order(rt, caller, command, sale.order_id, row.document, buyer, asks_now=False)
    return DocumentResult(
        "return", _result(done.replayed), row.document.number, row.first_line, sale.member_id, sale.order_id
    )


def _buyer(identity: Identity | None) -> Buyer:
    return Buyer() if identity is None else Buyer(identifier=Identifier(type=identity.type, value=identity.value))


def _result(replayed: bool) -> Result:
    return "repeated" if replayed else "recorded"
