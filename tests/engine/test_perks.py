"""Sixteen tills at one award: no use is given twice, and none is lost."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import NotFound, Refused
from chalicelib.flows.list_awards import AwardView, get_award
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import perked
from tests.twins.bookshop import BookShop

pytestmark = pytest.mark.engine


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def award(shop: BookShop, member_id: str, award_id: str) -> AwardView:
    return get_award(shop.rt, shop.caller, member_id, award_id)


def test_the_last_use_is_redeemed_by_one_till(shop: BookShop) -> None:
    ada = shop.member("1")
    perked.offer(shop, "treat", perked.TREAT)
    perked.give(shop, ada, "treat")
    results = at_once(lambda _: perked.redeem(shop, ada, "treat.1"))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "award_used_up")] * (TILLS - 1)
    assert (award(shop, ada, "treat.1").used, award(shop, ada, "treat.1").state) == (1, "redeemed")
    proven(shop, ada, 2)


def test_a_code_is_redeemed_by_one_till(shop: BookShop) -> None:
    """The award could be used at will."""
    ada = shop.member("1")
    perked.offer(shop, "club", perked.CLUB)
    perked.give(shop, ada, "club")
    shown = perked.code(shop, ada, "club.1")
    results = at_once(lambda _: perked.redeem_by_code(shop, shown))
    assert len(done(results)) == 1
    assert refusals(results) == [(NotFound, "code_not_found")] * (TILLS - 1)
    assert award(shop, ada, "club.1").used == 1


def test_what_everybody_has_begins_once(shop: BookShop) -> None:
    ada = shop.member("1")
    perked.offer(shop, "welcome", perked.TREAT, everybody=True)
    results = at_once(lambda _: perked.redeem(shop, ada, "welcome.1"))
    assert (len(done(results)), award(shop, ada, "welcome.1").used) == (1, 1)


def test_sixteen_stamps_fill_a_card_of_nine_once(shop: BookShop) -> None:
    ada = shop.member("1")
    perked.offer(shop, "treat", perked.TREAT)
    perked.offer(shop, "card", perked.CARD | {"stamps": 9, "gives": "treat"}, method="auto")
    results = at_once(lambda _: perked.stamp(shop, ada, "card"))
    assert len(done(results)) == TILLS
    assert sum(one.answer.gave == "treat.1" for one in done(results)) == 1
    assert (award(shop, ada, "card.1").used, shop.balance(ada)) == (1, TILLS - 9)
    proven(shop, ada, TILLS)


def test_a_redemption_is_given_back_once(shop: BookShop) -> None:
    ada = shop.member("1")
    perked.offer(shop, "card", perked.CARD)
    perked.give(shop, ada, "card", points=3)
    used = perked.redeem(shop, ada, "card.1").answer.redemption_id

    def act(_: int) -> Committed[Any]:
        return perked.refund(shop, ada, "card.1", used)

    results = at_once(act)
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "already_refunded")] * (TILLS - 1)
    assert shop.balance(ada) == 3
