"""A case: something a client, a queue, a schedule or a stream asks for, and how its outcome is looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from chalicelib.areas.feeds.operations import daily_counts
from chalicelib.areas.jobs.operations import get_operation, list_operations
from chalicelib.areas.members.operations import get_member
from chalicelib.areas.webhooks import store as webhooks
from chalicelib.flows.read_feed import read_feed
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Key
from tests.faults.laws import judge
from tests.faults.world import World
from tests.twins import caller_of
from tests.twins.bookshop import BookShop
from tests.twins.faulty import CallKind
from tests.unit.flows.seen import configuration, members_of, nameless, one_group, one_member

Act = Callable[[World, BookShop], Any]
Way = Literal["write", "read", "messages"]

EVERYTHING: frozenset[CallKind] = frozenset(get_args(CallKind))
TABLE: frozenset[CallKind] = frozenset({"read", "transaction", "puts"})
NOTHING: frozenset[CallKind] = frozenset()
SENDING: dict[str, Any] = {
    "mends": TABLE,
    "why": "What is not sent has been tried four times by its client (aws/client): whoever asked, or the queue, asks again.",
}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|\"version\":\d+")


@dataclass(frozen=True)
class Case:
    """`act` asks once, at the till given, and answers what a client would see.

    `mends`: faults of which calls it mends by itself, so that nobody need ask again, and `why` not of all. `once`: who asks again asks for another
    thing, as an earning without a key is. `timeless`: what is tried again is recorded later, which is no difference.
    `in_any_order`: who relays what decides how the feed is ordered, within a millisecond of its entries. Not `lawful`:
    it is about what has been spoilt; what mends half of that meanwhile is told half.
    `repeat` is the same asked a second time, where that is not `act`.
    """

    name: str
    way: Way
    world: Callable[[], World]
    act: Act
    mends: frozenset[CallKind] = EVERYTHING
    why: str = ""
    once: bool = False
    timeless: bool = False
    in_any_order: bool = False
    lawful: bool = True
    repeat: Act | None = None

    @property
    def without_key(self) -> bool:
        """The same command is another case with its key, and differs by a read."""
        return self.name.endswith("without a key")

    def again(self, world: World) -> None:
        """The same at another till: the same request, or the very event that is being worked on."""
        (self.repeat or self.act)(world, world.another_till())


_SEEN: dict[tuple[str, ...], dict[str, Any]] = {}  # by what is there: most tries come to the very same items


def looked_at(case: Case, world: World) -> dict[str, Any]:
    """All that anybody can see, without what chance gave; the laws must hold of it. What is there to the last byte as it
    was after another try looks as it looked then."""
    there = _there(case, world)
    if there not in _SEEN:
        _SEEN[there] = _looked_at(case, world)
    return _SEEN[there]


def _there(case: Case, world: World) -> tuple[str, ...]:
    """All that a look at it reads: the items that are other ones than before the case, the time, and the cloud's things."""
    now = world.memory._items
    items = [(key, now[key].item if key in now else None) for key in sorted(changed_items(case, world))]
    cloud = (world.files.objects, world.queues.waiting, world.queues.dead, world.topic.published, world.sent)
    return case.name, str(world.calm.clock.at), repr(items), repr(cloud)


def _looked_at(case: Case, world: World) -> dict[str, Any]:
    if case.lawful:
        judge(stored.item for stored in world.memory._items.values())
    shop = world.calm
    rt, caller = shop.rt, shop.caller
    operations = [get_operation(rt, caller, one.operation_id) for one in list_operations(rt, caller, 100, None).items]
    today = local_day(rt.clock.now(), "UTC")
    seen = _members(case, world) | {
        "kinds": Counter(stored.item["kind"]["S"] for stored in world.memory._items.values()),
        "operations": sorted(str((one.operation.state, one.operation.failure, one.counts)) for one in operations),
        **_ours(case, world, today),
        "elsewhere": _elsewhere(case, world),
        "reports": {key: nameless(data.decode()) for key, data in world.files.objects.items() if _is_kept(key)},
        "published": {message.body["entry_id"] for message in world.topic.published},
        "sent": set(world.sent),
        "endpoints": sorted(world.senders.endpoints),
        "deliveries": _deliveries(world),
        "waiting": {nameless(body) for body in _waiting(world)},
        "dead": [message.body for queue in world.queues.dead.values() for message in queue],
    }
    return {name: _INSTANT.sub("", repr(value)) for name, value in seen.items()} if case.timeless else seen


def _deliveries(world: World) -> Counter[tuple[str, str]]:
    """Of whom, and what became of them; how often they were tried is a server's to see."""
    kept = [stored.item for stored in world.memory._items.values() if stored.item["kind"]["S"] == "webhook_delivery"]
    return Counter((webhooks.place_from(item).webhook_id, webhooks.delivery_from(item).state) for item in kept)


def _waiting(world: World) -> list[dict[str, Any]]:
    """What is sent and not worked off, but for what waits in the list of what is due all the same: it may be lost there, or
    come for nothing (flows/redeliver_webhook)."""
    bodies = [one.message.body for queue in world.queues.waiting.values() for one in queue]
    return [body for body in bodies if "delivery_id" not in body]


def _ours(case: Case, world: World, today: int) -> dict[str, Any]:
    """The tenant's feed and its counters; that they are as before where not one item of theirs is another."""
    place = f"{world.calm.caller.tenant}#FEED"
    if place not in changed(case, world):
        return {"feed": "as before", "counts": "as before"}
    rt, caller = world.calm.rt, world.calm.caller
    return {"feed": _told(case, rt, caller), "counts": daily_counts(rt, caller, today - 365, today)}


def changed(case: Case, world: World) -> set[str]:
    """The partitions of which an item is another than before."""
    return {key.pk for key in changed_items(case, world)}


def changed_items(case: Case, world: World) -> set[Key]:
    before, now = case.world().memory._items, world.memory._items
    return {key for key in before.keys() | now.keys() if before.get(key) is not now.get(key)}


def _told(case: Case, rt: Runtime, caller: Caller) -> list[tuple[str, str]]:
    """A tenant's feed."""
    feed = read_feed(rt, caller, 100, None).items
    assert [event.number for event in feed] == list(range(1, len(feed) + 1))
    told = [(event.operation, nameless(event.facts)) for event in feed]
    return sorted(told) if case.in_any_order else told


def _elsewhere(case: Case, world: World) -> dict[str, Any]:
    """The feeds of other tenants."""
    rt, ours = world.calm.rt, world.calm.caller.tenant
    others = {key.pk.removesuffix("#FEED") for key in world.memory._items if key.pk.endswith("#FEED")} - {ours}
    today = local_day(rt.clock.now(), "UTC")
    return {
        tenant: (_told(case, rt, caller_of(tenant)), daily_counts(rt, caller_of(tenant), today - 365, today))
        for tenant in sorted(others)
    }


def _members(case: Case, world: World) -> dict[str, Any]:
    """Who there is, and what they have. Of somebody of whom not one item is another than before, that is said instead:
    most tries change one member, and reading them all takes the longest."""
    others, now = changed(case, world), world.memory._items
    theirs = [stored.item["gsi1pk"]["S"] for key, stored in now.items() if key.pk in others and "gsi1pk" in stored.item]
    owners = {place.removesuffix("#O").rsplit("#", 1)[1] for place in [*others, *theirs] if "#" in place}
    seen: dict[str, Any] = {"configuration": configuration(world.calm)}
    for member_id in members_of(world.calm):
        name = nameless(get_member(world.calm.rt, world.calm.caller, member_id).identifiers)
        seen[name] = one_member(world.calm, member_id) if member_id in owners else "as before"
    groups = sorted(key.pk.rsplit("#", 1)[1] for key, one in now.items() if one.item["kind"]["S"] == "group")
    seen["groups"] = [one_group(world.calm, group_id) if group_id in owners else "as before" for group_id in groups]
    return seen


def _is_kept(key: str) -> bool:
    """Work files are the bucket's to forget: a pass that broke off leaves some that nobody reads."""
    return not key.startswith("work/")
