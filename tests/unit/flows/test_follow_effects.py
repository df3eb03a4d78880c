"""What rules give beside points: perks, stamps and tiers, in the commit of what set them off."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.rules.model import Rule
from chalicelib.flows.list_awards import list_awards
from tests.twins import perked
from tests.twins.bookshop import POINTS, BookShop, card, dry, fixed, keyed, member, open_shop, refused, rule, sale
from tests.twins.grouped import household
from tests.twins.happenings import check_in, given, record

TREAT = {"kind": "grant_perk", "perk": "treat"}
STAMP = {"kind": "stamps", "perk": "card", "amount": 1}
REGULAR = {"kind": "badge", "perk": "regular"}
GOLD = {"kind": "set_tier", "tier": "gold", "days": 10}


def shop_with(*effects: dict[str, Any], on: str = "check_in", **perks: Any) -> tuple[BookShop, str]:
    """With a treat, a card of two stamps that gives one, and a rule that gives these."""
    shop = open_shop(rules=(), program={"units": [POINTS, {"code": "stamps", "name": "Stamps"}]})
    perked.offer(shop, "treat", perked.TREAT, **perks)
    perked.offer(shop, "card", perked.CARD | {"unit": "stamps", "gives": "treat"}, method="auto")
    shop.define(rule("gives", trigger={"on": on}, effects=effects))
    return shop, shop.member("ada")


def awards(shop: BookShop, member_id: str) -> dict[str, str]:
    return {one.award_id: one.state for one in list_awards(shop.rt, shop.caller, member_id)}


def test_a_check_in_gives_a_treat() -> None:
    shop, ada = shop_with(TREAT)
    assert given(shop, ada, check_in()) == [("treat.1", None)]
    assert awards(shop, ada)["treat.1"] == "active"
    assert shop.proof(ada).matches


def test_an_order_gives_it_in_its_own_commit_once() -> None:
    shop, ada = shop_with(TREAT, fixed(5), on="order")
    first = shop.buy(member(ada), sale("A-1"))
    again = shop.buy(member(ada), sale("A-1"))
    assert (again.answer, again.replayed) == (first.answer, True)
    assert [one.award_id for one in first.answer.effects] == ["treat.1"]
    assert len(shop.statement(ada)) == 1
    assert shop.proof(ada).matches


def test_stamps_fill_a_card_that_redeems_itself() -> None:
    shop, ada = shop_with(STAMP)
    assert given(shop, ada, check_in()) == [("card.1", None)]
    assert given(shop, ada, check_in()) == [("card.1", None)]
    assert awards(shop, ada)["treat.1"] == "active"
    assert perked.stamps(shop, ada) == 0


def times(shop: BookShop, member_id: str) -> dict[str, int]:
    return {one.award_id: one.times for one in list_awards(shop.rt, shop.caller, member_id)}


def test_a_badge_is_earned_again_and_counted() -> None:
    shop, ada = shop_with(TREAT)
    perked.offer(shop, "regular", perked.BADGE)
    shop.define(rule("gives", trigger={"on": "check_in"}, effects=[REGULAR]))
    assert [given(shop, ada, check_in()) for _ in range(3)] == [[("regular.1", None)]] * 3
    assert times(shop, ada) == {"regular.1": 3}
    assert shop.proof(ada).matches


def test_a_badge_that_is_earned_once_is_not_earned_again() -> None:
    shop, ada = shop_with(TREAT)
    perked.offer(shop, "regular", perked.BADGE, again="ignore")
    shop.define(rule("gives", trigger={"on": "check_in"}, effects=[REGULAR]))
    assert [given(shop, ada, check_in()) for _ in range(2)] == [[("regular.1", None)], [("", "held_already")]]
    assert times(shop, ada) == {"regular.1": 1}


def test_a_badge_that_is_over_or_none_any_more_is_told_and_stops_nothing() -> None:
    shop, ada = shop_with(TREAT)
    perked.offer(shop, "regular", perked.BADGE)
    shop.define(rule("gives", trigger={"on": "check_in"}, effects=[REGULAR, fixed(5)]))
    perked.offer(shop, "regular", perked.BADGE, state="ended")
    over = record(shop, ada, check_in()).answer
    perked.offer(shop, "regular", perked.TREAT)
    other = record(shop, ada, check_in()).answer
    assert [one.reason for one in (*over.effects, *other.effects)] == ["perk_not_active", "not_a_badge"]
    assert (times(shop, ada), shop.balance(ada)) == ({}, 10)


def test_a_tier_is_pinned_for_some_days() -> None:
    shop, ada = shop_with(GOLD)
    assert given(shop, ada, check_in()) == [("gold", None)]
    assert shop.account(ada).tier == "gold"
    assert shop.account(ada, "2026-06-24").tier == "gold"
    assert shop.account(ada, "2026-06-25").tier == "bronze"


def test_several_things_in_one_commit_each_once() -> None:
    shop, _ = shop_with(TREAT, STAMP, GOLD, on="enrolled")
    shop.define(rule("bought", effects=[STAMP]))
    bought = shop.buy(card("new"), sale("A-1")).answer
    assert [(one.rule_id, one.what) for one in bought.effects] == [
        ("gives", "treat"),
        ("gives", "card"),
        ("gives", "gold"),
        ("bought", "card"),
    ]
    assert awards(shop, bought.member_id)["treat.1"] == "active"
    assert shop.proof(bought.member_id).matches
    assert awards(shop, shop.member("eve")) == {"treat.1": "active", "card.1": "active"}


def test_what_cannot_be_given_says_why_and_nothing_else_is_refused() -> None:
    shop, ada = shop_with(TREAT, fixed(5), again="ignore")
    assert given(shop, ada, check_in()) == [("treat.1", None)]
    assert given(shop, ada, check_in()) == [("", "held_already")]
    perked.offer(shop, "treat", perked.TREAT, state="paused")
    answer = record(shop, ada, check_in()).answer
    assert [one.reason for one in answer.effects] == ["perk_not_active"]
    assert [one.amount for one in answer.earned] == [5]


def test_more_than_ten_at_once_are_not_given() -> None:
    shop, ada = shop_with(*[TREAT] * 12)
    assert [reason for _, reason in given(shop, ada, check_in())] == [None] * 10 + ["too_many_effects"] * 2


def test_a_member_of_a_group_gets_the_award_and_the_group_the_stamps() -> None:
    shop, ada = shop_with(STAMP)
    group_id = household(shop, ada)
    record(shop, ada, check_in())
    assert awards(shop, ada) == {"card.1": "active"}
    assert perked.stamps(shop, group_id) == 1
    assert shop.proof(group_id).matches


def test_trying_shows_it_and_gives_nothing() -> None:
    shop, ada = shop_with(TREAT)
    tried = record(shop, ada, check_in(), keyed("k", dry_run=True))
    assert [one.award_id for one in tried.answer.effects] == ["treat.1"]
    assert awards(shop, ada) == {}
    assert record(shop, ada, check_in(), keyed("k")) == tried
    assert dry().dry_run


@pytest.mark.parametrize(
    ("effect", "code", "param"),
    [
        ({"kind": "grant_perk", "perk": "nothing"}, "unknown_perk", "effects.0.perk"),
        ({"kind": "stamps", "perk": "nothing"}, "unknown_perk", "effects.0.perk"),
        ({"kind": "badge", "perk": "nothing"}, "unknown_perk", "effects.0.perk"),
        ({"kind": "badge", "perk": "treat"}, "not_a_badge", "effects.0.perk"),
        ({"kind": "set_tier", "tier": "platinum"}, "unknown_tier", "effects.0.tier"),
    ],
)
def test_a_rule_names_what_there_is(effect: dict[str, Any], code: str, param: str) -> None:
    shop, _ = shop_with(TREAT)
    with refused(code, param):
        shop.define(rule("wrong", effects=[effect]))


def test_a_cart_gives_nothing_of_it() -> None:
    shop, _ = shop_with(TREAT)
    wrong: Rule = rule("wrong", trigger={"on": "cart"}, effects=[TREAT])
    with refused("credit_on_cart", "effects"):
        shop.define(wrong)
