"""Sixteen hands at one threshold: it is reached once, and what rules give for it is given once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.periods import local_day
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import StoppedAt, a_shop, at_once, done, refusals
from tests.twins import at, metered
from tests.twins.bookshop import BookShop, fixed, member, sale

pytestmark = pytest.mark.engine
LATER = "2026-07-30"  # what was bought is too long ago by then


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def sound(shop: BookShop, member_id: str) -> bool:
    [verified] = verify_members(shop.rt, shop.caller.tenant, [member_id])
    return not verified.differences


def test_sixteen_who_look_at_once_reach_it_once(shop: BookShop) -> None:
    metered.metric(shop)
    metered.on_reaching(shop, fixed(50))
    ada = shop.member("1")
    shop.buy(member(ada), sale("A1"))
    had = shop.balance(ada)
    results = at_once(lambda _: Committed(metered.settle(shop, ada)))
    assert refusals(results) == []
    assert sum(one.answer for one in done(results)) == 1
    assert shop.balance(ada) == had + 50
    assert sound(shop, ada)


def test_buying_looking_and_time_at_once_end_where_the_counts_are(shop: BookShop) -> None:
    metered.metric(shop, at_least="3")
    ada = shop.member("1")
    for number in range(3):
        shop.buy(member(ada), sale(f"A{number}"))
    metered.settle(shop, ada)
    assert metered.account(shop, ada).reached
    shop = BookShop(replace(shop.rt, clock=StoppedAt(at(LATER))), shop.clock, shop.caller)

    def act(number: int) -> Committed[Any]:
        match number % 4:
            case 0:
                return shop.buy(member(ada), sale(f"S{number}", on=LATER))
            case 1:
                return Committed(settle_due(shop.rt, shop.caller, local_day(at(LATER), "UTC")))
            case _:
                return Committed(metered.settle(shop, ada))

    results = at_once(act)
    assert refusals(results) == []
    metered.settle(shop, ada)
    assert metered.settle(shop, ada) == 0
    assert metered.account(shop, ada).reached
    assert sound(shop, ada)
