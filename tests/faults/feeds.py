"""Consumers of a feed as cases: one acknowledges, is new, goes back, is deleted; reading by its name; and the feed's files. The
audit log: reading it, exporting it, and its archive."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from chalicelib.areas.audit.archives import ArchivedDay, ArchiveMark, Reached
from chalicelib.areas.audit.model import Sought
from chalicelib.areas.audit.operations import get_archive, list_archives
from chalicelib.areas.audit.refusals import RefusalCounts
from chalicelib.areas.audit.store import archived_put, mark_put
from chalicelib.areas.feeds.operations import get_consumer, list_consumers
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.aws.queues import Message
from chalicelib.events.due import due
from chalicelib.events.imports import imports
from chalicelib.flows.acknowledge_feed import acknowledge_feed, forget_consumer
from chalicelib.flows.note_refusal import note_refusal
from chalicelib.flows.read_audit import read_audit
from chalicelib.flows.read_feed import read_feed
from chalicelib.flows.read_order_feed import read_order_feed
from chalicelib.flows.read_own_audit import read_own_audit
from chalicelib.flows.read_own_feed import SETTLED_MS, read_own_feed
from chalicelib.flows.start_audit_export import start_audit_export
from chalicelib.kit.command import Command
from chalicelib.kit.periods import DAY_MS, iso_day, local_day
from chalicelib.table.commit import Committed
from chalicelib.table.feed import Place
from chalicelib.table.recorded import HOUR_MS
from tests.faults.built import at_work
from tests.faults.case import NOTHING, SENDING, Case
from tests.faults.messages import queue_case
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import Asked, commanded
from tests.twins import fresh
from tests.twins.bookshop import BookShop, keyed

LONG_AGO = 20_000


@cache
def followed() -> World:
    """A consumer has taken two, and everything is old enough to be told. A day of long ago is archived."""
    world = at_work().copy()
    world.calm.clock.at += SETTLED_MS + 1
    acknowledge_feed(world.calm.rt, world.calm.caller, fresh(), "lake", 2)
    day = ArchivedDay(day=LONG_AGO, entries=1, files=1, archived_at=world.calm.clock.at)
    world.calm.rt.table.transact([archived_put("shop", day)], "archived")
    return world


@cache
def a_day_later() -> World:
    """What is in the feed is to go into a file."""
    world = followed().copy()
    tomorrow = iso_day(local_day(world.calm.clock.at, "UTC") + 1)
    world.queues.waiting["due"] = []
    world.queues.send("due", [Message({"tenant": "shop", "facts_before": tomorrow}, "night")])
    return world


@cache
def to_archive() -> World:
    """Of a day all but the last hour is archived: then Ada earned something, and a key was refused."""
    world = followed().copy()
    shop = world.calm
    put_tenant(shop.rt, shop.caller, fresh(), TenantSettings(name="Books", audit_archive=True))
    day = local_day(shop.clock.at, "UTC")
    shop.clock.at = (day + 1) * DAY_MS - 60_000
    last = Reached(shop.clock.at // HOUR_MS * HOUR_MS, Place("", 0, 0))
    shop.rt.table.transact([mark_put("shop", ArchiveMark(day, 1, 5, last))], "mark")
    shop.earn(world.names["ada"], 1)
    refused(world, shop)
    world.queues.waiting["due"] = []
    world.queues.send("due", [Message({"tenant": "shop", "audit_before": iso_day(day + 1)}, "night")])
    return world


@cache
def exporting() -> World:
    """The log of an order is to be exported, an entry a chunk."""
    world = at_work().copy()
    world.queues.waiting.clear()
    world.queues.sent.clear()
    shop = world.calm
    sought = Sought(0, shop.clock.at, entity=world.names["order"])
    start_audit_export(shop.rt, shop.caller, fresh(), sought, 1)
    return world


def export(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    sought = Sought(0, shop.clock.at, entity=world.names["bob"])
    done = start_audit_export(shop.rt, shop.caller, command, sought)
    return Committed(done.answer.operation.kind, done.replayed)


def logged(shop: BookShop, entity: str | None = None) -> object:
    """Of the last quarter of an hour; of one entity the whole log."""
    read = read_audit if entity is None else read_own_audit
    sought = Sought(shop.clock.at - 900_000 if entity is None else 0, shop.clock.at, entity=entity)
    return paged(lambda cursor: read(shop.rt, shop.caller.tenant, sought, 5, cursor))


def taken(consumer_id: str, number: int, *, back: bool = False) -> Asked:
    def act(_: World, shop: BookShop, command: Command) -> Committed[Any]:
        return acknowledge_feed(shop.rt, shop.caller, command, consumer_id, number, back=back)

    return act


COMMANDS: dict[str, Asked] = {
    "acknowledge_feed": taken("lake", 4),
    "acknowledge_feed, the first time": taken("crm", 1),
    "acknowledge_feed, backwards": taken("lake", 1, back=True),
    "acknowledge_feed, late": taken("lake", 1),
    "forget_consumer": lambda _, shop, command: forget_consumer(shop.rt, shop.caller, command, "lake"),
}


def commands() -> Iterator[Case]:
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", followed, partial(commanded, act, lambda: keyed("k")))
    for name in ("acknowledge_feed", "forget_consumer"):
        once = name == "forget_consumer"
        yield Case(f"{name}, without a key", "write", followed, partial(commanded, COMMANDS[name], fresh), once=once)


def refused(_: World, shop: BookShop) -> None:
    note_refusal(shop.rt, shop.caller, "missing_grant", "get_tenant", RefusalCounts(), "here")


FEED_WRITES = (
    *commands(),
    Case("note_refusal", "write", followed, refused),
    Case(
        "start_audit_export, with a key",
        "write",
        followed,
        partial(commanded, export, lambda: keyed("k")),
        **SENDING,
    ),
)
FEED_MESSAGES = (
    queue_case("queue due, facts into files", "due", due, a_day_later),
    queue_case("queue due, the log into its archive", "due", due, to_archive),
    queue_case("queue imports, the log from chunk to file", "imports", imports, exporting),
)
FEED_READS = tuple(
    Case(name, "read", followed, looked, mends=NOTHING)
    for name, looked in {
        "read_feed, by a consumer": lambda _, shop: read_feed(shop.rt, shop.caller, 2, None, "lake"),
        "read_own_feed": lambda world, shop: paged(
            lambda cursor: read_own_feed(shop.rt, shop.caller, world.names["bob"], 2, cursor)
        ),
        "read_order_feed": lambda world, shop: paged(
            lambda cursor: read_order_feed(shop.rt, shop.caller, world.names["order"], 1, cursor)
        ),
        "read_audit": lambda _, shop: logged(shop),
        "read_own_audit": lambda world, shop: logged(shop, world.names["bob"]),
        "read_own_audit, of a rule": lambda _, shop: logged(shop, "rule:0001:base"),
        "read_own_audit, of an order": lambda world, shop: logged(shop, world.names["order"]),
        "list_archives": lambda _, shop: list_archives(shop.rt, shop.caller, 1, None),
        "get_archive": lambda _, shop: get_archive(shop.rt, shop.caller, iso_day(LONG_AGO)),
        "list_consumers": lambda _, shop: list_consumers(shop.rt, shop.caller),
        "get_consumer": lambda _, shop: get_consumer(shop.rt, shop.caller, "lake"),
    }.items()
)
