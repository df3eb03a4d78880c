"""The five operations that are tried with every fault on Amazon's own engine, and a shop of one's own to try them in.

Each is asked for as a client or a queue does, so that the same may be asked again; and with each comes what somebody else
wants of the same account at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.areas.orders.store import id_for
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.queues import Message
from chalicelib.errors import Unavailable
from chalicelib.events.due import due
from chalicelib.kit.ids import RandomIds, owner_number
from chalicelib.table.config import ConfigCache
from chalicelib.table.protocol import Table
from tests.engine.test_concurrency import StoppedAt
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, goods_back, keyed, open_shop, sale

LONG_AGO, LATELY = "2025-05-10", "2026-01-10"  # what was bought long ago has expired by TODAY, and nothing else


@dataclass(frozen=True)
class Till:
    """A process of its own in the shop, and the member about whom it all is."""

    shop: BookShop
    ada: str


Act = Callable[[Till], Any]


@dataclass(frozen=True)
class Wish:
    act: Act
    rival: Act


def opened(table: Table, tenant: str) -> Till:
    """Ada bought long ago and lately; since then nobody has touched her account."""
    shop = open_shop(table, tenant=tenant, now=LONG_AGO, tiers=None)
    ada = shop.buy(card("ada"), sale("OLD", on=LONG_AGO)).answer.member_id
    shop.clock.move_to(LATELY)
    shop.buy(card("ada"), sale("KEPT", on=LATELY))
    return Till(shop, ada)


def another(till: Till, table: Table) -> Till:
    """A process that has read nothing yet, today."""
    clock = StoppedAt(at(TODAY))
    rt = replace(till.shop.rt, table=table, clock=clock, ids=RandomIds(), config=ConfigCache(clock))
    return replace(till, shop=replace(till.shop, rt=rt))


def record(till: Till, number: str = "NEW") -> object:
    return till.shop.buy(card("ada"), sale(number, 10_00)).answer


def bring_back(till: Till) -> object:
    return till.shop.bring_back(id_for(till.shop.caller.tenant, "KEPT"), goods_back("BACK", 20_00)).answer


def spend(till: Till) -> object:
    return till.shop.spend(till.ada, 7, keyed("spend")).answer


def enrol(till: Till, key: str = "enrol") -> object:
    """A new card, which two want for a member of their own."""
    return till.shop.enrol("new", keyed(key)).answer


def settle(till: Till) -> object:
    """The job's message of the day: the page of the index on which Ada's account is."""
    queues = MemoryQueues()
    page = {"tenant": till.shop.caller.tenant, "shard": owner_number(till.ada) % DUE_SHARDS, "day": TODAY}
    queues.send("due", [Message(page, "schedule")])
    queues.deliver("due", partial(due, replace(till.shop.rt, queues=queues)))
    if queues.dead["due"]:
        raise Unavailable("unavailable", "The message is sent once more.")
    return "settled"


def record_another(till: Till) -> object:
    return record(till, "OTHER")


def enrol_another(till: Till) -> object:
    return enrol(till, "other")


WISHES = {
    "record_order": Wish(record, spend),
    "return_order": Wish(bring_back, record_another),
    "spend_points": Wish(spend, record_another),
    "enrol_member": Wish(enrol, enrol_another),
    "settle_due": Wish(settle, record_another),
}
