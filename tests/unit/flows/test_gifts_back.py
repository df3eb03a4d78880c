"""What rules gave beside points goes with the goods, once all of them have come back: as far as nobody has used it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Story
from chalicelib.areas.orders import store as orders
from chalicelib.areas.perks.model import Award
from chalicelib.areas.perks.model.award import MOST_ENDS, packed, unpacked
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.gifts_back import GiftsBack
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.order_pins import MOST_UNDER
from chalicelib.flows.pin_tier import pin_tier, pinned
from chalicelib.flows.return_order import ReturnedOrder
from chalicelib.flows.spends_back import recording_entry
from chalicelib.flows.terms import terms_of
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.periods import day_starts, iso_day, local_day
from tests.twins import fresh, kept, perked, tills
from tests.twins.bookshop import POINTS, BookShop, fixed, goods_back, member, open_shop, rule, sale
from tests.twins.grouped import household

TREAT = {"kind": "grant_perk", "perk": "treat"}
STAMP = {"kind": "stamps", "perk": "card", "amount": 1}
GOLD = {"kind": "set_tier", "tier": "gold", "days": 10}


def shop_with(*effects: dict[str, Any], **perks: Any) -> tuple[BookShop, str]:
    """With a treat, a card of two stamps that gives one by itself, and a rule on orders that gives these."""
    shop = open_shop(rules=(), program={"units": [POINTS, {"code": "stamps", "name": "Stamps"}]})
    perked.offer(shop, "treat", perked.TREAT, **perks)
    perked.offer(shop, "card", perked.CARD | {"unit": "stamps", "gives": "treat"}, method="auto")
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


def test_a_badge_goes_with_the_goods_as_often_as_they_earned_it() -> None:
    shop, ada = shop_with()
    perked.offer(shop, "regular", perked.BADGE)
    shop.define(rule("gives", effects=[{"kind": "badge", "perk": "regular"}]))
    first, second = (bought(shop, ada, number) for number in ("A-1", "A-2"))
    assert gone(returned(shop, second)) == [("regular.1", None)]
    [left] = list_awards(shop.rt, shop.caller, ada)
    assert (left.state, left.times) == ("active", 1)
    assert gone(returned(shop, first, "R-2")) == [("regular.1", None)]
    assert awards(shop, ada)["regular.1"][0] == "revoked"
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


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from((None, 3, 10, 20, 40)), min_size=1, max_size=5),
    st.sampled_from(("hand", "order")),
    st.randoms(use_true_random=False),
)
def test_an_award_lasts_as_long_as_what_is_left_of_its_grants(lasts: list[int | None], first: str, dice: Any) -> None:
    """In whatever order orders come back: some lasted longer than others, and one may be of an operator, who takes nothing back."""
    shop, ada = shop_with(TREAT)
    kept_days, orders = list[int | None](), dict[str, int | None]()
    for number, days in enumerate(lasts):
        perked.offer(shop, "treat", perked.TREAT, again="add", uses=1, valid_days=days)
        if first == "hand" and not number:
            perked.give(shop, ada, "treat")
            kept_days.append(days)
        else:
            orders[bought(shop, ada, f"A-{number}")] = days
    while orders:
        order_id = dice.choice(sorted(orders))
        del orders[order_id]
        assert gone(returned(shop, order_id, f"R-{len(orders)}")) == [("treat.1", None)]
        [award] = [one for one in list_awards(shop.rt, shop.caller, ada) if one.award_id == "treat.1"]
        left = [*kept_days, *orders.values()]
        assert (award.state, award.uses_left) == (("active", len(left)) if left else ("revoked", 1))
        if left:
            longest = None if None in left else max(filter(None, left))
            today = local_day(shop.clock.now(), "UTC")
            assert award.expires_at == (None if longest is None else day_starts(today + longest + 1, "UTC"))
    sound(shop, ada)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_an_award_keeps_few_ends_and_is_never_over_before_a_grant_that_is_left(ends: list[int], dice: Any) -> None:
    """And at the very end of those, while it has not been given more often than it can tell apart."""
    award = Award("treat", 1, expires_at=ends[0], left=1)
    for end in ends[1:]:
        award = award.with_more(1, end)
    left = list(ends)
    while len(left) > 1:
        gone = left.pop(dice.randrange(len(left)))
        award = unpacked("treat", 1, packed(award.without_grant(1, gone, None)), 1)
        assert award.expires_at is not None
        assert len(award.ends) <= MOST_ENDS
        assert award.expires_at >= max(left)
        assert award.expires_at == max(left) or len(set(ends)) > MOST_ENDS
    assert award.without_grant(1, left[0], None).state == "revoked"


def test_an_award_of_an_older_release_is_over_as_it_was_before_the_grant() -> None:
    award = Award("treat", 1, expires_at=20, left=2, more=1)
    assert award.without_grant(1, 20, 10).expires_at == 10
    assert award.with_more(1, 40).without_grant(1, 40, None).expires_at == 20


def test_a_part_takes_nothing_of_it() -> None:
    shop, ada = shop_with(TREAT, STAMP)
    order_id = bought(shop, ada, "A-1", 10_00, 20_00)
    part = returned(shop, order_id, "R-1", 10_00)
    assert (part.full, gone(part), perked.stamps(shop, ada)) == (False, [], 1)
    rest = shop.bring_back(order_id, goods_back("R-2", 20_00, "book-2")).answer
    assert (rest.full, gone(rest)) == (True, [("treat.1", None), ("card.1", None)])
    assert (perked.stamps(shop, ada), awards(shop, ada)["treat.1"][0]) == (0, "revoked")
    sound(shop, ada)


def test_a_stamp_goes_from_a_card_that_is_not_full() -> None:
    shop, ada = shop_with(STAMP)
    answer = returned(shop, bought(shop, ada))
    assert [(one.unit, one.amount, one.short, one.rule_id) for one in answer.cancelled] == [("stamps", 1, 0, "gives")]
    assert perked.stamps(shop, ada) == 0
    sound(shop, ada)


def test_a_card_that_this_order_filled_is_as_it_was_before() -> None:
    shop, ada = shop_with(STAMP)
    bought(shop, ada)
    second = bought(shop, ada, "A-2")
    assert (perked.stamps(shop, ada), awards(shop, ada)["treat.1"][0]) == (0, "active")
    returned(shop, second, "R-2")
    assert (perked.stamps(shop, ada), awards(shop, ada)["treat.1"][0]) == (1, "revoked")
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


def test_who_was_given_the_same_tier_by_an_operator_since_stays_there() -> None:
    shop, ada = shop_with(GOLD)
    order_id = bought(shop, ada)
    by_the_order = accounts.read(shop.rt.table, "shop", ada, 1)[0].standing.pinned_until
    assert by_the_order is not None
    shop.pin(ada, "gold", iso_day(by_the_order))
    assert gone(returned(shop, order_id)) == [("gold", "pinned_since")]
    assert shop.account(ada).tier == "gold"
    sound(shop, ada)


@pytest.mark.parametrize("newer_first", [False, True])
@pytest.mark.parametrize("before", [None, "silver"])
def test_of_two_orders_that_gave_a_tier_each_takes_its_own(before: str | None, newer_first: bool) -> None:
    """The other's stays; after both, the tier is as it was before, a pin by hand included."""
    shop, ada = shop_with(GOLD)
    if before:
        shop.pin(ada, before)
    numbers = sorted(("A-1", "A-2"), reverse=newer_first)
    orders = {number: bought(shop, ada, number) for number in sorted(numbers)}
    for number, left in zip(numbers, ("gold", before or "bronze"), strict=True):
        assert gone(returned(shop, orders[number], f"R-{number}")) == [("gold", None)]
        assert shop.account(ada).tier == left
        sound(shop, ada)


def test_a_pin_whose_last_day_is_over_does_not_come_back() -> None:
    shop, ada = shop_with(GOLD)
    shop.pin(ada, "silver", "2026-06-20")
    order_id = bought(shop, ada)
    shop.clock.move_to("2026-06-21")
    assert gone(returned(shop, order_id)) == [("gold", None)]
    assert shop.account(ada).tier == "bronze"


def test_the_pins_that_an_account_keeps_are_few() -> None:
    """So that it does not grow with orders: after that many have come back, the tier is gone, whatever was before."""
    shop, ada = shop_with(GOLD)
    orders = [bought(shop, ada, f"A-{number}") for number in range(MOST_UNDER + 3)]
    account = accounts.read(shop.rt.table, "shop", ada, 1)[0]
    assert len(account.standing.pinned_over) == MOST_UNDER
    for number, order_id in enumerate(reversed(orders)):
        reason = None if number <= MOST_UNDER else "pinned_since"
        assert gone(returned(shop, order_id, f"R-{number}")) == [("gold", reason)]
        assert shop.account(ada).tier == ("gold" if number < MOST_UNDER else "bronze")
    sound(shop, ada)


@pytest.mark.parametrize(("since", "left"), [(None, "silver"), ("silver", None)])
def test_a_pin_of_an_older_release_is_known_by_tier_and_last_day(since: str | None, left: str | None) -> None:
    """Which said of no pin for which order it is, and kept with the order what was before."""
    shop, ada = shop_with(GOLD)
    shop.pin(ada, "silver")
    order = orders.read(shop.rt.table, "shop", bought(shop, ada))
    entry = recording_entry(shop.rt, "shop", order)
    facts = tuple({name: told for name, told in one.items() if name not in ("order", "over")} for one in entry.facts)
    account = accounts.read(shop.rt.table, "shop", ada, 1)[0]
    story = Story(replace(account, standing=replace(account.standing, pinned_by="", pinned_over=())))
    terms = terms_of(shop.rt, "shop", 1)
    if since:
        story = pinned(story, terms, since, None)
    older = replace(order, gifts=(order.gifts[0]._replace(was=("silver", None)),))
    gifts = GiftsBack(older, replace(entry, facts=facts), {}, "shop", 9, going=older.gifts)
    back = gifts.taken_from(story, terms, account.advanced_to)
    assert [one.reason for one in back.effects] == [None if left else "pinned_since"]
    assert back.story.account.tier == "silver"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(("silver", "gold")), st.sampled_from((None, 3, 10))), min_size=1, max_size=4),
    st.sampled_from((None, "silver", "gold")),
    st.randoms(use_true_random=False),
)
def test_whatever_comes_back_in_whatever_order_the_newest_pin_left_stands(
    tiers: list[tuple[str, int | None]], before: str | None, dice: Any
) -> None:
    shop, ada = shop_with()
    if before:
        shop.pin(ada, before)
    orders = list[tuple[str, str]]()
    for number, (tier, days) in enumerate(tiers):
        shop.define(rule("gives", effects=[{"kind": "set_tier", "tier": tier, "days": days}]))
        orders.append((bought(shop, ada, f"A-{number}"), tier))
    while orders:
        order_id, tier = orders.pop(dice.randrange(len(orders)))
        assert gone(returned(shop, order_id, f"R-{len(orders)}")) == [(tier, None)]
        assert shop.account(ada).tier == (orders[-1][1] if orders else before or "bronze")
    sound(shop, ada)


def test_in_a_group_the_award_is_the_members_and_the_stamp_the_groups() -> None:
    shop, ada = shop_with(STAMP, TREAT)
    group_id = household(shop, ada)
    order_id = bought(shop, ada)
    assert perked.stamps(shop, group_id) == 1
    assert gone(returned(shop, order_id)) == [("card.1", None), ("treat.1", None)]
    assert (perked.stamps(shop, group_id), awards(shop, ada)["treat.1"][0]) == (0, "revoked")
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
