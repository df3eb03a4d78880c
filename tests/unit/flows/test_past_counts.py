"""What is asked about the past: orders with certain goods or at certain places, check-ins, events and redemptions, in the last days
or in a period of the calendar. Counted from when somebody asks, in the account, and taken back with what comes back."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.past import Past
from chalicelib.areas.orders.model import Line, Sale
from chalicelib.areas.rules.past import MAX_COUNTERS
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.kit.labels import Label
from tests.twins import grouped, rewarded, segmented
from tests.twins.bookshop import BookShop, card, fixed, goods_back, line, open_shop, refused, rule, sale
from tests.twins.happenings import DECLARED, check_in, earned, record, review
from tests.twins.judged import judged, nights_pass, segments, when

COFFEE: dict[str, Any] = {"lines": {"skus": ["COFFEE"]}}


def shop_that(*asked: dict[str, Any], now: str = "2026-12-31", **fields: Any) -> BookShop:
    """Its rules give 5 where what is asked holds."""
    rules = tuple(rule(f"asks-{no}", effects=[fixed(5)], when=one) for no, one in enumerate(asked))
    return open_shop(now=now, rules=rules, tiers=None, **fields)


def coffee(number: str, on: str = "2026-06-15", cents: int = 400, *others: Line) -> Sale:
    return sale(number, line(1, cents, "COFFEE"), *others, on=on)


def got(shop: BookShop, *documents: Sale) -> list[int]:
    """What each earned."""
    return [sum(one.amount for one in shop.buy(card("ada"), document).answer.earned) for document in documents]


def past(shop: BookShop, owner: str) -> Past:
    account, _ = accounts.read(shop.rt.table, shop.caller.tenant, owner, 1)
    return account.past


def times(shop: BookShop, owner: str) -> list[int]:
    """By name of what is counted, on all days."""
    return [sum(one.times for one in days.values()) for _, days in sorted(past(shop, owner).items())]


# --- orders ------------------------------------------------------------------------------------------------------------


def test_orders_with_certain_goods_in_the_last_days() -> None:
    shop = shop_that({"times": "orders", "days": 30, "at_least": 2} | COFFEE)
    days = ("2026-06-01", "2026-06-10", "2026-06-11", "2026-07-01", "2026-07-10", "2026-08-01")
    bought = [coffee(day, day) for day in days]
    assert got(shop, *bought) == [
        0,
        0,
        5,
        5,
        5,
        0,
    ]  # on 10 July that of 10 June is too long ago, on 1 August all but one
    assert got(shop, sale("tea", line(1, 300, "TEA"), on="2026-08-02")) == [5]
    assert shop.proof(shop.member_with("ada")).matches


def test_the_same_question_is_counted_once_however_it_is_written() -> None:
    one = {"times": "orders", "days": 30, "at_least": 1, "lines": {"skus": ["A", "B"]}}
    other = {"sum": "orders", "days": 90, "at_least": "1", "lines": {"skus": ["B", "A"]}}
    shop = shop_that(one, other)
    assert got(shop, sale("1", line(1, 500, "A")), sale("2", line(1, 500, "B"))) == [0, 10]
    assert len(past(shop, shop.member_with("ada"))) == 1


@pytest.mark.parametrize(
    ("asked", "such", "other"),
    [
        (
            {"lines": {"brands": ["Reclam"]}},
            sale("1", line(1, 100, brand="Reclam")),
            sale("2", line(1, 100, brand="dtv")),
        ),
        ({"lines": {"categories": ["maps"]}}, sale("1", line(1, 100, category=("books", "maps"))), sale("2", 100)),
        (
            {"lines": {"labels": [{"key": "fair"}]}},
            sale("1", line(1, 100, labels=(Label(key="fair", value="yes"),))),
            sale("2", 100),
        ),
        (
            {"labels": [{"key": "gift", "value": "yes"}]},
            sale("1", 100, labels=(Label(key="gift", value="yes"),)),
            sale("2", 100),
        ),
        ({"places": ["mitte", "ost"]}, sale("1", 100, place="ost"), sale("2", 100, place="west")),
        (
            {"places": ["mitte"], **COFFEE},
            sale("1", line(1, 100, "COFFEE"), place="mitte"),
            sale("2", 100, place="mitte"),
        ),
    ],
)
def test_only_what_is_asked_for_counts(asked: dict[str, Any], such: Sale, other: Sale) -> None:
    shop = shop_that({"times": "orders", "per": "month", "at_least": 1} | asked)
    assert got(shop, other, such) == [0, 0]
    assert got(shop, sale("3", 100)) == [5]
    assert times(shop, shop.member_with("ada")) == [1]


@pytest.mark.parametrize(
    ("per", "last", "first"),
    [
        ("day", "2026-06-15T23:00:00Z", "2026-06-16"),
        ("week", "2026-06-21", "2026-06-22"),
        ("month", "2026-06-30", "2026-07-01"),
        ("3_months", "2026-06-30", "2026-07-01"),
        ("6_months", "2026-06-30", "2026-07-01"),
        ("year", "2026-12-31", "2027-01-01"),
    ],
)
def test_orders_of_the_calendars_day_week_and_so_on(per: str, last: str, first: str) -> None:
    shop = shop_that({"times": "orders", "per": per, "at_least": 1, "places": ["mitte"]}, now="2027-02-01")
    bought = [sale(number, on=on, place="mitte") for number, on in (("1", "2026-06-15"), ("2", last), ("3", first))]
    assert got(shop, *bought) == [0, 5, 0]


def test_all_orders_by_day_and_week() -> None:
    shop = shop_that(
        {"times": "orders", "per": "day", "at_least": 1}, {"times": "orders", "per": "week", "at_least": 2}
    )
    days = ("2026-06-15", "2026-06-15", "2026-06-16", "2026-06-22")
    assert got(shop, *(sale(str(number), on=day) for number, day in enumerate(days))) == [0, 5, 5, 0]


def test_ever_since_somebody_asks() -> None:
    shop = shop_that()
    assert got(shop, coffee("0", "2024-01-01")) == [0]
    shop.define(rule("asks", effects=[fixed(5)], when={"times": "orders", "per": "ever", "at_least": 2} | COFFEE))
    days = ("2024-06-01", "2025-06-01", "2026-06-01", "2026-12-01")
    assert got(shop, *(coffee(day, day) for day in days)) == [0, 0, 5, 5]


def test_what_orders_came_to() -> None:
    shop = shop_that(
        {"sum": "orders", "days": 7, "at_least": "10.00"}, {"sum": "orders", "days": 7, "at_least": "8.00"} | COFFEE
    )
    assert got(shop, coffee("1", "2026-06-15", 400, line(2, 600, "CAKE")), coffee("2", "2026-06-16", 400)) == [0, 5]
    assert got(shop, coffee("3", "2026-06-17"), coffee("4", "2026-06-22")) == [
        10,
        5,
    ]  # the last 7 days are those from the 16th on


def test_which_share_was_at_a_place() -> None:
    shop = shop_that({"share": "orders", "days": 30, "places": ["mitte"], "at_least": "60"})
    here, there = ({"place": "mitte"}, {"place": "ost"})
    bought = [sale(str(number), 100, **where) for number, where in enumerate((here, there, here, there))]
    assert got(shop, *bought) == [0, 5, 0, 5]  # of none, 1 of 1, 1 of 2, 2 of 3
    assert got(shop, sale("5", 100)) == [0]


def test_a_late_purchase_counts_and_is_judged_on_its_own_day() -> None:
    shop = shop_that({"times": "orders", "days": 30, "at_least": 1} | COFFEE)
    assert got(shop, coffee("1", "2026-06-15"), coffee("late", "2026-06-01"), coffee("too", "2026-06-05")) == [0, 0, 5]
    assert times(shop, shop.member_with("ada")) == [3]


def test_what_comes_back_counts_no_more() -> None:
    shop = shop_that(
        {"times": "orders", "days": 90, "at_least": 1} | COFFEE, {"sum": "orders", "days": 90, "at_least": "5"} | COFFEE
    )
    assert got(shop, coffee("1", "2026-06-15", 800, line(2, 300, "CAKE"))) == [0]
    ada, order = shop.member_with("ada"), shop.order_id("1")
    shop.bring_back(order, goods_back("r1", 300, "CAKE", on="2026-06-16"))
    assert [one.values for one in next(iter(past(shop, ada).values())).values()] == [{"EUR": 800}]
    half = goods_back("r2", 400, "COFFEE", quantity="0.5", on="2026-06-16")
    shop.bring_back(order, half)
    assert [(one.times, one.values) for one in next(iter(past(shop, ada).values())).values()] == [(1, {"EUR": 400})]
    shop.bring_back(order, goods_back("r3", 400, "COFFEE", quantity="0.5", on="2026-06-17"))
    assert past(shop, ada) == {}
    assert shop.proof(ada).matches


def test_what_was_not_counted_is_not_taken_back() -> None:
    shop = shop_that()
    assert got(shop, coffee("before")) == [0]
    shop.define(rule("asks", effects=[fixed(5)], when={"times": "orders", "days": 90, "at_least": 1} | COFFEE))
    assert got(shop, coffee("since")) == [0]
    shop.bring_back(shop.order_id("before"), goods_back("r", 400, "COFFEE"))
    assert times(shop, shop.member_with("ada")) == [1]


def test_it_is_taken_back_when_nobody_asks_any_more() -> None:
    shop = shop_that({"times": "orders", "days": 90, "at_least": 1} | COFFEE)
    assert got(shop, coffee("1"), coffee("2")) == [0, 5]
    shop.define(rule("asks-0", state="paused", effects=[fixed(5)]))
    shop.bring_back(shop.order_id("1"), goods_back("r", 400, "COFFEE"))
    assert got(shop, coffee("3")) == [0]
    assert times(shop, shop.member_with("ada")) == [1]


def test_a_household_is_one_customer() -> None:
    shop = shop_that({"times": "orders", "days": 30, "at_least": 1} | COFFEE)
    ada, bob = shop.member("ada"), shop.member("bob")
    home = grouped.household(shop, ada, bob)
    assert got(shop, coffee("1")) == [0]
    assert [one.amount for one in shop.buy(card("bob"), coffee("2")).answer.earned] == [5]
    assert times(shop, home) == [2]


def test_what_nobody_asks_for_is_not_counted() -> None:
    shop = shop_that({"times": "orders", "per": "month", "at_least": 1}, {"ask": "account.orders", "at_least": 1})
    assert got(shop, sale("1"), sale("2")) == [0, 10]
    assert past(shop, shop.member_with("ada")) == {}


# --- anything else -----------------------------------------------------------------------------------------------------


def test_check_ins_and_events() -> None:
    here = {"times": "check_in", "per": "week", "at_least": 1, "places": ["Mitte"]}
    rules = (
        rule("regular", effects=[fixed(5)], trigger={"on": "check_in"}, when=here),
        rule("critic", effects=[fixed(7)], when={"times": "event:review", "days": 10, "at_least": 2}),
    )
    shop = open_shop(now="2026-12-31", program=DECLARED, rules=rules, tiers=None)
    ada = shop.member("ada")
    places = ("Mitte", "Ost", "Mitte")
    assert [sum(earned(shop, ada, check_in(place)).values()) for place in places] == [0, 5, 5]
    assert got(shop, sale("1")) == [0]
    for day in ("2026-06-10", "2026-06-15"):
        record(shop, ada, review(day))
    assert got(shop, sale("2"), sale("3", on="2026-06-20")) == [7, 0]
    assert shop.proof(ada).matches


def test_redemptions_until_they_are_refunded() -> None:
    shop = shop_that({"times": "redemptions", "days": 30, "at_least": 1}, now="2026-06-15")
    rewarded.series(shop)
    rewarded.define(shop)
    ada = shop.member("ada")
    shop.earn(ada, 1_000)
    redemption = rewarded.redeemed(shop, ada)
    assert got(shop, sale("1")) == [5]
    rewarded.refund(shop, ada, redemption)
    assert got(shop, sale("2")) == [0]
    assert (past(shop, ada), shop.proof(ada).matches) == ({}, True)


# --- segments ----------------------------------------------------------------------------------------------------------


def test_a_segment_by_what_was_bought_lately_and_nobody_is_touched_before_its_day() -> None:
    shop = open_shop(tiers=None)
    segmented.define(shop, "coffee", **when({"times": "orders", "days": 30, "at_least": 2} | COFFEE))
    ada = shop.member("ada")
    for number in ("1", "2"):
        shop.buy(card("ada"), coffee(number))
        settle_criteria(shop.rt, shop.caller, ada)
    assert segments(shop, ada) == ["coffee"]
    assert nights_pass(shop, 30) == 0
    nights_pass(shop)
    assert segments(shop, ada) == []


def test_who_is_in_it_follows_what_happens() -> None:
    at = judged()
    for name, asked in {"coffee": {"times": "orders", **COFFEE}, "redeems": {"times": "redemptions"}}.items():
        segmented.define(at.shop, name, **when(asked | {"per": "year", "at_least": 1}))
    rewarded.series(at.shop)
    rewarded.define(at.shop)
    ada = at.shop.member("ada")
    at.shop.earn(ada, 1_000)
    at.shop.buy(card("ada"), sale("tea"))
    assert at.segments(ada) == []
    at.shop.buy(card("ada"), coffee("1"))
    assert at.segments(ada) == ["coffee"]
    rewarded.redeem(at.shop, ada)
    assert at.segments(ada) == ["coffee", "redeems"]
    at.shop.bring_back(at.shop.order_id("1"), goods_back("r", 400, "COFFEE"))
    assert at.segments(ada) == ["redeems"]


# --- definitions -------------------------------------------------------------------------------------------------------


def test_no_more_is_counted_than_an_account_has_room_for() -> None:
    shop = shop_that(
        *({"times": "orders", "days": 90, "at_least": 1, "places": [f"place-{no}"]} for no in range(MAX_COUNTERS))
    )
    more = {"times": "orders", "days": 30, "at_least": 1, "places": ["one more"]}
    with refused("too_many_counters", "when"):
        shop.define(rule("more", when=more))
    with refused("too_many_counters", "criteria"):
        segmented.define(shop, "more", **when(more))
    shop.define(rule("more", when=more, state="draft"))
    shop.define(rule("same", when={"times": "orders", "days": 7, "at_least": 3, "places": ["place-1"]}))
    with refused("too_many_counters", "when"):
        shop.define(rule("same", when={"times": "orders", "days": 366, "at_least": 3, "places": ["place-1"]}))


def test_an_event_that_nobody_declared_is_refused() -> None:
    shop = open_shop()
    asked = {"times": "event:party", "days": 30, "at_least": 1}
    with refused("unknown_event", "when"):
        shop.define(rule("party", when=asked))
    with refused("unknown_event", "criteria"):
        segmented.define(shop, "party", **when(asked))
