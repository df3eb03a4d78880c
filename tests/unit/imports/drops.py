"""Files dropped into a shop's bucket, and a queue delivered until nothing is left to do: in any order, twice, with kills."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.areas.imports.model import Drop
from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Progress
from chalicelib.areas.members.operations import get_member
from chalicelib.aws.files import Files
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, Waiting
from chalicelib.events.imports import imports
from chalicelib.flows.start_import import start_import
from chalicelib.runtime import Runtime
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Table
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.killing import Killed, KillingFiles, KillingQueues, KillingTable, Kills
from tests.unit.flows.seen import members_of
from tests.unit.orders_file.csv_file import file_of, line, return_line

KEY = "imports/shop/orders/june.csv"
MINUTES_BETWEEN = 5  # longer than a lease: a message comes back when whoever had it is surely gone
Deal = Callable[[list[Waiting]], list[Waiting]]
Row = dict[str, str]

_BOOK = {"currency": "EUR", "quantity": "1", "sku": "BOOK"}


def sold(number: str, card: str = "", value: str = "10.00", **cells: str) -> str:
    return line(**_BOOK | {"document_number": number, "loyalty_card": card, "gross_value": value} | cells)


def brought_back(number: str, sale: str, card: str = "", value: str = "10.00", **cells: str) -> str:
    given = {"document_number": number, "revised_document": sale, "loyalty_card": card, "gross_value": value}
    return return_line(**_BOOK | given | cells)


@dataclass(frozen=True)
class Importing:
    """A bookshop with its bucket and its queue."""

    shop: BookShop
    objects: MemoryFiles
    queues: MemoryQueues
    kills: Kills

    @property
    def rt(self) -> Runtime:
        return self.shop.rt

    def put(self, content: bytes, key: str = KEY) -> Drop:
        """As somebody else writes it: no process of ours can die at it."""
        self.objects.put(key, content)
        head = self.objects.head(key)
        assert head is not None
        return Drop("bucket", key, head.etag)

    def start(self, drop: Drop, parts: int = 4, chunk_rows: int = 3) -> Operation:
        """A notification comes again until it was taken."""
        try:
            operation = start_import(self.rt, drop, "req-1", parts, chunk_rows)
        except Killed:
            return self.start(drop, parts, chunk_rows)
        assert operation is not None
        return operation

    def drop(self, *lines: str | bytes, key: str = KEY, parts: int = 4, chunk_rows: int = 3) -> Operation:
        return self.start(self.put(file_of(lines), key), parts, chunk_rows)

    def work(self, deal: Deal | None = None, size: int = 1) -> None:
        self.queues.deliver("imports", self.consume, size=size, arrange=deal)

    def consume(self, event: dict[str, Any]) -> dict[str, Any]:
        self.shop.clock.at += MINUTES_BETWEEN * 60_000
        self.shop.clock.elapsed += MINUTES_BETWEEN * 60
        try:
            return imports(self.rt, event)
        except Killed as killed:
            raise RuntimeError("the process is gone, and Lambda brings the batch back") from killed

    def imported(self, *lines: str | bytes, key: str = KEY, parts: int = 4, chunk_rows: int = 3) -> Operation:
        """Dropped, worked off, and how it ended."""
        operation = self.drop(*lines, key=key, parts=parts, chunk_rows=chunk_rows)
        self.work()
        return self.operation(operation.operation_id)

    def progress(self, operation_id: str) -> Progress:
        return jobs.read_progress(self.rt.table, self.shop.caller.tenant, operation_id)

    def operation(self, operation_id: str) -> Operation:
        return self.progress(operation_id).operation

    def report(self, operation: Operation) -> list[Row]:
        assert operation.state == "done", operation
        return list(csv.DictReader(io.StringIO(self.objects.objects[operation.result].decode(), newline="")))

    def told(self, operation: Operation) -> list[str]:
        """`2 A-1 sell recorded`, `3 A-2 unreadable refused unreadable_date`."""
        names = ("line", "document", "type", "result", "code")
        return [" ".join(row[name] for name in names if row[name]) for row in self.report(operation)]

    def accounts(self) -> dict[str, Any]:
        """What everybody has, by card: nothing that chance or time gave. Every account must be what its journal says."""
        return {self._card(member_id): self._account(member_id) for member_id in members_of(self.shop)}

    def _account(self, member_id: str) -> dict[str, Any]:
        account = self.shop.account(member_id)
        assert not account.version or self.shop.proof(member_id).matches
        return account.model_dump(exclude={"member_id", "as_of"})

    def _card(self, member_id: str) -> str:
        return get_member(self.rt, self.shop.caller, member_id).identifiers[0].value


def importing(table: Table | None = None, files: Files | None = None, **shop: Any) -> Importing:
    """`files` stands in for the bucket where the twin's dict would be too small a one."""
    kills = Kills()
    opened = open_shop(KillingTable(table or MemoryTable(), kills), **shop)
    objects, queues = MemoryFiles(), MemoryQueues()
    rt = replace(opened.rt, files=KillingFiles(files or objects, kills), queues=KillingQueues(queues, kills))
    kills.writes = 0
    return Importing(replace(opened, rt=rt), objects, queues, kills)
