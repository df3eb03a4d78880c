"""Notifications, phones and notices, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.notifications.model import FollowUpDefinition, Notice, TemplateDefinition
from chalicelib.areas.notifications.operations import get_follow_up, get_template, list_follow_ups, list_templates
from chalicelib.areas.notifications.store import notices
from chalicelib.areas.notifications.store.notices import DueNotice
from chalicelib.errors import NotFound
from chalicelib.events.notify import notify
from chalicelib.flows.change_notice import cancel_notice, read_notice
from chalicelib.flows.define_follow_up import define_follow_up
from chalicelib.flows.define_template import define_template
from chalicelib.flows.favour_places import favour_places, list_favourites
from chalicelib.flows.notify_chunk import route_notification
from chalicelib.flows.read_notices import read_inbox, read_notices, read_receipts
from chalicelib.flows.register_device import forget_device, list_devices, register_device
from chalicelib.flows.start_notification import Asked as Wish
from chalicelib.flows.start_notification import Cut, start_notification
from chalicelib.flows.tell_one import Wanted, tell_one, tell_waiting
from chalicelib.flows.tell_wanted import Happened, tell_wanted
from chalicelib.flows.wake_notices import wake_notices, wake_shard
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, SENDING, Act, Case
from tests.faults.messages import queue_case
from tests.faults.perks import Asked
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import commanded
from tests.twins import fresh, told
from tests.twins.bookshop import BookShop, keyed

NOBODY = "mem_00000000000"


@cache
def telling() -> World:
    """Ada has a phone, that takes nothing any more, a notice in her inbox and one that waits, and one is to be told to many later."""
    world = at_work().copy()
    shop, ada = world.calm, world.names["ada"]
    told.template(shop, "psst", channel="in_app", translations={})
    first, _ = told.one_of_each(shop, ada, world.names["operation"])
    world.senders.dead |= world.senders.endpoints
    now = shop.clock.at
    later = Wanted(ada, "entry 2", now, now + told.HOUR, "hello", "transactional", {})
    waits = tell_one(shop.rt, shop.caller.tenant, later)
    in_app = tell_one(shop.rt, shop.caller.tenant, replace(later, source="entry 3", template_id="psst"))
    assert waits is not None
    assert in_app is not None
    asked = Wish("transactional", "psst", members=(ada, NOBODY), at=now + told.HOUR)
    operation = start_notification(shop.rt, shop.caller, fresh(), asked).answer.operation.operation_id
    world.queues.waiting.clear()
    names = {"inbox": first, "waits": waits.notice_id, "in_app": in_app.notice_id, "later": operation}
    return replace(world, names=dict(world.names) | names)


@cache
def due() -> World:
    """An hour later: all of that is due."""
    world = telling().copy()
    world.calm.clock.at += told.HOUR
    return world


@cache
def due_to_a_phone() -> World:
    """And her phone takes what it is sent."""
    world = due().copy()
    world.senders.dead.clear()
    return world


@cache
def telling_at_once() -> World:
    """The follow-up is for now, to a phone that takes what it is sent."""
    world = telling().copy()
    told.follow_up(world.calm, hours=0, kind="transactional")
    world.senders.dead.clear()
    return world


@cache
def begun() -> World:
    """A notification for Ada, Bob and nobody has begun, by pushes."""
    world = telling().copy()
    shop = world.calm
    told.phone(shop, world.names["bob"], "another")
    some = (world.names["ada"], world.names["bob"], NOBODY)
    start_notification(shop.rt, shop.caller, fresh(), Wish("transactional", "hello", members=some), Cut(1, 10))
    return world


@cache
def begun_at_a_place() -> World:
    """One for whose favourite is Ulm, which is Ada's, in the app."""
    world = telling().copy()
    shop = world.calm
    start_notification(shop.rt, shop.caller, fresh(), Wish("transactional", "psst", place="Ulm"), Cut(1, 10))
    return world


def _define(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    template = TemplateDefinition.model_validate(told.HELLO).named("other")
    return define_template(shop.rt, shop.caller, command, template)


def _follow(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    body = {"after": "tier.changed", "template_id": "hello"}
    return define_follow_up(shop.rt, shop.caller, command, FollowUpDefinition.model_validate(body).named("tier"))


def _register(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """The phone was Ada's."""
    return register_device(shop.rt, shop.caller, command, world.names["bob"], "his", "apple", told.TOKEN)


def _forget(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """And nothing of it is left at whoever pushes."""
    done = forget_device(shop.rt, shop.caller, command, world.names["ada"], "phone")
    return Committed((done.answer, sorted(world.senders.endpoints)), done.replayed)


def _forget_again(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """Who asks once more without a key is told that it is gone."""
    with suppress(NotFound):
        forget_device(shop.rt, shop.caller, command, world.names["ada"], "phone")
    return Committed(sorted(world.senders.endpoints))


def _favour(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    """One stays, one comes, one goes."""
    return favour_places(shop.rt, shop.caller, command, world.names["ada"], ("Ulm", "Berlin"))


def _start(world: World, shop: BookShop, command: Command) -> Committed[str]:
    asked = Wish("marketing", "hello", members=(world.names["ada"],), at=shop.clock.at + told.HOUR)
    done = start_notification(shop.rt, shop.caller, command, asked)
    return Committed(done.answer.operation.state, done.replayed)


def _read(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return _shown(read_notice(shop.rt, shop.caller, command, world.names["ada"], world.names["inbox"]))


def _cancel(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return _shown(cancel_notice(shop.rt, shop.caller, command, world.names["ada"], world.names["waits"]))


def _shown(done: Committed[Notice]) -> Committed[Any]:
    return Committed((done.answer.state, done.answer.read_at), done.replayed)


COMMANDS: dict[str, Asked] = {
    "define_template": _define,
    "define_follow_up": _follow,
    "register_device": _register,
    "forget_device": _forget,
    "favour_places": _favour,
    "start_notification": _start,
    "read_notice": _read,
    "cancel_notice": _cancel,
}


OF_PHONES = ("register_device", "forget_device")
WITHOUT_KEY: dict[str, Asked] = {"forget_device": _forget_again}


def waiting(name: str) -> Act:
    def act(world: World, shop: BookShop) -> object:
        tell_waiting(shop.rt, DueNotice(shop.caller.tenant, world.names["ada"], world.names[name]))
        return "told"

    return act


def follow_up(world: World, shop: BookShop) -> object:
    """Her first entry enrolled her."""
    happened = Happened(f"M#{world.names['ada']}", 0, 1, "ent_of_ada", shop.clock.at)
    return tell_wanted(shop.rt, shop.caller.tenant, happened, ("member.enrolled",))


def woken(world: World, shop: BookShop) -> object:
    wake_notices(shop.rt, "req-1")
    for shard in range(notices.DUE_SHARDS):
        wake_shard(shop.rt, shard, "req-1")
    return "woken"


def routed(world: World, shop: BookShop) -> object:
    route_notification(shop.rt, shop.caller.tenant, world.names["later"])
    return "begun"


DEEDS: dict[str, tuple[Callable[[], World], Act]] = {
    "tell_waiting": (due, waiting("waits")),
    "tell_waiting, to a phone": (due_to_a_phone, waiting("waits")),
    "tell_wanted, to a phone": (telling_at_once, follow_up),
    "wake_notices": (due, woken),
    "route_notification": (due, routed),
}


WRITTEN: dict[str, tuple[Callable[[], World], Act]] = {
    "tell_waiting, in the app": (due, waiting("in_app")),
    "tell_wanted": (telling, follow_up),
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    for name, act in COMMANDS.items():
        sending = SENDING if name in OF_PHONES else {}
        yield Case(f"{name}, with a key", "write", telling, partial(commanded, act, lambda: keyed("k")), **sending)
        without = partial(commanded, WITHOUT_KEY.get(name, act), fresh)
        yield Case(f"{name}, without a key", "write", telling, without, once=True, **sending)


NOTIFICATION_WRITES = (
    *commands(),
    *(Case(name, "write", world, act, **SENDING, timeless=True) for name, (world, act) in DEEDS.items()),
    *(Case(name, "write", world, act, timeless=True) for name, (world, act) in WRITTEN.items()),
)
NOTIFICATION_MESSAGES = (
    queue_case("the queue of notifications", "notify", notify, begun),
    queue_case("the queue of notifications, to a place", "notify", notify, begun_at_a_place),
)
NOTIFICATION_READS = tuple(
    Case(name, "read", telling, looked, mends=NOTHING)
    for name, looked in {
        "list_templates": lambda world, shop: list_templates(shop.rt, shop.caller),
        "get_template": lambda world, shop: get_template(shop.rt, shop.caller, "hello"),
        "list_follow_ups": lambda world, shop: list_follow_ups(shop.rt, shop.caller),
        "get_follow_up": lambda world, shop: get_follow_up(shop.rt, shop.caller, "welcome"),
        "list_devices": lambda world, shop: list_devices(shop.rt, shop.caller, world.names["ada"]),
        "list_favourites": lambda world, shop: list_favourites(shop.rt, shop.caller, world.names["ada"]),
        "read_inbox": lambda world, shop: paged(
            lambda cursor: read_inbox(shop.rt, shop.caller, world.names["ada"], 1, cursor)
        ),
        "read_notices": lambda world, shop: paged(
            lambda cursor: read_notices(shop.rt, shop.caller, world.names["ada"], 1, cursor)
        ),
        "read_inbox of a stranger": lambda world, shop: read_inbox(shop.rt, shop.caller, world.names["bob"], 1, None),
        "read_receipts": lambda world, shop: read_receipts(shop.rt, shop.caller, world.names["later"], 25, None),
    }.items()
)
