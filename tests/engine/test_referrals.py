"""Sixteen hands at one code: an invitation brings in one, a code everybody, and nobody brings in themselves."""

from __future__ import annotations

import pytest

from chalicelib.flows.read_referral import list_referrals
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import a_shop, at_once, done, refusals
from tests.twins import referred
from tests.twins.bookshop import BookShop, member, sale

pytestmark = pytest.mark.engine


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def holds_together(shop: BookShop, *members: str) -> None:
    verified = verify_members(shop.rt, shop.caller.tenant, members)
    assert [difference for one in verified for difference in one.differences] == []


def test_an_invitation_brings_in_one_of_sixteen(shop: BookShop) -> None:
    ada = shop.member("ada")
    shop.define(referred.on("registered", "both"))
    code = referred.invite(shop, ada).answer.referral_code
    results = at_once(lambda number: referred.bring(shop, str(number), code))
    [came] = done(results)
    assert {code for _, code in refusals(results)} <= {"invitation_used", "busy"}
    assert (referred.counts(shop, ada), shop.balance(ada), shop.balance(came.answer.member_id)) == (
        (1, 1, 0, 0),
        10,
        10,
    )
    holds_together(shop, ada, came.answer.member_id)


def test_friends_who_buy_for_the_first_time_at_once_are_each_counted_once(shop: BookShop) -> None:
    ada = shop.member("ada")
    shop.define(referred.on("first_purchase", "referrer"))
    code = referred.code_of(shop, ada)
    friends = [referred.brought(shop, str(number), code) for number in range(4)]
    results = at_once(lambda number: shop.buy(member(friends[number % 4]), sale(f"S{number}", 1_00)))
    assert {code for _, code in refusals(results)} <= {"busy"}
    bought = referred.counts(shop, ada)[2]
    assert bought >= 1
    assert shop.balance(ada) == 10 * bought
    holds_together(shop, ada, *friends)


def test_two_who_name_each_other_at_once_do_not_go_round(shop: BookShop) -> None:
    both = shop.member("ada"), shop.member("bea")
    codes = [referred.code_of(shop, one) for one in both]
    results = at_once(lambda number: referred.claim(shop, both[number % 2], codes[1 - number % 2]))
    assert len(done(results)) == 1
    assert {code for _, code in refusals(results)} <= {"referral_loop", "referred_already", "referred_before", "busy"}
    assert sorted(referred.of(shop, one).came_by is None for one in both) == [False, True]
    lists = [list_referrals(shop.rt, shop.caller, one, 10, None).items for one in both]
    assert sorted(map(len, lists)) == [0, 1]
    holds_together(shop, *both)
