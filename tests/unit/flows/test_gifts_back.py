"""What rules gave beside points goes with the goods, once all of them have come back: as far as nobody has used it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.pin_tier import pin_tier
from chalicelib.flows.return_order import ReturnedOrder
from chalicelib.flows.verify_members import verify_members
from tests.twins import fresh, kept, perked, tills
from tests.twins.bookshop import BookShop, fixed, goods_back, member, open_shop, rule, sale
from tests.twins.grouped import household

TREAT = {"kind": "grant_perk", "perk": "treat"}
STAMP = {"kind": "stamps", "perk": "card", "amount": 1}
GOLD = {"kind": "set_tier", "tier": "gold", "days": 10}


def shop_with(*effects: dict[str, Any], **perks: Any) -> tuple[BookShop, str]:
    """With a treat, a card of two stamps that gives one by itself, and a rule on orders that gives these."""
    shop = open_shop(rules=())
    perked.offer(shop, "treat", perked.TREAT, **perks)
    perked.offer(shop, "card", perked.CARD | {"gives": "treat"}, method="auto")
    if effects:
        shop.define(rule("gives", effects=effects))
    return shop, shop.member("ada")


def bought(shop: BookShop, ada: str, number: str = "A-1", *cents: int) -> str:
    return shop.buy(member(ada), sale(number, *cents or (10_00,))).answer.order_id


def returned(shop: BookShop, order_id: str, number: str = "R-1", cents: int = 10_00) -> ReturnedOrder:
    return shop.bring_back(order_id, goods_back(number, cents)).answer


def awards(shop: BookShop, ada: str) -> dict[str, tuple[str, int | None, int]]:
    return {one.award_id: (one.state, one.uses_left, one.used) for one in list_awards(shop.rt, shop.caller, ada)}


def gone(answer: ReturnedOrder) -> list[tuple[str, str | None]]:
    return [(one.award_id or one.what, one.reason) for one in answer.effects]


def sound(shop: BookShop, ada: str) -> None:
    assert shop.proof(ada).matches
    [seen] = verify_members(shop.rt, "shop", [ada])
    assert seen.differences == []


def test_a_treat_goes_with_the_goods() -> None:
    shop, ada = shop_with(TREAT, fixed(5))
    answer = returned(shop, bought(shop, ada))
    assert gone(answer) == [("treat.1", None)]
    assert (shop.balance(ada), awards(shop, ada)["treat.1"][0]) == (0, "revoked")
    sound(shop, ada)


def test_one_that_was_used_stays_and_the_answer_says_so() -> None:
    shop, ada = shop_with(TREAT)
    order_id = bought(shop, ada)
    perked.redeem(shop, ada, "treat.1")
    assert gone(returned(shop, order_id)) == [("treat.1", "reward_used")]
    assert awards(shop, ada)["treat.1"] == ("redeemed", 0, 1)
    sound(shop, ada)


def test_of_two_the_one_that_this_order_gave() -> None:
    shop, ada = shop_with(TREAT)
    first, second = bought(shop, ada), bought(shop, ada, "A-2")
    assert awards(shop, ada) == {"treat.1": ("active", 2, 0)}
    assert gone(returned(shop, first)) == [("treat.1", None)]
    assert awards(shop, ada) == {"treat.1": ("active", 1, 0)}
    assert gone(returned(shop, second, "R-2")) == [("treat.1", None)]
    assert awards(shop, ada)["treat.1"][0] == "revoked"
    sound(shop, ada)


def test_a_part_takes_nothing_of_it() -> None:
    shop, ada = shop_with(TREAT, STAMP)
    order_id = bought(shop, ada, "A-1", 10_00, 20_00)
    part = returned(shop, order_id, "R-1", 10_00)
    assert (part.full, gone(part), shop.balance(ada)) == (False, [], 1)
    rest = shop.bring_back(order_id, goods_back("R-2", 20_00, "book-2")).answer
    assert (rest.full, gone(rest)) == (True, [("treat.1", None), ("card.1", None)])
    assert (shop.balance(ada), awards(shop, ada)["treat.1"][0]) == (0, "revoked")
    sound(shop, ada)


def test_a_stamp_goes_from_a_card_that_is_not_full() -> None:
    shop, ada = shop_with(STAMP)
    answer = returned(shop, bought(shop, ada))
    assert [(one.unit, one.amount, one.short, one.rule_id) for one in answer.cancelled] == [("points", 1, 0, "gives")]
    assert shop.balance(ada) == 0
    sound(shop, ada)


def test_a_card_that_this_order_filled_is_as_it_was_before() -> None:
    shop, ada = shop_with(STAMP)
    bought(shop, ada)
    second = bought(shop, ada, "A-2")
    assert (shop.balance(ada), awards(shop, ada)["treat.1"][0]) == (0, "active")
    returned(shop, second, "R-2")
    assert (shop.balance(ada), awards(shop, ada)["treat.1"][0]) == (1, "revoked")
    assert awards(shop, ada)["card.1"] == ("active", None, 0)
    sound(shop, ada)


def test_where_what_the_card_gave_was_used_the_stamp_is_missed() -> None:
    shop, ada = shop_with(STAMP)
    bought(shop, ada)
    second = bought(shop, ada, "A-2")
    perked.redeem(shop, ada, "treat.1")
    answer = returned(shop, second, "R-2")
    assert gone(answer) == [("card.1", "reward_used")]
    assert [(one.amount, one.short) for one in answer.cancelled] == [(0, 1)]
    sound(shop, ada)


def test_where_the_card_was_filled_by_another_the_stamp_is_missed() -> None:
    shop, ada = shop_with(STAMP)
    first = bought(shop, ada)
    bought(shop, ada, "A-2")
    answer = returned(shop, first)
    assert [(one.amount, one.short) for one in answer.cancelled] == [(0, 1)]
    assert awards(shop, ada)["treat.1"][0] == "active"
    sound(shop, ada)


def test_a_stamp_that_was_cancelled_by_hand_is_not_taken_twice() -> None:
    shop, ada = shop_with(STAMP)
    order = shop.buy(member(ada), sale("A-1", 10_00)).answer
    shop.earn(ada, 1)
    [earning] = order.earned
    cancel_earning(shop.rt, shop.caller, fresh(), ada, str(earning.earning_id))
    assert returned(shop, order.order_id).cancelled == ()
    assert shop.balance(ada) == 1
    sound(shop, ada)


@pytest.mark.parametrize("before", [None, "silver"])
def test_a_tier_is_as_it_was_before(before: str | None) -> None:
    shop, ada = shop_with(GOLD)
    if before:
        pin_tier(shop.rt, shop.caller, fresh(), ada, before)
    order_id = bought(shop, ada)
    assert shop.account(ada).tier == "gold"
    assert gone(returned(shop, order_id)) == [("gold", None)]
    assert shop.account(ada).tier == (before or "bronze")
    sound(shop, ada)


def test_who_was_pinned_otherwise_since_stays_there() -> None:
    shop, ada = shop_with(GOLD)
    order_id = bought(shop, ada)
    pin_tier(shop.rt, shop.caller, fresh(), ada, "silver")
    assert gone(returned(shop, order_id)) == [("gold", "pinned_since")]
    assert shop.account(ada).tier == "silver"


def test_in_a_group_the_award_is_the_members_and_the_stamp_the_groups() -> None:
    shop, ada = shop_with(STAMP, TREAT)
    group_id = household(shop, ada)
    order_id = bought(shop, ada)
    assert shop.balance(group_id) == 1
    assert gone(returned(shop, order_id)) == [("card.1", None), ("treat.1", None)]
    assert (shop.balance(group_id), awards(shop, ada)["treat.1"][0]) == (0, "revoked")
    assert shop.proof(group_id).matches


def test_what_nobody_bought_gives_once_it_is_somebodys_and_takes_it_back() -> None:
    shop, ada = shop_with(TREAT)
    kept.keeping(shop)
    whole, back = (kept.kept(shop, sale(number, 10_00)) for number in ("K-1", "K-2"))
    returned(shop, back)
    kept.assign(shop, back, ada)
    assert awards(shop, ada) == {}
    kept.assign(shop, whole, ada)
    assert awards(shop, ada)["treat.1"][0] == "active"
    returned(shop, whole, "R-2")
    assert awards(shop, ada)["treat.1"][0] == "revoked"
    sound(shop, ada)


def test_a_checkout_that_was_paid_for_takes_it_back_as_well() -> None:
    shop, ada = shop_with(TREAT, STAMP)
    shop.define(tills.PENNIES)
    shop.earn(ada, 50)
    before = shop.balance(ada)
    checkout_id = tills.begun(shop, ada, 20_00, points=50)
    tills.paid(shop, checkout_id)
    returned = tills.called_off(shop, checkout_id).answer.returned
    assert returned is not None
    assert gone(returned) == [("treat.1", None), ("card.1", None)]
    assert shop.balance(ada) == before
    sound(shop, ada)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from((STAMP, TREAT, GOLD, fixed(3))), min_size=1, max_size=5), st.integers(0, 3))
def test_an_order_that_comes_back_was_never_there(effects: list[dict[str, Any]], before: int) -> None:
    """Stamps, treats and the tier are as they were, whatever the order filled or gave."""
    shop, ada = shop_with(again="add")
    shop.define(rule("stamp", effects=[STAMP]))
    for number in range(before):
        bought(shop, ada, f"B-{number}")
    shop.define(rule("gives", effects=effects))
    kept_awards = {name: one for name, one in awards(shop, ada).items() if one[0] == "active"}
    kept_all = kept_awards, shop.balance(ada), shop.account(ada).tier
    answer = returned(shop, bought(shop, ada))
    assert {reason for _, reason in gone(answer)} <= {None}
    now = {name: one for name, one in awards(shop, ada).items() if one[0] == "active"}
    now = {name: one for name, one in now.items() if name in kept_awards or one[1]}
    assert (now, shop.balance(ada), shop.account(ada).tier) == kept_all
    sound(shop, ada)
