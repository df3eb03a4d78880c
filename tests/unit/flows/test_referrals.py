"""Members who bring others in, beside what the API's tests say: groups, programs, gifts that meet, what comes back, and what
verifying finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import create_program
from chalicelib.areas.referrals.model import Friends
from chalicelib.areas.referrals.store import codes, owned
from chalicelib.errors import InvalidInput
from chalicelib.flows.define_rule import define_rule
from chalicelib.flows.read_account import read_account
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.referring import Came
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.keys import partition_query
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete
from tests.twins import coupons, fresh, kept, referred, segmented
from tests.twins.bookshop import PROGRAM, BookShop, card, dry, goods_back, keyed, member, open_shop, refused, rule, sale
from tests.twins.grouped import household, join

JOIN_VIP = {"kind": "join_segment", "segment": "vip"}
NOTHING = rule(state="paused")


def shop_with(*rules: Any, **fields: Any) -> tuple[BookShop, str, str]:
    """Where purchases earn nothing by themselves; Ada, and what she shares."""
    shop = open_shop(rules=(NOTHING, *rules), **fields)
    ada = shop.member("ada")
    return shop, ada, referred.code_of(shop, ada)


def wrong(shop: BookShop, *members: str) -> list[str]:
    found = verify_members(shop.rt, shop.caller.tenant, members)
    return [difference.what for one in found for difference in one.differences]


def test_who_collects_for_the_same_group_is_given_nothing_for_it() -> None:
    shop, ada, code = shop_with(referred.on("first_purchase", "both"))
    bea = referred.brought(shop, "bea", code)
    group = household(shop, ada, bea)
    shop.buy(member(bea), sale("B-1"))
    assert shop.balance(group) == 10
    assert referred.counts(shop, ada) == (0, 1, 1, 0)
    assert wrong(shop, ada, bea, group) == []


def test_a_group_gets_what_its_member_is_given_for_a_friend() -> None:
    shop, ada, code = shop_with(referred.on("first_purchase", "referrer"))
    group = household(shop, ada)
    bea = referred.brought(shop, "bea", code)
    join(shop, household(shop, shop.member("cem")), bea)
    shop.buy(member(bea), sale("B-1"))
    assert shop.balance(group) == 10
    assert wrong(shop, ada, bea, group) == []


def test_both_join_the_same_segment_in_one_transaction() -> None:
    shop, ada, code = shop_with()
    segmented.define(shop)
    shop.define(referred.on("registered", "both", JOIN_VIP))
    for number in range(20):  # whoever is counted in the same slice as Ada, too
        bea = referred.brought(shop, f"friend {number}", code)
        assert [one.segment_id for one in list_segments_of_member(shop.rt, shop.caller, bea)] == ["vip"]
        segmented.remove(shop, ada)
    assert read_segment(shop.rt, shop.caller, "vip").members == 20


def test_both_get_a_code_of_the_same_pool() -> None:
    shop, ada, code = shop_with()
    coupons.series(shop, "pool", codes={"kind": "pool"})
    coupons.upload(shop, "pool", *(f"AAA-{number:03}" for number in range(40)))
    shop.define(referred.on("registered", "both", {"kind": "issue_coupon", "series": "pool"}))
    bea = referred.brought(shop, "bea", code)
    lists = (list_coupons(shop.rt, shop.caller, who, 25, None) for who in (ada, bea))
    given = [one.code for found in lists for one in found.items]
    assert len(set(given)) == len(given) == 2
    assert wrong(shop, ada, bea) == []


def test_every_program_may_give_something_for_coming_and_one_for_buying() -> None:
    shop, ada, code = shop_with(referred.on("registered", "both"), referred.on("first_purchase", "both"))
    create_program(shop.rt, shop.caller, fresh(), ProgramDefinition.model_validate(PROGRAM))
    for stage in ("registered", "first_purchase"):
        define_rule(shop.rt, shop.caller, fresh(), 2, referred.on(stage, "both"))
    bought = shop.buy(replace(card("bea"), code=code), sale("B-1")).answer
    for who in (ada, bought.member_id):
        wallets = [read_account(shop.rt, shop.caller, who, program).wallets[0].available for program in (1, 2)]
        assert wallets == [20, 10]
    assert wrong(shop, ada, bought.member_id) == []


def test_what_both_got_stays_when_the_goods_come_back_and_no_other_purchase_is_the_first() -> None:
    shop, ada, code = shop_with(referred.on("first_purchase", "both"))
    bea = referred.brought(shop, "bea", code)
    order = shop.buy(member(bea), sale("B-1", 100_00)).answer.order_id
    assert shop.bring_back(order, goods_back("R-1", 100_00)).answer.full
    shop.buy(member(bea), sale("B-2"))
    assert (shop.balance(ada), shop.balance(bea)) == (10, 10)
    assert referred.counts(shop, ada) == (0, 1, 1, 0)
    assert wrong(shop, ada, bea) == []


def test_an_order_of_nobody_counts_when_it_is_a_friends_after_all() -> None:
    shop, ada, code = shop_with(referred.on("first_purchase", "both"))
    bea = referred.brought(shop, "bea", code)
    shop = kept.keeping(shop)
    back, there = (kept.kept(shop, sale(number, 10_00)) for number in ("K-1", "K-2"))
    shop.bring_back(back, goods_back("R-1", 10_00))
    kept.assign(shop, back, bea)
    assert referred.counts(shop, ada) == (0, 1, 0, 0)
    kept.assign(shop, there, bea)
    assert (referred.counts(shop, ada), shop.balance(ada)) == ((0, 1, 1, 0), 10)
    assert wrong(shop, ada, bea) == []


def test_a_referrer_who_is_full_hinders_no_friend() -> None:
    caps = {"units": [{"code": "points", "name": "Points", "policies": [{"caps": {"balance": 5}}]}]}
    shop, ada, code = shop_with(referred.on("first_purchase", "both"), program=caps)
    bea = referred.brought(shop, "bea", code)
    shop.earn(ada, 5)
    shop.buy(member(bea), sale("B-1"))
    assert (shop.balance(ada), referred.counts(shop, ada)) == (5, (0, 1, 1, 0))


def test_trying_writes_nothing() -> None:
    shop, ada, code = shop_with(referred.on("first_purchase", "both"))
    bea = referred.brought(shop, "bea", code)
    shop.buy(member(bea), sale("B-1"), dry())
    referred.bring(shop, "cem", code, dry())
    referred.invite(shop, ada, command=dry())
    assert (referred.counts(shop, ada), shop.balance(ada)) == ((0, 1, 0, 0), 0)


def test_what_came_before_is_answered_as_then() -> None:
    shop, ada, _ = shop_with()
    first = referred.invite(shop, ada, "friend@example.com", keyed("k"))
    again = referred.invite(shop, ada, "friend@example.com", keyed("k"))
    assert (again.answer, again.replayed) == (first.answer, True)


def test_no_fact_says_who_was_asked_or_by_which_code() -> None:
    shop, ada, code = shop_with()
    invited = referred.invite(shop, ada, "friend@example.com").answer
    referred.bring(shop, "bea", Came(code, "phone-1"))
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    told = [str(attrs.get("facts")) for attrs in table.query(partition_query(shop.caller.tenant, ada)).items]
    assert told
    for secret in ("friend@example.com", invited.referral_code, code, "phone-1"):
        assert not any(secret in one for one in told)


@pytest.mark.parametrize("code", ["", "abc", "a b c d"])
def test_what_is_no_code_is_malformed(code: str) -> None:
    shop, _, _ = shop_with()
    with refused("invalid_referral_code", "referral_code", InvalidInput):
        referred.claim(shop, shop.member("bea"), code or " ")


def test_what_is_damaged_is_found() -> None:
    shop, ada, code = shop_with()
    bea = referred.brought(shop, "bea", code)
    tenant, table = shop.caller.tenant, shop.rt.table
    assert wrong(shop, ada, bea) == []
    table.transact([owned.friends_put(tenant, ada, Friends(7, 1, 0, 0, 1))], "a")
    assert wrong(shop, ada) == ["friends: they are not as many invited ones as their journal says"]
    table.transact([Delete(owned.referral_key(tenant, bea)), codes.code_delete(tenant, code, ada)], "b")
    assert wrong(shop, bea) == ["referral: it is not there, as their journal says"]
    assert "profile: the referral code does not lead to it" in wrong(shop, ada)
