"""Worlds of the feed: what an older version could not read, two tenants in one stream, and what has been spoilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from chalicelib.areas.feeds.store import counts_key
from chalicelib.areas.orders.store import order_key
from chalicelib.events.stream import relay
from chalicelib.kit.periods import local_day
from chalicelib.table.feed import FeedHead, head_put
from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Attrs, Key, key_of
from tests.faults.built import SHARD, unrelayed
from tests.faults.world import World
from tests.twins.bookshop import card, open_shop, sale
from tests.twins.hushing import hush_last
from tests.twins.streamed import Record, StreamedTable, image_of, record, stream_event

DAY_MS = 86_400_000
OF_OLD = ("entries", "members_enrolled", "orders_recorded", "points_earned/points")


@cache
def hushed() -> World:
    """Nothing is in the feed, and of the last that Ada and Bob did nobody is to be told."""
    world = unrelayed().copy()
    for name in ("ada", "bob"):
        hush_last(world.memory, f"shop#M#{world.names[name]}")
    return replace(world, records=tuple(_as_it_is(world, one) for one in world.records))


@cache
def stepped_back() -> World:
    """An older version has relayed it all, and could not read what accounts say, loud or quiet; now the newer one is at
    work again."""
    world = hushed().copy()
    told = [_newer(one) if image_of(one)["sk"]["S"].startswith("J#0001#") else one for one in world.records]
    relay(world.calm.rt, stream_event(told, SHARD))
    return world


@cache
def shared() -> World:
    """A second tenant's entries are in the stream, each behind one of the first's."""
    world = unrelayed().copy()
    streamed = StreamedTable(world.memory)
    annex = open_shop(streamed, tenant="annex")
    annex.buy(card("0001"), sale("A1", 70_00))
    theirs = [image_of(one) for one in streamed.entries()]
    mixed = [image for pair in zip(map(image_of, world.records), theirs, strict=False) for image in pair]
    rest = [image_of(one) for one in world.records[len(theirs) :]]
    records = [record(image, 1_000 + number) for number, image in enumerate([*mixed, *rest])]
    return replace(world, records=tuple(records))


@cache
def broken() -> World:
    """Nobody can read where the second tenant's feed stands."""
    world = shared().copy()
    annex = head_put("annex", FeedHead(), FeedHead().mended()).item
    world.memory.batch_put([{**annex, "body": {"B": b"?"}}])
    return world


@cache
def counted_less() -> World:
    """All of it is relayed, by an older release, which knew of no days of value time."""
    world = hushed().copy()
    relay(world.calm.rt, stream_event(world.records, SHARD))
    day = local_day(world.calm.clock.at, "UTC")
    _change(world, counts_key("shop", day), lambda counts: {name: counts[name] for name in counts if name in OF_OLD})
    return world


@cache
def spoilt() -> World:
    """A day later: the last entries were never relayed, a program is not what was said of it, and an order counts a return
    that there is not."""
    world = hushed().copy()
    relay(world.calm.rt, stream_event(world.records[:-2], SHARD))
    _change(world, Key("shop#CFG", "program#0001"), lambda body: body | {"name": "Not what was said"})
    order = order_key("shop", world.names["order"])
    item = world.memory.get(order)
    assert item is not None
    world.memory.batch_put([{**item, "version": {"N": str(int(item["version"]["N"]) + 1)}}])
    world.calm.clock.at += DAY_MS
    return world


def _as_it_is(world: World, one: Record) -> Record:
    """The record of the entry that stands there now."""
    stored = world.memory.get(key_of(image_of(one)))
    assert stored is not None
    return record(stored, int(one["dynamodb"]["SequenceNumber"]))


def _newer(one: Record) -> Record:
    """As a newer version has it: what is in the body is its own affair."""
    image: Attrs = {**image_of(one), "v": {"N": "2"}, "body": {"S": "something else"}}
    return record(image, int(one["dynamodb"]["SequenceNumber"]))


def _change(world: World, key: Key, body: Callable[[Any], Any]) -> None:
    item = world.memory.get(key)
    assert item is not None
    world.memory.batch_put([{**item, "body": {"B": pack(body(unpack(item["body"]["B"])))}}])
