"""Every document of a file recorded, in file order, and the tally of what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chalicelib.areas.orders.file import Document, ReturnRow, SaleRow
from chalicelib.flows.record_document import DocumentResult, record_document
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime

EXAMPLES = 3


@dataclass(slots=True)
class Refusals:
    """The documents refused for one reason; the first few stand for all in the report."""

    count: int = 0
    first: list[DocumentResult] = field(default_factory=list)

    def add(self, result: DocumentResult) -> None:
        self.count += 1
        if len(self.first) < EXAMPLES:
            self.first.append(result)


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

    def add(self, document: Document, result: DocumentResult) -> None:
        self.rows += document.lines
        if result.result == "refused":
            self.refusals.setdefault(result.code, Refusals()).add(result)
        elif result.result == "repeated":
            self.repeated += 1
        elif isinstance(document, SaleRow):
            self.orders += 1
            self._bought(document.sale.purchased_at)
        elif isinstance(document, ReturnRow):
            self.returns += 1
            self._bought(document.document.purchased_at)

    def _bought(self, at: Instant) -> None:
        self.last_at = at if self.last_at is None else max(self.last_at, at)


def record_all(
    rt: Runtime, caller: Caller, documents: Iterable[Document], program_id: int, done: Callable[[], None]
) -> Tally:
    """One document after the other: what one of them comes to may rest on all before it. `done` is told of each."""
    tally = Tally()
    for document in documents:
        tally.add(document, record_document(rt, caller, Command(rt.ids.command()), document, program_id))
        done()
    return tally
