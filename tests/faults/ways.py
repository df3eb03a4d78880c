"""Other ways through the same flows, as cases: what is already there, what was mended before, what is gone, what is
left to be done by a step alone. Each makes other calls than the way that its flow usually goes."""

from __future__ import annotations

from contextlib import suppress
from functools import cache, partial
from typing import Any

import pytest

from chalicelib.areas.accounts.store import account_key
from chalicelib.areas.members.model import Identifier, MemberUpdate
from chalicelib.aws.queues import Message
from chalicelib.errors import Refused
from chalicelib.events.due import due
from chalicelib.events.imports import imports
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.give_up_operation import give_up_operation
from chalicelib.flows.job_messages import Step
from chalicelib.flows.recount_days import recount_days
from chalicelib.flows.refold_account import MovedError, refold_account, refolded_account
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.route_import import route_import
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.update_member import update_member
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.kit.periods import local_day
from chalicelib.table.commit import Committed
from chalicelib.table.recorded import HOUR_MS
from tests.faults.built import EXPIRED, at_work, expiring, moving, notified_of, routed, unrelayed, used_up
from tests.faults.case import SENDING, Case
from tests.faults.fed import broken, counted_less, hushed, shared, stepped_back
from tests.faults.messages import queue_case
from tests.faults.trying import MOST_TRIES
from tests.faults.world import World
from tests.faults.writes import commanded, relayed, repair
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, goods_back, keyed, line, member, sale
from tests.twins.by_hand import promise
from tests.unit.imports.drops import brought_back, sold

OTHER_CARD = MemberUpdate(identifiers=(Identifier(type="card", value="0077"),))


def buy_as_a_member(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(member(world.names["ada"]), sale("A2", 50_00), command)


def change_cards(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return update_member(shop.rt, shop.caller, command, world.names["ada"], OTHER_CARD)


def earn_for_an_order(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return promise(shop, world.names["bob"], 5, command, order_id=world.names["order"])


def buy_again(world: World, shop: BookShop) -> object:
    """The order is there, recorded by another command: the answer is that of then."""
    return shop.buy(card("0009"), sale("B1", line(1, 20_00), line(2, 30_00))).answer


def bring_back_again(world: World, shop: BookShop) -> object:
    return shop.bring_back(world.names["order"], goods_back("RB1", 20_00)).answer


def undo_what_is_used(world: World, shop: BookShop) -> str:
    """Nothing is left of it, and the marks are looked at again before anybody is told so."""
    with pytest.raises(Refused) as refusal:
        undo_entry(shop.rt, shop.caller, fresh(), world.names["bob"], world.names["earning"])
    return refusal.value.code


def cancel_what_is_used(world: World, shop: BookShop) -> str:
    """What his first purchase earned is spent: its order is looked at again as well."""
    earning_id = entry_id(EntryRef(world.names["bob"], 1, 1, 1))
    with pytest.raises(Refused) as refusal:
        cancel_earning(shop.rt, shop.caller, fresh(), world.names["bob"], earning_id)
    return refusal.value.code


def take_back_again(world: World, shop: BookShop) -> str:
    """Its mark is looked at again before anybody is told so."""
    with pytest.raises(Refused) as refusal:
        shop.undo_transfer(world.names["ada"], world.names["transfer"])
    return refusal.value.code


def repair_and_publish(world: World, shop: BookShop) -> object:
    now = shop.clock.now()
    parts = list(repair_feed(shop.rt, shop.caller.tenant, now - HOUR_MS, now + 1, publish_again=True))
    assert not any(part.unreadable for part in parts)
    return "repaired"


def recount(world: World, shop: BookShop) -> object:
    """Whether a day had other counts says nothing: another may have been faster."""
    today = local_day(shop.clock.now(), "UTC")
    assert not any(day.moved or day.unreadable for day in recount_days(shop.rt, shop.caller.tenant, today, today))
    return "recounted"


def refold(world: World, shop: BookShop) -> object:
    """What differed says nothing: another may have been faster. Then it is looked at again, as the command asks."""
    tenant = shop.caller.tenant
    for _ in range(MOST_TRIES):
        with suppress(MovedError):
            refolded = refolded_account(shop.rt, tenant, world.names["bob"], 1)
            if refolded.differences:
                refold_account(shop.rt, tenant, refolded)
            return "refolded"
    return "moved every time"


@cache
def taken_back() -> World:
    world = moving().copy()
    world.calm.undo_transfer(world.names["ada"], world.names["transfer"])
    return world


@cache
def damaged_account() -> World:
    """Nobody can read what Bob has."""
    world = at_work().copy()
    item = world.memory.get(account_key("shop", world.names["bob"], 1))
    assert item is not None
    world.memory.batch_put([{**item, "body": {"B": b"?"}}])
    return world


@cache
def repaired() -> World:
    """What the relay had not got to is in the feed by a repair, and the stream is about to deliver it nevertheless."""
    world = at_work().copy()
    repair(world, world.calm)
    return world


def give_up_a_chunk(world: World, shop: BookShop) -> object:
    return give_up_operation(shop.rt, Step("chunk", shop.caller.tenant, world.names["operation"], part=0, chunk=0))


def route_again(world: World, shop: BookShop) -> object:
    """Its parts are there: only their chunks are sent once more."""
    route_import(shop.rt, shop.caller.tenant, world.names["operation"])
    return "sent"


@cache
def left_alone() -> World:
    """An account that failed on its page has a message of its own."""
    world = expiring().copy()
    body = {"tenant": "shop", "member_id": world.names["ada"], "program_id": 1, "day": EXPIRED}
    world.queues.send("due", [Message(body, "schedule")])
    return world


@cache
def bringing_back() -> World:
    """What the file brings back was bought before there was a file."""
    return notified_of(brought_back("R-9", "B2", "0009"), brought_back("R-8", "A1"), sold("N-9", "0009"))


@cache
def deleted() -> World:
    """The file is gone before anybody has read it."""
    world = at_work().copy()
    world.files.objects.clear()
    return world


@cache
def work_lost() -> World:
    """The import is routed, and what it had written for its chunks is gone."""
    world = routed().copy()
    for key in [key for key in world.files.objects if key.startswith("work/")]:
        world.files.objects.pop(key)
    return world


COMMANDED = {
    "record_order, of a member": buy_as_a_member,
    "update_member, other cards": change_cards,
    "earn_points, waiting for an order": earn_for_an_order,
}
OTHER_WAYS = (
    *(
        Case(f"{name}, with a key", "write", at_work, partial(commanded, act, lambda: keyed("k")))
        for name, act in COMMANDED.items()
    ),
    Case("record_order, recorded before", "write", at_work, buy_again),
    Case("return_order, recorded before", "write", at_work, bring_back_again),
    Case("undo_entry, of what is used", "read", used_up, undo_what_is_used),
    Case("cancel_earning, of an order, of what is used", "read", used_up, cancel_what_is_used),
    Case("undo_transfer, undone before", "read", taken_back, take_back_again),
    Case("repair_feed, published again", "write", at_work, repair_and_publish, **SENDING),
    Case("repair_feed, beside a relay", "write", unrelayed, repair, **SENDING, repeat=relayed, in_any_order=True),
    Case("relay_entries, beside a repair", "write", unrelayed, relayed, **SENDING, repeat=repair, in_any_order=True),
    Case("relay_entries, of what was repaired", "write", repaired, relayed, **SENDING),
    Case("relay_entries, with quiet ones", "write", hushed, relayed, **SENDING),
    Case("relay_entries, of two tenants", "write", shared, relayed, **SENDING),
    Case("relay_entries, one of which has a damaged feed", "write", broken, relayed, **SENDING, lawful=False),
    Case("repair_feed, of placeholders", "write", stepped_back, repair, **SENDING),
    Case("recount_days", "write", counted_less, recount),
    Case(
        "refold_account",
        "write",
        damaged_account,
        refold,
        mends=frozenset({"read"}),
        why="Who refolds looks again: the account may have moved.",
    ),
    Case("give_up_operation, of a chunk", "write", routed, give_up_a_chunk),
    Case("route_import, routed before", "write", routed, route_again, **SENDING),
)
OTHER_MESSAGES = (
    queue_case("queue due, an account alone", "due", due, left_alone),
    queue_case("queue imports, returns of what was bought before", "imports", imports, bringing_back),
    queue_case("queue imports, a file that is gone", "imports", imports, deleted),
    queue_case("queue imports, work that is gone", "imports", imports, work_lost),
)
