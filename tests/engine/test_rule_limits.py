"""Rules with limits, sixteen tills at once, on Amazon's own engine: had to the last, never more of it, all of it had again."""

from __future__ import annotations

import pytest

from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done
from tests.twins import happenings, perked
from tests.twins.bookshop import BookShop, Sold, card, goods_back, rule, sale
from tests.twins.limited import a, gift, kept, points, taken

NUMBERS = [str(number) for number in range(TILLS)]


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def everybody_buys(shop: BookShop, of: str = "") -> list[int]:
    """What each got of the gift: every sale is recorded, whoever comes too late for it."""

    def buy(till: int) -> Committed[Sold]:
        return shop.buy(card(of or str(till)), sale(f"{of}{till}"))

    results = done(at_once(buy))
    assert len(results) == TILLS
    return [sum(one.amount for one in sold.answer.earned if one.rule_id == "gift") for sold in results]


def test_the_last_use_goes_to_one_of_sixteen(shop: BookShop) -> None:
    shop.define(gift(50, in_all=1))
    assert sorted(everybody_buys(shop)) == [0] * (TILLS - 1) + [50]
    assert taken(shop) == kept(shop, NUMBERS) == {"rule_limit": 1}


def test_a_budget_goes_to_its_last_point_and_comes_back_to_it(shop: BookShop) -> None:
    """Of ninety there is one gift of fifty and a part of one; or parts of whichever slices are found."""
    shop.define(gift(50, budget=points(90)))
    assert sum(everybody_buys(shop)) == 90
    assert taken(shop) == kept(shop, NUMBERS) == {"budget": 90}
    at_once(lambda till: shop.bring_back(shop.order_id(str(till)), goods_back(f"R{till}", 100_00)))
    assert taken(shop) == {"budget": 0}
    assert sum(everybody_buys(shop, "again")) in (50, 90)  # one customer, who buys sixteen times


def test_a_member_has_it_three_times_a_day_of_sixteen_purchases(shop: BookShop) -> None:
    shop.define(gift(50, a("day", 3), in_all=5))
    shop.member("ada")
    assert sorted(everybody_buys(shop, "ada")) == [0] * (TILLS - 3) + [50] * 3
    assert taken(shop) == {"rule_limit": 3}


CUP = {"kind": "grant_perk", "perk": "cup"}


def test_of_sixteen_buyers_the_first_five_get_a_cup(shop: BookShop) -> None:
    perked.offer(shop, "cup", perked.TREAT)
    shop.define(rule("gift", effects=[CUP], limits={"in_all": 5}))
    results = done(at_once(lambda till: shop.buy(card(str(till)), sale(str(till)))))
    assert sorted(len(sold.answer.effects) for sold in results) == [0] * (TILLS - 5) + [1] * 5
    assert taken(shop) == kept(shop, NUMBERS) == {"rule_limit": 5}
    at_once(lambda till: shop.bring_back(results[till].answer.order_id, goods_back(f"R{till}", 100_00)))
    assert taken(shop) == {"rule_limit": 0}


def test_of_sixteen_who_come_by_the_first_three_get_a_cup(shop: BookShop) -> None:
    perked.offer(shop, "cup", perked.TREAT)
    shop.define(rule("gift", trigger={"on": "check_in"}, effects=[CUP], limits={"in_all": 3}))
    members = [shop.member(str(till)) for till in range(TILLS)]
    results = done(at_once(lambda till: happenings.record(shop, members[till], happenings.check_in())))
    assert sorted(len(visit.answer.effects) for visit in results) == [0] * (TILLS - 3) + [1] * 3
    assert taken(shop) == {"rule_limit": 3}


def test_of_sixteen_who_are_enrolled_the_first_is_welcomed(shop: BookShop) -> None:
    shop.define(gift(50, in_all=1, more={"trigger": {"on": "enrolled"}}))
    results = done(at_once(lambda till: shop.enrol(str(till))))
    assert sorted(shop.balance(one.answer.member_id) for one in results) == [0] * (TILLS - 1) + [50]
    assert taken(shop) == {"rule_limit": 1}
