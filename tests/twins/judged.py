"""Segments with criteria, on a BookShop: what happened is told, and whoever it concerns is looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Message
from chalicelib.events.automations import automations
from chalicelib.events.imports import imports
from chalicelib.events.stream import relay
from chalicelib.flows.read_segment import list_segments_of_member
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.streamed import StreamedTable, stream_event

DAY_MS = 24 * 3_600_000
ORDERS: dict[str, Any] = {"ask": "account.orders", "at_least": 2}


def when(condition: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"criteria": {"when": condition} | fields}


def segments(shop: BookShop, member_id: str) -> list[str]:
    return [one.segment_id for one in list_segments_of_member(shop.rt, shop.caller, member_id)]


def nights_pass(shop: BookShop, nights: int = 1) -> int:
    """The daily job of each day, early on the next; how many it settled."""
    settled = 0
    for _ in range(nights):
        shop.clock.at += DAY_MS
        settled += settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC") - 1)
    return settled


@dataclass
class JudgedShop:
    """What is recorded is told, as the subscription has it, and its queues are worked off."""

    shop: BookShop
    table: StreamedTable
    relayed: int = 0
    taken: int = 0

    def tell(self) -> None:
        """Everything that was recorded since, and what follows from it."""
        while self._relay():
            self.work()

    def _relay(self) -> int:
        records = self.table.entries()[self.relayed :]
        self.relayed += len(records)
        if records:
            plain = replace(self.shop.rt, table=self.table.table)
            assert relay(plain, stream_event(records, "shardId-0"))["batchItemFailures"] == []
        return self.send()

    def send(self) -> int:
        """What the topic has not told yet."""
        assert isinstance(self.shop.rt.topic, MemoryTopic)
        told = self.shop.rt.topic.published[self.taken :]
        self.taken += len(told)
        self.queues.send("automations", [Message(one.body, one.request_id) for one in told])
        return len(told)

    @property
    def queues(self) -> MemoryQueues:
        assert isinstance(self.shop.rt.queues, MemoryQueues)
        return self.shop.rt.queues

    def work(self) -> None:
        self.queues.deliver("automations", partial(automations, self.shop.rt), size=10)
        self.queues.deliver("imports", partial(imports, self.shop.rt), size=1)
        assert not any(self.queues.dead.values())

    def segments(self, member_id: str) -> list[str]:
        self.tell()
        return segments(self.shop, member_id)


def judged(tenant: str = "shop") -> JudgedShop:
    table = StreamedTable()
    return JudgedShop(open_shop(table, tenant=tenant), table)
