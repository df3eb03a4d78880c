"""Webhooks and their deliveries, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.webhooks.model import Delivery, Happening, WebhookDisabled
from chalicelib.areas.webhooks.model.delivery import first_id
from chalicelib.areas.webhooks.operations import get_webhook, list_deliveries, list_webhooks
from chalicelib.areas.webhooks.store import DUE_SHARDS, Place
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.outside import Reply
from chalicelib.aws.queues import Message
from chalicelib.errors import NotFound, Refused
from chalicelib.events.webhooks import webhooks
from chalicelib.flows.define_webhook import delete_webhook, disable_webhook, rotate_webhook_secret
from chalicelib.flows.redeliver_webhook import redeliver_failed, redeliver_page, redeliver_webhook, send_test
from chalicelib.flows.tell_webhooks import tell_webhooks
from chalicelib.flows.wake_webhooks import wake_shard, wake_webhooks
from chalicelib.flows.webhook_messages import first_delivery, kept_delivery
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, SENDING, Act, Case
from tests.faults.messages import queue_case
from tests.faults.perks import Asked
from tests.faults.reads import paged
from tests.faults.world import World, world_of
from tests.faults.writes import commanded
from tests.twins import fresh
from tests.twins.bookshop import BookShop, keyed
from tests.twins.hooked import HOUR, define

BUSY = "busy.example.com"
GONE = "gone.example.com"
HOST = "hooks.example.com"
APART_MS = 6 * 60_000  # longer than whatever is put off by a message
ANSWERS = {HOST: 200, BUSY: 503, GONE: 410}


@cache
def wanting() -> World:
    """Three servers want to know of Ada's orders: one takes everything, one takes nothing just now, one has gone. The busy
    one is being tried again, and of the good one something failed while it was gone."""
    world = at_work().copy()
    shop = world.calm
    outside = MemoryOutside(servers={host: partial(_answer, status) for host, status in ANSWERS.items()})
    world = world_of(replace(shop.rt, outside=outside), world.calm.clock, shop, world.names, world.records)
    shop = world.calm
    for webhook_id, host in (("good", HOST), ("busy", BUSY), ("gone", GONE)):
        define(shop, webhook_id, url=f"https://{host}/", types=["order.*"])
    about = Happening(f"M#{world.names['ada']}", 1, 1, "ent_of_ada", shop.clock.at)
    found = {webhook_id: send_test(shop.rt, shop.caller, fresh(), webhook_id).answer for webhook_id in ("good", "busy")}
    _failed(shop, found["good"])
    names = {"good": found["good"].delivery_id, "busy": found["busy"].delivery_id, "about": about.entry_id}
    return replace(world, names=dict(world.names) | names)


def _answer(status: int, _call: object) -> Reply:
    return Reply(status, "so")


def _failed(shop: BookShop, one: Delivery) -> None:
    from chalicelib.areas.webhooks import store  # noqa: PLC0415
    from chalicelib.areas.webhooks.model import given_up  # noqa: PLC0415

    place = Place(shop.caller.tenant, "good", one.delivery_id)
    kept = store.read_delivery(shop.rt.table, place)
    shop.rt.table.transact([store.delivery_put(place, given_up(kept))], "failed")


def _about(world: World) -> Happening:
    return Happening(f"M#{world.names['ada']}", 1, 1, world.names["about"], world.calm.clock.at)


COMMANDS: dict[str, Asked] = {
    "define_webhook": lambda world, shop, command: _open(define(shop, "other", command)),
    "rotate_webhook_secret": lambda world, shop, command: _open(
        rotate_webhook_secret(shop.rt, shop.caller, command, "good")
    ),
    "delete_webhook": lambda world, shop, command: delete_webhook(shop.rt, shop.caller, command, "good"),
    "send_test": lambda world, shop, command: _of_delivery(send_test(shop.rt, shop.caller, command, "good")),
    "redeliver_webhook": lambda world, shop, command: _of_delivery(
        redeliver_webhook(shop.rt, shop.caller, command, "good", world.names["good"])
    ),
    "redeliver_failed": lambda world, shop, command: redeliver_failed(
        shop.rt, shop.caller, command, "good", shop.clock.at - HOUR
    ),
}


MESSAGING = ("send_test", "redeliver_webhook", "redeliver_failed")


def _open(done: Committed[Any]) -> Committed[Any]:
    """A secret is drawn anew for each."""
    told = done.answer.secret is not None
    return Committed(done.answer.model_copy(update={"secret": "told" if told else None}), done.replayed)


def _of_delivery(done: Committed[Delivery]) -> Committed[str]:
    return Committed(done.answer.state, done.replayed)


def disable(world: World, shop: BookShop) -> object:
    try:
        disable_webhook(shop.rt, shop.caller, Command("disable"), "good", WebhookDisabled("good", "failing", 1))
    except (NotFound, Refused):
        return "disabled"
    return "disabled"


def asked_for(webhook_id: str) -> World:
    """What the topic said of Ada's order is for this webhook."""
    world = _quiet()
    world.queues.send("webhooks", [Message(first_delivery("shop", webhook_id, _about(world)), "req-1")])
    return world


def asked_again() -> World:
    """What is being tried again comes by its message."""
    world = _quiet()
    world.queues.send("webhooks", [Message(kept_delivery(Place("shop", "busy", world.names["busy"])), "req-1")])
    return world


def _quiet() -> World:
    world = wanting().copy()
    world.queues.waiting.clear()
    world.queues.sent.clear()
    return world


def told(world: World, shop: BookShop) -> object:
    return tell_webhooks(shop.rt, shop.caller.tenant, _about(world), ["order.recorded"], "req-1")


def woken(world: World, shop: BookShop) -> object:
    wake_webhooks(shop.rt, "req-1")
    for shard in range(DUE_SHARDS):
        wake_shard(shop.rt, shard, "req-1")
    return "woken"


def page(world: World, shop: BookShop) -> object:
    """How many it found says nothing: another may have been faster."""
    redeliver_page(shop.rt, shop.caller.tenant, "good", first_id(0), shop.clock.at, "req-1")
    return "asked for"


DEEDS: dict[str, Act] = {
    "tell_webhooks": told,
    "wake_webhooks": woken,
    "redeliver_page": page,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key, and without one."""
    for name, act in COMMANDS.items():
        sending = SENDING if name in MESSAGING else {}
        yield Case(f"{name}, with a key", "write", wanting, partial(commanded, act, lambda: keyed("k")), **sending)
        yield Case(f"{name}, without a key", "write", wanting, partial(commanded, act, fresh), once=True, **sending)


Looked = Callable[[World, BookShop], Any]
WEBHOOK_WRITES = (
    *commands(),
    *(Case(name, "write", wanting, act, **SENDING) for name, act in DEEDS.items()),
    Case("disable_webhook", "write", wanting, disable),
)
CALLS: dict[str, Callable[[], World]] = {
    "a call that is taken": partial(asked_for, "good"),
    "a call that is not taken": partial(asked_for, "busy"),
    "a call of who has gone": partial(asked_for, "gone"),
    "a call once more": asked_again,
}
WEBHOOK_MESSAGES = tuple(
    queue_case(f"queue webhooks, {name}", "webhooks", webhooks, cache(world), apart_ms=APART_MS)
    for name, world in CALLS.items()
)
WEBHOOK_READS = tuple(
    Case(name, "read", wanting, looked, mends=NOTHING)
    for name, looked in {
        "list_webhooks": lambda world, shop: list_webhooks(shop.rt, shop.caller),
        "get_webhook": lambda world, shop: get_webhook(shop.rt, shop.caller, "good")[0],
        "list_webhook_deliveries": lambda world, shop: paged(
            lambda cursor: list_deliveries(shop.rt, shop.caller, "good", 1, cursor)
        ),
    }.items()
)
