"""Thresholds of metrics: reached with what happens and told once, of whom, and by what they are measured."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.flows.read_metric_values import MetricValue, read_metric_values
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.periods import iso_day, local_day
from tests.twins import fresh, metered
from tests.twins.bookshop import BookShop, fixed, goods_back, member, sale
from tests.twins.grouped import change, household
from tests.twins.judged import JudgedShop, judged, nights_pass


@pytest.fixture
def at() -> JudgedShop:
    return judged()


def buy(shop: BookShop, member_id: str, number: str, cents: int = 10_00, **fields: Any) -> None:
    shop.buy(member(member_id), sale(number, cents, on=iso_day(local_day(shop.clock.now(), "UTC")), **fields))


def value(shop: BookShop, member_id: str) -> MetricValue:
    [one] = read_metric_values(shop.rt, shop.caller, member_id, 1).items
    return one


def reached(shop: BookShop, member_id: str) -> bool:
    return bool(value(shop, member_id).reached)


def sound(shop: BookShop) -> bool:
    return not [one for part in verify_tenant(shop.rt, shop.caller.tenant, threads=1) for one in part.differences]


def test_it_follows_from_what_was_told_and_is_given_once_however_often_that_is(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop, at_least="2")
    metered.on_reaching(shop, fixed(50))
    ada = shop.member("1")
    for number in ("A1", "A2", "A3"):
        buy(shop, ada, number)
        at.tell()
    had = shop.balance(ada)
    assert reached(shop, ada)
    at.relayed = at.taken = 0
    at.send()
    at.work()
    assert shop.balance(ada) == had
    assert sound(shop)


def test_a_consumer_that_was_down_finds_what_is_so_by_then(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop, at_least="2")
    metered.on_reaching(shop, fixed(50))
    ada = shop.member("1")
    buy(shop, ada, "A1")
    buy(shop, ada, "A2")
    plain = shop.balance(ada)
    shop.bring_back(shop.order_id("A2"), goods_back("R2", 10_00))
    at.tell()
    assert (reached(shop, ada), shop.balance(ada)) == (False, plain - 10)
    buy(shop, ada, "A3")
    at.tell()
    assert (reached(shop, ada), shop.balance(ada)) == (True, plain + 50)


def test_what_comes_to_money_at_some_places_in_a_month(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop, what={"measure": "sum", "of": "orders", "per": "month", "places": ["Berlin"]}, at_least="30")
    ada = shop.member("1")
    buy(shop, ada, "A1", 20_00, place="Berlin")
    buy(shop, ada, "A2", 50_00, place="Wien")
    at.tell()
    assert (value(shop, ada).value, reached(shop, ada)) == ("20", False)
    buy(shop, ada, "A3", 10_50, place="Berlin")
    at.tell()
    assert (value(shop, ada).value, reached(shop, ada)) == ("30.5", True)
    nights_pass(shop, 31)
    assert (value(shop, ada).value, reached(shop, ada)) == ("0", False)


def test_nobody_is_looked_at_by_the_job_for_whom_nothing_turns(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop, at_least="5")
    ada = shop.member("1")
    buy(shop, ada, "A1")
    at.tell()
    assert nights_pass(shop, 40) == 0


def test_who_is_blocked_reaches_nothing_until_they_no_longer_are(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop)
    ada = shop.member("1")
    buy(shop, ada, "A1")
    for status, so in (("blocked", False), ("active", True)):
        update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate.model_validate({"status": status}))
        at.tell()
        assert reached(shop, ada) is so


def test_a_household_that_is_blocked_reaches_nothing_until_it_no_longer_is(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop)
    ada = shop.member("1")
    group_id = household(shop, ada)
    buy(shop, ada, "A1")
    for status, so in (("blocked", False), ("active", True)):
        change(shop, group_id, status=status)
        at.tell()
        assert reached(shop, ada) is so


def test_what_a_household_reaches_is_told_once_and_nobody_is_given_anything_for_it(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop, at_least="2")
    metered.on_reaching(shop, fixed(50))
    ada, bob = shop.member("1"), shop.member("2")
    group_id = household(shop, ada, bob)
    buy(shop, ada, "A1")
    buy(shop, bob, "B1")
    at.tell()
    assert (reached(shop, ada), reached(shop, bob)) == (True, True)
    assert shop.balance(group_id) == 20
    assert sound(shop)


def test_where_nothing_can_be_given_it_is_told_all_the_same(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop)
    metered.on_reaching(shop, fixed(MAX_AMOUNT))
    ada = shop.member("1")
    buy(shop, ada, "A1")
    at.tell()
    assert reached(shop, ada)


def test_another_threshold_forgets_the_one_before_and_an_ended_metric_reaches_nobody(at: JudgedShop) -> None:
    shop = at.shop
    metered.metric(shop)
    ada = shop.member("1")
    buy(shop, ada, "A1")
    at.tell()
    metered.metric(shop, thresholds=[{"threshold_id": "other", "at_least": "2"}])
    buy(shop, ada, "A2")
    at.tell()
    assert [one.threshold_id for one in value(shop, ada).reached] == ["other"]
    assert dict(metered.account(shop, ada).reached).keys() == {"visits/other"}
    metered.metric(shop, state="ended")
    buy(shop, ada, "A3")
    at.tell()
    assert read_metric_values(shop.rt, shop.caller, ada, 1).items == ()
    assert sound(shop)
