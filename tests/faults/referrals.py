"""Members who bring others in, as cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.notifications.store import notices
from chalicelib.flows.invite_friend import invite_friend
from chalicelib.flows.read_referral import check_referral, list_referrals
from chalicelib.flows.referring import Came
from chalicelib.flows.send_invitation import send_invited, send_put_off
from chalicelib.flows.tell_wanted import Happened
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.faults.built import at_work
from tests.faults.case import NOTHING, SENDING, Act, Case
from tests.faults.perks import LAST_DAY, Asked
from tests.faults.reads import paged
from tests.faults.world import World
from tests.faults.writes import commanded, settle
from tests.twins import fresh, referred
from tests.twins.bookshop import BookShop, card, keyed, member, sale

BOOKS, COLLEAGUE = "BOOKS-WITH-ADA", "colleague@example.com"


@cache
def recommended() -> World:
    """The shop at work gives both something: Ada has a code by which Dora came, who has bought nothing, and has invited somebody; Emil came by himself."""
    world = at_work().copy()
    shop, ada = world.calm, world.names["ada"]
    shop.define(referred.on("registered", "both"))
    shop.define(referred.on("first_purchase", "both"))
    referred.share(shop, ada, BOOKS)
    names = {"dora": referred.brought(shop, "dora", BOOKS), "emil": shop.member("emil")}
    referred.invite(shop, ada, COLLEAGUE)
    return replace(world, names={**world.names, **names})


@cache
def forgotten() -> World:
    """The invitation is over, and nobody has looked at it since."""
    world = recommended().copy()
    world.calm.clock.move_to(LAST_DAY)
    return world


@cache
def asking() -> World:
    """Bob has invited somebody, in words that the shop has; nothing is sent yet."""
    world = recommended().copy()
    referred.with_words(world.calm)
    code = referred.invite(world.calm, world.names["bob"], "friend@example.com").answer.referral_code
    return replace(world, names={**world.names, "code": code})


@cache
def asking_by_text() -> World:
    world = recommended().copy()
    shop = world.calm
    referred.with_words(shop)
    asked = Identifier(type="phone", value="+491700000009")
    code = invite_friend(shop.rt, shop.caller, fresh(), world.names["bob"], asked).answer.referral_code
    return replace(world, names={**world.names, "code": code})


@cache
def asking_when_it_is_quiet() -> World:
    world = asking().copy()
    referred.with_words(world.calm, quiet_hours={"begins": "11:00", "ends": "16:00"})
    return world


@cache
def put_off() -> World:
    """The quiet hours are over, and it waits since."""
    world = asking_when_it_is_quiet().copy()
    told_of(world, world.calm)
    world.calm.clock.at += 6 * 3_600_000
    return world


@cache
def put_off_and_taken_up() -> World:
    """Somebody has come by it meanwhile."""
    world = put_off().copy()
    referred.brought(world.calm, "hedi", world.names["code"])
    return world


def told_of(world: World, shop: BookShop) -> object:
    """What the topic says of Bob's last entry."""
    bob, tenant = world.names["bob"], shop.caller.tenant
    _, head = members.read(world.memory, tenant, bob)
    happened = Happened(f"M#{bob}", 0, head.version, "ent_of_bob", shop.clock.at)
    send_invited(shop.rt, tenant, happened, ("referral.invited",))
    return referred.sending(world.calm, world.names["code"])


def woken(world: World, shop: BookShop) -> object:
    send_put_off(shop.rt, shop.caller.tenant, world.names["code"])
    waits = still_waiting(world.calm)
    return referred.sending(world.calm, world.names["code"]), waits


def still_waiting(shop: BookShop) -> int:
    """How many invitations wait for the end of quiet hours."""
    shards = (notices.due_query(shard, 1 << 42, 10) for shard in range(notices.DUE_SHARDS))
    return sum("#REF#" in attrs["pk"]["S"] for query in shards for attrs in shop.rt.table.query(query).items)


def share(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return referred.share(shop, world.names["bob"], "books-with-bob", command)


def invite(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return referred.invite(shop, world.names["bob"], "friend@example.com", command)


def enrol(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return referred.bring(shop, "finn", Came(BOOKS, "phone"), command)


def claim(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return referred.claim(shop, world.names["emil"], BOOKS, command)


def buy(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(member(world.names["dora"]), sale("D9"), command)


def buy_first(world: World, shop: BookShop, command: Command) -> Committed[Any]:
    return shop.buy(replace(card("gina"), code=BOOKS), sale("G9"), command)


COMMANDS: dict[str, Asked] = {
    "share_code": share,
    "invite_friend": invite,
    "enrol_member, by a code": enrol,
    "claim_referral": claim,
    "record_order, of a friend": buy,
    "record_order, of who comes by a code": buy_first,
}


def commands() -> Iterator[Case]:
    """Each with an Idempotency-Key: a client without one asks for another thing."""
    for name, act in COMMANDS.items():
        yield Case(f"{name}, with a key", "write", recommended, partial(commanded, act, lambda: keyed("k")))
    yield Case("share_code, without a key", "write", recommended, partial(commanded, share, fresh), once=True)


INVITING: dict[str, tuple[Callable[[], World], Act]] = {
    "send_invited": (asking, told_of),
    "send_invited, by text": (asking_by_text, told_of),
    "send_put_off": (put_off, woken),
}
NOT_INVITING: dict[str, tuple[Callable[[], World], Act]] = {
    "send_invited, in quiet hours": (asking_when_it_is_quiet, told_of),
    "send_put_off, of one that was taken up": (put_off_and_taken_up, woken),
}
REFERRAL_WRITES = (
    *commands(),
    Case("settle_due, of invitations", "write", forgotten, settle),
    *(Case(name, "write", world, act, **SENDING, timeless=True) for name, (world, act) in INVITING.items()),
    *(Case(name, "write", world, act, timeless=True) for name, (world, act) in NOT_INVITING.items()),
)
REFERRAL_READS = tuple(
    Case(name, "read", recommended, looked, mends=NOTHING)
    for name, looked in {
        "read_referral": lambda world, shop: referred.of(shop, world.names["ada"]),
        "list_referrals": lambda world, shop: paged(
            lambda cursor: list_referrals(shop.rt, shop.caller, world.names["ada"], 1, cursor)
        ),
        "list_referrals, of nobody": lambda world, shop: list_referrals(
            shop.rt, shop.caller, world.names["bob"], 1, None
        ),
        "check_referral": lambda world, shop: check_referral(shop.rt, shop.caller, BOOKS),
    }.items()
)
