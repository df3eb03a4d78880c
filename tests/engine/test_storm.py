"""Sixteen tills at once on Amazon's own engine, and one call in five of each goes wrong: the laws hold all the same.

Which calls go wrong is drawn by seed, lost answers of what was applied and writes that arrive late among them. Who meets
whom is the engine's to decide, so what is asserted is what must hold whoever was faster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from threading import Barrier, Event
from typing import Any

import pytest

from chalicelib.areas.members import store as members
from chalicelib.areas.members.operations import get_member, list_members
from chalicelib.areas.orders.operations import list_orders
from chalicelib.areas.orders.store import id_for, order_key
from chalicelib.errors import Busy, Conflict
from chalicelib.flows.read_feed import read_feed
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.ids import RandomIds
from chalicelib.kit.periods import parse_day
from chalicelib.table.config import ConfigCache, config_pk, read_config
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.keys import owner_pk
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Query
from infra.local.table_template import create_table
from tests.engine.conftest import REGION
from tests.engine.test_concurrency import StoppedAt
from tests.engine.test_feed import committed, relay_all
from tests.faults.laws import judge
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, goods_back, keyed, open_shop, sale
from tests.twins.faulty import Fault, FaultyTable, Late

TILLS, ROUNDS, CARDS, RELAYS = 16, 2, 4, 2
LONG_AGO = "2025-05-10"  # what was bought then has expired by TODAY, and nobody has touched the accounts since
SHARE = 0.2
GIFT = 100  # before anything else, and more than all spends: so no return finds too little of what its sale earned
FAULTS: tuple[Fault, ...] = ("throttled", "lost_before", "lost_after", "conflict", Late(1), Late(3))


@dataclass(frozen=True)
class Till:
    """A process of its own: its faults are its own as well."""

    number: int
    shop: BookShop
    table: FaultyTable


@pytest.fixture
def shop(engine_endpoint: str) -> Iterator[BookShop]:
    """Every card bought for 100.00 long ago."""
    import boto3

    client = boto3.session.Session().client("dynamodb", region_name=REGION, endpoint_url=engine_endpoint)
    name = create_table(client, "storm")
    opened = open_shop(DynamoTable(name, region=REGION, endpoint=engine_endpoint), tenant="shop", now=LONG_AGO)
    for number in range(CARDS):
        opened.buy(card(f"c{number}"), sale(f"OLD-{number}", on=LONG_AGO))
    yield opened
    client.delete_table(TableName=name)


def process(shop: BookShop, table: Any) -> BookShop:
    clock = StoppedAt(at(TODAY))
    return replace(shop, rt=replace(shop.rt, table=table, clock=clock, ids=RandomIds(), config=ConfigCache(clock)))


def till(shop: BookShop, number: int) -> Till:
    dice = Random(number)
    table = FaultyTable(shop.rt.table)
    table.start({call: dice.choice(FAULTS) for call in range(5_000) if dice.random() < SHARE})
    return Till(number, process(shop, table), table)


def insisted(act: Callable[[], object]) -> None:
    """The same again, as a client is told to; a refusal is an answer."""
    for _ in range(100):
        try:
            act()
        except Busy:
            continue
        else:
            return
    raise AssertionError("busy for ever")


def enrolled(shop: BookShop, number: str, key: str) -> None:
    """Two tills want each new card for a member of their own: one gets it."""
    try:
        shop.enrol(number, keyed(key))
    except Conflict as refusal:
        if isinstance(refusal, Busy) or refusal.code != "identifier_taken":
            raise


def day_of_work(till: Till, known: dict[str, str]) -> None:
    """Every till does each of it, at cards that all share; the due job runs in between."""
    shop, today = till.shop, parse_day(TODAY)
    assert today is not None
    for turn in range(ROUNDS):
        name = f"{till.number}-{turn}"
        buyer = f"c{(till.number + turn) % CARDS}"
        member_id = known[buyer]
        insisted(partial(shop.earn, member_id, GIFT, keyed(f"earn {name}")))
        insisted(partial(shop.buy, card(buyer), sale(f"S-{name}", 10_00)))
        insisted(partial(shop.spend, member_id, 3, keyed(f"spend {name}")))
        insisted(partial(shop.bring_back, id_for("shop", f"S-{name}"), goods_back("R", 10_00)))
        insisted(partial(enrolled, shop, f"new {till.number // 2}-{turn}", f"enrol {name}"))
        if till.number % 4 == turn % 4:
            insisted(partial(settle_due, shop.rt, shop.caller, today))
    till.table.settle()


def items_of(shop: BookShop) -> list[Attrs]:
    """Everything there is of the tenant, found by the keys that its members and configuration name."""
    table, tenant = shop.rt.table, shop.caller.tenant
    people = everybody(shop)
    partitions = [config_pk(tenant), *(owner_pk(tenant, one) for one in people)]
    partitions += [f"{config_pk(tenant)}#{name.kind}#{name.id}" for name in read_config(table, tenant).aggregates]
    for one in people:
        orders = list_orders(shop.rt, shop.caller, one, 100, None)
        assert orders.next_cursor is None
        partitions += [order_key(tenant, order.order_id).pk for order in orders.items]
    identifiers = {
        members.identifier_key(tenant, identifier)
        for one in people
        for identifier in get_member(shop.rt, shop.caller, one).identifiers
    }
    named = [attrs for key in identifiers if (attrs := table.get(key)) is not None]
    return [*named, *(attrs for pk in partitions for attrs in every_item(table, Query(pk)))]


def everybody(shop: BookShop) -> list[str]:
    page = list_members(shop.rt, shop.caller, 100, None)
    assert page.next_cursor is None
    return [one.member_id for one in page.items]


def test_the_laws_hold_on_the_real_engine_whatever_goes_wrong(shop: BookShop, engine_endpoint: str) -> None:
    quiet = process(shop, shop.rt.table)
    known = {f"c{number}": quiet.member_with(f"c{number}") for number in range(CARDS)}
    tills = [till(shop, number) for number in range(TILLS)]
    relays = [till(shop, TILLS + number) for number in range(RELAYS)]
    expected, done, together = [0], Event(), Barrier(TILLS)

    def work(one: Till) -> None:
        together.wait()
        day_of_work(one, known)

    with ThreadPoolExecutor(RELAYS) as readers:
        reading = [
            readers.submit(relay_all, one.shop, engine_endpoint, one.number, expected, done, "storm") for one in relays
        ]
        try:
            with ThreadPoolExecutor(TILLS) as pool:
                list(pool.map(work, tills))
            there = committed(quiet)
            expected[0] = len(there)
        finally:
            done.set()
        assert all(running.result() for running in reading)
    for one in relays:
        one.table.settle()
    struck = Counter(
        str(one.table.faults[call]) for one in tills for call in range(one.table.calls) if call in one.table.faults
    )
    assert set(struck) == {str(fault) for fault in FAULTS}
    judge(items_of(quiet))
    judge_balances(quiet, known)
    judge_feed(quiet, there)


def judge_balances(shop: BookShop, known: dict[str, str]) -> None:
    """Each till's every wish was carried out once; what came back as a whole is no order any more."""
    turns = TILLS * ROUNDS // CARDS
    for member_id in known.values():
        account = shop.account(member_id)
        [wallet] = account.wallets
        assert (account.orders, wallet.earned, wallet.cancelled) == (1, 100 + turns * (10 + GIFT), turns * 10)
        assert (wallet.spent, wallet.expired) == (turns * 3, 100)
        assert wallet.available == turns * (GIFT - 3)
    assert len(everybody(shop)) == CARDS + TILLS // 2 * ROUNDS


def judge_feed(shop: BookShop, there: list[str]) -> None:
    """Dense, and every entry in it once."""
    events: list[tuple[int, str]] = []
    cursor = None
    while (page := read_feed(shop.rt, shop.caller, 100, cursor)).items:
        events += [(event.number, event.entry_id) for event in page.items]
        cursor = page.next_cursor
    assert [number for number, _ in events] == list(range(1, len(events) + 1))
    assert sorted(name for _, name in events) == sorted(there)
