"""What comes off a cart, in a shop's figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.orders.model import Sale
from tests.unit.rules.shop import (
    TODAY,
    amounts,
    checkout,
    judge,
    line,
    of_cart,
    off,
    reasons,
    rule,
    sale,
    taken,
    times,
)

BOOKS: dict[str, Any] = {"skus": ["book"]}
CART = sale(line(1, 30_00, quantity="3"), line(2, 10_00, sku="pen"), line(3, 4_90, sku="parcel", delivery=True))


@pytest.mark.parametrize(
    ("cart", "effect", "parts"),
    [
        (sale(10_00), {"kind": "percent_off", "percent": "12.5"}, {1: 1_25}),
        (sale(3, 3, 3), {"kind": "percent_off", "percent": "50"}, {1: 2, 2: 2, 3: 1}),  # half a cent up, once
        (sale(10_00, 30_00), {"kind": "percent_off", "percent": "10", "at_most": "2.00"}, {1: 50, 2: 1_50}),
        (sale(10_00, 0), {"kind": "percent_off", "percent": "100"}, {1: 10_00}),
        (CART, {"kind": "percent_off", "percent": "10", "lines": BOOKS}, {1: 3_00}),
        (sale(999, currency="JPY"), {"kind": "percent_off", "percent": "10", "at_most": "50.9"}, {1: 50}),
        (sale(10_00, 20_00), {"kind": "amount_off", "amount": "5.00"}, {1: 1_67, 2: 3_33}),
        (sale(1_00, 2_00), {"kind": "amount_off", "amount": "5.00"}, {1: 1_00, 2: 2_00}),
        (CART, {"kind": "amount_off", "amount": "15", "lines": {"skus": ["pen"]}}, {2: 10_00}),
        (sale(5_000, currency="KWD"), {"kind": "amount_off", "amount": "0.5"}, {1: 500}),
        (CART, {"kind": "fixed_price", "price": "7.99", "lines": BOOKS}, {1: 6_03}),
        (CART, {"kind": "fixed_price", "price": "9.99"}, {1: 3, 2: 1}),
        (sale(line(1, 10_00, quantity="0.5")), {"kind": "fixed_price", "price": "15.01"}, {1: 2_49}),
        (CART, {"kind": "free_delivery"}, {3: 4_90}),
    ],
)
def test_a_discount(cart: Sale, effect: dict[str, Any], parts: dict[int, int]) -> None:
    outcome = checkout(cart, off(**effect))
    assert taken(outcome) == {"off": parts}
    assert [one.amount for one in outcome.off] == [sum(parts.values())]


PIECES = sale(line(1, 30_00, quantity="3"), line(2, 8_00, quantity="2"), line(3, 5_00), line(4, 1_00, quantity="0.5"))


@pytest.mark.parametrize(
    ("effect", "parts"),
    [
        ({"buy": 2, "get": 1}, {2: 8_00}),  # six whole pieces are two sets
        ({"buy": 5, "get": 1}, {2: 4_00}),
        ({"buy": 6, "get": 1}, {}),
        ({"buy": 3, "get": 3}, {2: 8_00, 3: 5_00}),
        ({"buy": 1, "get": 1, "sets_at_most": 1}, {2: 4_00}),
        ({"buy": 1, "get": 1}, {2: 8_00, 3: 5_00}),
        ({"buy": 1, "get": 1, "percent": "50"}, {2: 4_00, 3: 2_50}),
        ({"buy": 1, "get": 5}, {1: 20_00, 2: 8_00, 3: 5_00}),
    ],
)
def test_buy_some_get_some(effect: dict[str, Any], parts: dict[int, int]) -> None:
    found = taken(checkout(PIECES, off("buy_get", **effect)))
    assert found == ({"off": parts} if parts else {})


@pytest.mark.parametrize(
    ("values", "percent", "parts"),
    [
        ((1, 1), "50", {1: 1}),  # two halves are one, once
        ((3, 3, 3, 3), "50", {1: 2, 2: 2, 3: 1, 4: 1}),
        ((1_01, 1_03), "33.3", {1: 34, 2: 34}),
        ((10_00, 10_00), "100", {1: 10_00, 2: 10_00}),
    ],
)
def test_a_part_of_pieces_is_rounded_once_and_split_to_the_last_cent(
    values: tuple[int, ...], percent: str, parts: dict[int, int]
) -> None:
    pens = [line(at, value, sku="pen") for at, value in enumerate(values, start=1)]
    books = [line(at, 99_99) for at in range(len(values) + 1, 2 * len(values) + 1)]
    pair = off("buy_get", buy=len(values), get=len(values), percent=percent)
    outcome = checkout(sale(*pens, *books), pair)
    assert taken(outcome) == {"off": parts}
    assert [one.amount for one in outcome.off] == [sum(parts.values())]


def test_nine_coffees_and_the_tenth_for_nothing() -> None:
    tenth = off("buy_get", buy=9, get=1, lines={"skus": ["coffee"]})
    for cups, free in ((9, 0), (10, 3_00), (19, 3_00), (20, 6_00)):
        cart = sale(line(1, cups * 3_00, sku="coffee", quantity=str(cups)), 1_00)
        assert sum(one.amount for one in checkout(cart, tenth).off) == free


def test_the_cheapest_piece_is_free_once() -> None:
    free = off("cheapest_free", pieces=3)
    assert taken(checkout(sale(5_00, 3_00, 4_00), free)) == {"off": {2: 3_00}}
    assert taken(checkout(sale(5_00, 3_00, 3_00, 5_00, 5_00, 5_00), free)) == {"off": {2: 3_00}}
    assert reasons(checkout(sale(5_00, 3_00), free)) == {"off": "nothing_to_discount"}


BY_THREES = [{"kind": "buy_get", "buy": 2, "get": 1}, {"kind": "cheapest_free", "pieces": 3}]


@pytest.mark.parametrize("effect", BY_THREES)
def test_delivery_is_no_piece_and_is_not_given_away(effect: dict[str, Any]) -> None:
    parcel = line(9, 4_90, sku="parcel", delivery=True)
    assert taken(checkout(sale(line(1, 60_00, quantity="3"), parcel), off(**effect))) == {"off": {1: 20_00}}
    assert reasons(checkout(sale(line(1, 40_00, quantity="2"), parcel), off(**effect))) == {
        "off": "nothing_to_discount"
    }


@pytest.mark.parametrize("effect", BY_THREES)
def test_a_gift_in_the_cart_takes_nobodys_discount(effect: dict[str, Any]) -> None:
    gift = line(9, 0, sku="gift")
    assert taken(checkout(sale(line(1, 60_00, quantity="3"), gift), off(**effect))) == {"off": {1: 20_00}}
    assert reasons(checkout(sale(line(1, 40_00, quantity="2"), gift), off(**effect))) == {"off": "nothing_to_discount"}


def test_what_another_rule_gave_away_is_no_piece_either() -> None:
    cart = sale(line(1, 10_00, sku="atlas"), line(2, 6_00), line(3, 7_00))
    given = of_cart("a", {"kind": "percent_off", "percent": "100"}, lines={"skus": ["atlas"]})
    assert taken(checkout(cart, given, of_cart("b", BY_THREES[1]))) == {"a": {1: 10_00}}
    assert taken(checkout(cart, given, of_cart("b", {"kind": "cheapest_free", "pieces": 2}))) == {
        "a": {1: 10_00},
        "b": {2: 6_00},
    }


def test_what_is_cheapest_is_judged_by_what_is_left_to_pay() -> None:
    cart = sale(line(1, 10_00, sku="atlas"), line(2, 6_00, sku="pen"))
    sold_off = of_cart("a", {"kind": "percent_off", "percent": "50"}, lines={"skus": ["atlas"]})
    free = of_cart("b", {"kind": "cheapest_free", "pieces": 2})
    assert taken(checkout(cart, sold_off, free)) == {"a": {1: 5_00}, "b": {1: 5_00}}


def test_nothing_to_discount_is_said() -> None:
    outcome = checkout(sale(10_00), off("free_delivery"), of_cart("b", {"kind": "fixed_price", "price": "10.00"}))
    assert reasons(outcome) == {"off": "nothing_to_discount", "b": "nothing_to_discount"}
    assert outcome.skipped[0].sentence == "There is nothing to take off the rule's lines."


def test_a_discount_only_comes_off_a_cart() -> None:
    from_cart = off("amount_off", amount="5.00")
    assert checkout(sale(10_00), from_cart).off
    assert not judge(sale(10_00), from_cart).off


# --- together ---------------------------------------------------------------------------------------------------------


def test_each_discount_is_of_what_the_one_before_has_left() -> None:
    tenth, five = {"kind": "percent_off", "percent": "10"}, {"kind": "amount_off", "amount": "5.00"}
    percent_first = checkout(sale(100_00), of_cart("a", tenth, priority=1), of_cart("b", five, priority=2))
    amount_first = checkout(sale(100_00), of_cart("a", tenth, priority=2), of_cart("b", five, priority=1))
    assert taken(percent_first) == {"a": {1: 10_00}, "b": {1: 5_00}}
    assert taken(amount_first) == {"b": {1: 5_00}, "a": {1: 9_50}}
    assert taken(checkout(sale(100_00), of_cart("a", tenth, five))) == {"a": {1: 5_00}}
    assert [one.amount for one in checkout(sale(100_00), of_cart("a", tenth, five)).off] == [10_00, 5_00]


def test_a_discount_with_stop_is_the_last_and_lets_its_own_effects_be() -> None:
    five = {"kind": "amount_off", "amount": "5.00"}
    outcome = checkout(sale(100_00), of_cart("a", five, five, stop=True), of_cart("b", five), rule("c"))
    assert [(one.rule_id, one.amount) for one in outcome.off] == [("a", 5_00), ("a", 5_00)]
    assert reasons(outcome) == {"b": "stopped"}
    assert outcome.skipped[0].sentence == "Rule a took something off and lets no later rule do so."
    assert amounts(outcome) == {"c": 90}


def test_a_discount_with_stop_that_took_nothing_stops_nothing() -> None:
    outcome = checkout(
        sale(10_00),
        of_cart("a", {"kind": "free_delivery"}, stop=True),
        of_cart("b", {"kind": "amount_off", "amount": "1"}),
    )
    assert taken(outcome) == {"b": {1: 1_00}}


def test_points_are_earned_on_what_is_left_to_pay_and_conditions_asked_of_what_was_sent() -> None:
    half = of_cart("half", {"kind": "percent_off", "percent": "50"}, lines=BOOKS)
    over_30 = rule("base", when={"ask": "order.value", "at_least": "40"})
    outcome = checkout(sale(30_00, line(2, 10_00, sku="pen")), half, over_30, times("2", lines=BOOKS))
    assert amounts(outcome) == {"base": 25, "times": 15}
    assert [(one.value, one.lines) for one in outcome.credits] == [(25_00, ((1, 15), (2, 10))), (15_00, ((1, 15),))]


def test_what_was_given_away_earns_nothing() -> None:
    outcome = checkout(sale(10_00), off("amount_off", amount="10.00"), rule("base"))
    assert reasons(outcome) == {"base": "rounds_to_zero"}


# --- points for money --------------------------------------------------------------------------------------------------

PAY = {"kind": "pay_with_points", "unit": "points", "points": 100, "value": "1.00"}


def pays(asked: int, there: int = 10_000, **effect: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """(points, money) paid, and (points, money) that could be paid beside."""
    context = replace(TODAY, balances={"points": there}, pays={"points": asked})
    outcome = checkout(sale(30_00, 10_00), of_cart("pay", PAY | effect), context=context)
    paid = [(one.points, one.amount) for one in outcome.off]
    offered = [(one.points, one.value) for one in outcome.redeemable]
    assert len(paid) < 2
    assert len(offered) < 2
    assert reasons(outcome) == ({} if paid else {"pay": "nothing_paid_with"})
    return (paid or [(0, 0)])[0], (offered or [(0, 0)])[0]


@pytest.mark.parametrize(
    ("asked", "paid", "offered"),
    [
        (0, (0, 0), (4_000, 40_00)),
        (99, (0, 0), (4_000, 40_00)),
        (100, (100, 1_00), (3_900, 39_00)),
        (1_999, (1_900, 19_00), (2_100, 21_00)),
        (4_000, (4_000, 40_00), (0, 0)),
        (1_000_000, (4_000, 40_00), (0, 0)),
    ],
)
def test_points_are_taken_as_far_as_asked_and_the_rest_is_offered(
    asked: int, paid: tuple[int, int], offered: tuple[int, int]
) -> None:
    assert pays(asked) == (paid, offered)


def test_nobody_pays_with_points_that_they_do_not_have() -> None:
    assert pays(4_000, there=250) == ((200, 2_00), (0, 0))
    assert pays(4_000, there=0) == ((0, 0), (0, 0))
    assert pays(4_000, there=-500) == ((0, 0), (0, 0))


def test_not_more_than_the_shop_lets_points_pay() -> None:
    assert pays(4_000, at_most="5.50") == ((500, 5_00), (0, 0))
    assert pays(4_000, at_most="5.50", whole_steps=False) == ((550, 5_50), (0, 0))
    assert pays(200, at_most_percent="25") == ((200, 2_00), (800, 8_00))
    assert pays(4_000, at_most_percent="25", at_most="20") == ((1_000, 10_00), (0, 0))


def test_no_point_is_taken_that_pays_nothing() -> None:
    assert pays(3, points=1, value="0.005") == ((2, 1), (7_998, 39_99))
    assert pays(1, points=1, value="0.005") == ((0, 0), (8_000, 40_00))
    assert pays(150, whole_steps=False, value="0.50") == ((150, 75), (7_850, 39_25))


def test_paying_is_of_what_other_discounts_have_left_and_of_the_rules_own_lines() -> None:
    context = replace(TODAY, balances={"points": 10_000}, pays={"points": 10_000})
    half = of_cart("a", {"kind": "percent_off", "percent": "50"})
    pay = of_cart("b", PAY, lines=BOOKS)
    assert taken(checkout(CART, half, pay, context=context))["b"] == {1: 15_00}


def test_the_same_points_are_not_paid_with_twice() -> None:
    context = replace(TODAY, balances={"points": 700, "stamps": 300}, pays={"points": 600, "stamps": 300})
    books, pens = of_cart("a", PAY | {"at_most": "5"}, lines=BOOKS), of_cart("b", PAY, lines={"skus": ["pen"]})
    outcome = checkout(CART, books, pens, of_cart("c", PAY | {"unit": "stamps"}), context=context)
    assert [(one.rule_id, one.unit, one.points, one.amount) for one in outcome.off] == [
        ("a", "points", 500, 5_00),
        ("b", "points", 100, 1_00),
        ("c", "stamps", 300, 3_00),
    ]
    assert [(one.rule_id, one.points) for one in outcome.redeemable] == [("b", 100)]


def test_whoever_may_not_spend_is_offered_nothing_and_told_so() -> None:
    context = replace(TODAY, balances={"points": 10_000}, pays={"points": 500}, may_spend=False)
    outcome = checkout(CART, of_cart("pay", PAY), context=context)
    assert (outcome.off, outcome.redeemable, reasons(outcome)) == ((), (), {"pay": "may_not_spend"})


def test_whoever_is_unknown_is_offered_nothing() -> None:
    outcome = checkout(CART, of_cart("pay", PAY), context=replace(TODAY, member=None))
    assert (outcome.off, outcome.redeemable) == ((), ())
