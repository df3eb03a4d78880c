"""What queues ask for, as cases: a queue is delivered until it is empty, as Lambda does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.aws.queues import QueueName
from chalicelib.events.due import due
from chalicelib.events.imports import imports
from chalicelib.flows.enqueue_due import enqueue_due
from chalicelib.kit.periods import parse_day
from chalicelib.runtime import Runtime
from tests.faults.built import (
    EXPIRED,
    expiring,
    gifts_due,
    gifts_given,
    notified,
    notified_of_codes,
    notified_of_members,
    notified_of_nonsense,
    proving,
    replaying,
)
from tests.faults.case import Case
from tests.faults.world import World
from tests.twins.bookshop import BookShop

Consumer = Callable[[Runtime, dict[str, Any]], dict[str, Any]]
COMES_BACK_MS = 5 * 60_000  # longer than a lease


def worked(queue: QueueName, consumer: Consumer, world: World, shop: BookShop, apart_ms: int = 0) -> object:
    """Message by message, so long after each other. One that failed comes back minutes later."""

    def consume(event: dict[str, Any]) -> dict[str, Any]:
        world.calm.clock.at += apart_ms
        if event["Records"][0]["attributes"]["ApproximateReceiveCount"] != "1":
            world.calm.clock.at += COMES_BACK_MS
        with under_way(world, event):
            return consumer(shop.rt, event)

    world.queues.deliver(queue, consume, size=1)
    return "worked off"


@contextmanager
def under_way(world: World, event: dict[str, Any]) -> Iterator[None]:
    world.under_way.append(event)
    yield
    world.under_way.pop()


def delivered_twice(queue: QueueName, consumer: Consumer, world: World, shop: BookShop, apart_ms: int = 0) -> object:
    """Another worker gets the message that somebody is at; between messages, all that were ever sent come once more."""
    if world.under_way:
        return consumer(shop.rt, world.under_way[-1])
    world.queues.send(queue, list(world.queues.sent[queue]))
    return worked(queue, consumer, world, shop, apart_ms)


def scheduled() -> World:
    """The schedule has enqueued the day; only shards in which something is due keep their message."""
    world = expiring().copy()
    day = parse_day(EXPIRED)
    assert day is not None
    enqueue_due(world.calm.rt, day, "schedule")
    waiting = world.queues.waiting["due"]
    world.queues.sent["due"] = [one for one in world.queues.sent["due"] if "shard" in one.body]
    busy = set(_due_shards(world))
    world.queues.waiting["due"] = [one for one in waiting if one.message.body.get("shard") in busy]
    return world


def _due_shards(world: World) -> Iterator[int]:
    """Accounts that something expires of, and members who have been there for a year."""
    for stored in world.memory._items.values():
        if "gsi3sk" in stored.item and stored.item["gsi3sk"]["S"] < f"{EXPIRED}~":
            shard = int(stored.item["gsi3pk"]["S"].rsplit("#", 1)[1])
            assert shard < DUE_SHARDS
            yield shard


def queue_case(
    name: str, queue: QueueName, consumer: Consumer, world: Callable[[], World], *, apart_ms: int = 0
) -> Case:
    act = partial(worked, queue, consumer, apart_ms=apart_ms)
    repeat = partial(delivered_twice, queue, consumer, apart_ms=apart_ms)
    return Case(name, "messages", world, act, timeless=True, repeat=repeat)


MESSAGES = (
    queue_case("queue due, settling pages and accounts", "due", due, scheduled),
    queue_case("queue imports, a file from notice to report", "imports", imports, notified),
    queue_case("queue imports, a file of codes", "imports", imports, notified_of_codes),
    queue_case("queue imports, a file of members", "imports", imports, notified_of_members),
    queue_case("queue imports, a file that is none", "imports", imports, notified_of_nonsense),
    replace(queue_case("queue imports, a proof from chunk to report", "imports", imports, proving), lawful=False),
    queue_case("queue imports, a simulation from route to report", "imports", imports, replaying),
    queue_case("queue due, a rule on schedule", "due", due, gifts_due),
    queue_case("queue imports, a run of a rule from chunk to report", "imports", imports, gifts_given),
)
