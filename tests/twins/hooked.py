"""A shop whose servers want to know: its stream relayed, its topic fed into the queue, its queue worked off, time going by."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any

from chalicelib.areas.webhooks.model import Delivery, Webhook, WebhookDefinition
from chalicelib.areas.webhooks.operations import list_deliveries, list_webhooks
from chalicelib.areas.webhooks.store import DUE_SHARDS, due_query
from chalicelib.aws.memory_outside import MemoryOutside, Sent
from chalicelib.aws.memory_queues import Consumer, MemoryQueues, Waiting
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.outside import Reply, UnreachableError
from chalicelib.aws.queues import Message
from chalicelib.events.stream import relay
from chalicelib.events.webhooks import schedule_webhooks, webhooks
from chalicelib.flows.define_webhook import IssuedWebhook, define_webhook
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.streamed import StreamedTable, stream_event

HOST = "hooks.example.com"
SCHEDULED = {"id": "req-wake", "time": "2026-06-15T12:00:00Z"}
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 24 * 3_600_000


def definition(**fields: Any) -> WebhookDefinition:
    return WebhookDefinition.model_validate({"url": f"https://{HOST}/in", "types": ["*"]} | fields)


def define(
    shop: BookShop, webhook_id: str = "till", command: Command | None = None, **fields: Any
) -> Committed[IssuedWebhook]:
    return define_webhook(shop.rt, shop.caller, command or fresh(), webhook_id, definition(**fields))


def verified(secret: str, call: Sent) -> bool:
    """As Standard Webhooks tells a receiver to do it."""
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    expected = "v1," + b64encode(digest(key, signed, sha256)).decode()
    return any(compare_digest(expected, one) for one in call.headers["webhook-signature"].split(" "))


@dataclass
class Server:
    """Of the shop's: answers `status`, or is not there; `calls` are what it was sent."""

    status: int | None = 200
    text: str = "thanks"
    calls: list[Sent] = field(default_factory=list)

    def __call__(self, call: Sent) -> Reply:
        self.calls.append(call)
        if self.status is None:
            raise UnreachableError("timed_out")
        return Reply(self.status, self.text)

    @property
    def types(self) -> list[str]:
        return [fact["type"] for call in self.calls for fact in json.loads(call.body)["data"]["facts"]]

    @property
    def ids(self) -> list[str]:
        return [call.headers["webhook-id"] for call in self.calls]


@dataclass
class HookedShop:
    """`later`: what is on its way in the queue, and when it comes."""

    shop: BookShop
    table: StreamedTable
    server: Server
    later: list[tuple[int, Waiting]] = field(default_factory=list)
    relayed: int = 0
    taken: int = 0

    @property
    def rt(self) -> Runtime:
        return self.shop.rt

    @property
    def queues(self) -> MemoryQueues:
        assert isinstance(self.rt.queues, MemoryQueues)
        return self.rt.queues

    @property
    def outside(self) -> MemoryOutside:
        assert isinstance(self.rt.outside, MemoryOutside)
        return self.rt.outside

    def relay(self) -> None:
        """What was recorded comes out of the topic and into the queue, as the subscription has it."""
        records = self.table.entries()[self.relayed :]
        self.relayed += len(records)
        if records:
            plain = replace(self.rt, table=self.table.table)
            assert relay(plain, stream_event(records, "shardId-0"))["batchItemFailures"] == []
        assert isinstance(self.rt.topic, MemoryTopic)
        told = self.rt.topic.published[self.taken :]
        self.taken += len(told)
        self.queues.send("webhooks", [Message(one.body, one.request_id) for one in told])

    def work(self, rt: Runtime | None = None) -> None:
        """The queue is worked off, but for what is on its way."""
        consumer = partial(webhooks, rt or self.rt)
        while True:
            self._set_aside()
            if not self.queues.waiting["webhooks"]:
                return
            self.queues.deliver("webhooks", self._holding_back(consumer), size=10)

    def _holding_back(self, consumer: Consumer) -> Consumer:
        """What a batch sends with a delay is not in the queue when the next is taken."""

        def consume(event: dict[str, Any]) -> dict[str, Any]:
            answer = consumer(event)
            self._set_aside()
            return answer

        return consume

    def _set_aside(self) -> None:
        now, waiting = self.shop.clock.at, self.queues.waiting["webhooks"]
        self.later += [(now + one.message.delay_seconds * 1000, one) for one in waiting if one.message.delay_seconds]
        at_once = [one for one in waiting if not one.message.delay_seconds]
        came = [one for at, one in self.later if at <= now]
        self.later = [(at, one) for at, one in self.later if at > now]
        self.queues.waiting["webhooks"] = at_once + came

    def pass_(self, milliseconds: int, step: int = 5 * MINUTE) -> None:
        """Time goes by, and the schedule with it."""
        self._set_aside()
        ends = self.shop.clock.at + milliseconds
        while self.shop.clock.at < ends:
            now = self.shop.clock.at
            nearest = min((at for at, _ in self.later), default=ends)
            wanted = -(-self._wanted_at() // step) * step  # the first schedule behind it
            self.shop.clock.at = min(ends, max(now + 1, min(nearest, max(wanted, now + step))))
            self.shop.clock.elapsed += 60
            schedule_webhooks(self.rt, SCHEDULED)
            self.work()

    def _wanted_at(self) -> int:
        """When something is due next by the list; long from now where nothing is."""
        queries = [due_query(shard, 10**13 - 2, 1) for shard in range(DUE_SHARDS)]
        found = [one for query in queries for one in self.rt.table.query(query).items]
        return min((int(one["gsi3sk"]["S"].split("#")[0]) for one in found), default=10**13)

    def log(self, webhook_id: str = "till") -> tuple[Delivery, ...]:
        return list_deliveries(self.rt, self.shop.caller, webhook_id, 100, None).items

    def webhook(self, webhook_id: str = "till") -> Webhook:
        return next(one for one in list_webhooks(self.rt, self.shop.caller) if one.webhook_id == webhook_id)


def hooked_on(shop: BookShop, server: Server, table: StreamedTable | None = None) -> HookedShop:
    """This shop, as it stands, with this server."""
    one = HookedShop(shop, table or StreamedTable(), server)
    one.outside.servers[HOST] = server
    one.queues.waiting["webhooks"].clear()
    return one


def hooked(tenant: str = "shop") -> HookedShop:
    """A shop of which nothing is told yet, and a server of its own."""
    table = StreamedTable()
    one = hooked_on(open_shop(table, tenant=tenant), Server(), table)
    one.relay()
    one.queues.waiting["webhooks"].clear()
    return one
