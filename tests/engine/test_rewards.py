"""Rewards that many take at once, on Amazon's own engine: what there is of them, and what pays for them, goes exactly once."""

from __future__ import annotations

import pytest

from chalicelib.errors import Refused
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import rewarded
from tests.twins.bookshop import BookShop, keyed


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    shop = a_shop(engine_table)
    rewarded.series(shop)
    return shop


def members(shop: BookShop) -> list[str]:
    """Sixteen, each with enough for one."""
    ids = [shop.member(str(number)) for number in range(TILLS)]
    for member_id in ids:
        shop.earn(member_id, 3)
    return ids


def test_the_last_of_a_stock_goes_to_one_of_sixteen_members(shop: BookShop) -> None:
    rewarded.define(shop, stock=1)
    ids = members(shop)
    results = at_once(lambda n: rewarded.redeem(shop, ids[n]))
    [winner] = done(results)
    assert refusals(results) == [(Refused, "out_of_stock")] * (TILLS - 1)
    left = [shop.balance(member_id) for member_id in ids]
    assert sorted(left) == [0] + [3] * (TILLS - 1)
    won = winner.answer.redemption
    rewarded.refund(shop, won.member_id, won.redemption_id)
    assert len(done(at_once(lambda n: rewarded.redeem(shop, ids[n])))) == 1


def test_half_of_a_stock_goes_to_half_of_the_members(shop: BookShop) -> None:
    rewarded.define(shop, limits=({"every": "day", "times": TILLS // 2},))
    ids = members(shop)
    results = at_once(lambda n: rewarded.redeem(shop, ids[n]))
    assert len(done(results)) == TILLS // 2
    assert refusals(results) == [(Refused, "limit_reached")] * (TILLS // 2)
    codes = {code for one in done(results) for code in one.answer.redemption.codes}
    assert len(codes) == TILLS // 2


def test_the_last_points_of_a_member_pay_for_one_of_sixteen(shop: BookShop) -> None:
    rewarded.define(shop)
    ada = shop.member("ada")
    shop.earn(ada, 5)
    results = at_once(lambda n: rewarded.redeem(shop, ada))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "insufficient_balance")] * (TILLS - 1)
    proven(shop, ada, 2)


def test_a_member_who_may_have_two_has_two(shop: BookShop) -> None:
    rewarded.define(shop, costs=(), member_limits=({"every": "month", "times": 2},))
    ada = shop.member("ada")
    results = at_once(lambda n: rewarded.redeem(shop, ada))
    assert len(done(results)) == 2
    assert refusals(results) == [(Refused, "limit_reached")] * (TILLS - 2)


def test_one_request_sent_sixteen_times_is_one_redemption(shop: BookShop) -> None:
    rewarded.define(shop, stock=5)
    ada = shop.member("ada")
    shop.earn(ada, 100)
    results = done(at_once(lambda n: rewarded.redeem(shop, ada, command=keyed("k-1"))))
    assert len({one.answer.model_dump_json() for one in results}) == 1
    assert len(results) == TILLS
    assert shop.balance(ada) == 97


def test_a_redemption_is_refunded_once_by_sixteen(shop: BookShop) -> None:
    rewarded.define(shop, stock=1, member_limits=rewarded.EVER)
    ada = shop.member("ada")
    shop.earn(ada, 10)
    redemption_id = rewarded.redeemed(shop, ada)
    results = at_once(lambda n: rewarded.refund(shop, ada, redemption_id))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "already_refunded")] * (TILLS - 1)
    assert shop.balance(ada) == 10
    proven(shop, ada, 3)
