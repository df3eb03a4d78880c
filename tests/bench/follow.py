"""Orders through relay and consumers on DynamoDB Local: how many facts a second each works off, and how long one order takes.

Half of the shop's members are in a segment by criteria before their second order, a server wants every order, and a purchase sets
off a push. What the relay publishes goes into the queues whose subscription takes it, as the template has them, and each
consumer works its own off, in batches of ten. One worker does all of it in turn: in AWS each is a function of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from time import perf_counter
from typing import Any

from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import QueueName
from chalicelib.events.automations import automations
from chalicelib.events.notify import notify
from chalicelib.events.webhooks import webhooks
from chalicelib.table.dynamo import DynamoTable
from tests.bench.feed import Relaying
from tests.bench.figures import Row, Section, percentile
from tests.bench.till import DYNAMODB_LOCAL, local_table
from tests.twins import hooked, segmented, told
from tests.twins.bookshop import BookShop, card, open_shop, sale
from tests.twins.judged import ORDERS as CRITERIA
from tests.twins.judged import when
from tests.twins.subscriptions import hand_on, published_since

ORDERS, MEMBERS, LAGS = 1_000, 250, 50
CONSUMERS: Mapping[QueueName, Callable[..., dict[str, Any]]] = {
    "automations": automations,
    "notify": notify,
    "webhooks": webhooks,
}


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    with local_table("follow") as table:
        follower = Follower(opened(table), table)
        follower.follow(0)
        size = ORDERS * 4 if full else ORDERS
        tell(f"{size:,} orders")
        for number in range(size):
            follower.shop.buy(card(str(number % MEMBERS)), sale(f"N{number}"))
        tell("what follows from them")
        row = follower.backlog(size)
        tell(f"{LAGS} orders, one by one")
        row |= follower.lags(LAGS)
    return Section([row], {}, {"engine": f"{DYNAMODB_LOCAL}; topic and queues are twins, and so is the server"})


def opened(table: DynamoTable) -> BookShop:
    shop = open_shop(table, tenant="follow")
    cloud = {"topic": MemoryTopic(), "queues": MemoryQueues(), "outside": MemoryOutside(), "senders": MemorySenders()}
    shop = replace(shop, rt=replace(shop.rt, **cloud))  # type: ignore[arg-type]
    segmented.define(shop, "regulars", **when(CRITERIA))
    told.template(shop)
    told.follow_up(shop, "welcome", after="member.joined_segment", hours=0)
    hooked.define(shop, types=["order.recorded"])
    shop.rt.outside.servers[hooked.HOST] = hooked.Server()  # type: ignore[attr-defined]
    return shop


class Follower(Relaying):
    """The relay, and behind it each consumer in turn; `seconds` each has spent, `facts` all that were told."""

    def __init__(self, shop: BookShop, table: DynamoTable) -> None:
        super().__init__(shop, table)
        self.seconds = dict.fromkeys(CONSUMERS, 0.0)
        self.taken = self.facts = 0

    def backlog(self, size: int) -> Row:
        self.relaying, self.facts = 0.0, 0
        self.seconds = dict.fromkeys(CONSUMERS, 0.0)
        self.follow(size)
        each = {"relay": self.relaying} | {str(name): spent for name, spent in self.seconds.items()}
        rates = {f"{name}_per_second": round(self.facts / seconds) for name, seconds in each.items()}
        return {"orders": size, "facts": self.facts, **rates, "per_second": round(self.facts / sum(each.values()))}

    def lags(self, count: int) -> Row:
        """Until all that follows from an order is done."""
        whole = []
        for number in range(count):
            self.shop.buy(card("0"), sale(f"L{number}"))
            began = perf_counter()
            self.follow(1)
            whole.append((perf_counter() - began) * 1000)
        return {"lag_p50_ms": round(percentile(whole, 0.5), 1), "lag_p95_ms": round(percentile(whole, 0.95), 1)}

    def follow(self, expected: int) -> None:
        """At least so many entries from now on, and all that comes of them, and of that."""
        self.until(expected)
        while self._hand_on():
            self._work()
            self.until(0)

    def _hand_on(self) -> int:
        """What the topic has said since; how many messages."""
        fresh = published_since(self.shop.rt, self.taken)
        hand_on(self.shop.rt, fresh, CONSUMERS)
        self.taken += len(fresh)
        self.facts += sum(len(one.types) for one in fresh)
        return len(fresh)

    def _work(self) -> None:
        queues = self.shop.rt.queues
        assert isinstance(queues, MemoryQueues)
        for name, consumer in CONSUMERS.items():
            began = perf_counter()
            queues.deliver(name, partial(consumer, self.shop.rt), size=10)
            self.seconds[name] += perf_counter() - began
        assert not any(queues.dead.values()), queues.dead
