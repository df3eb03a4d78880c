"""What a purchase earned is cancelled by hand, before goods come back or after: it counts as taken back, and is never taken twice."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chalicelib.errors import Refused
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from tests.twins import fresh, grouped
from tests.twins.bookshop import BookShop, card, dry, fixed, goods_back, line, refused, rule, sale
from tests.twins.by_hand import cancel as cancel_pending
from tests.twins.by_hand import hold, promise, release
from tests.unit.flows.cancelled import (
    BELOW_ZERO,
    OTHERS,
    Cancel,
    as_an_entry,
    asked_back,
    bought,
    by_its_route,
    quarters_back,
    shop_with,
    there,
)
from tests.unit.flows.seen import everything


@pytest.mark.parametrize("cancel", [by_its_route, as_an_entry])
@pytest.mark.parametrize("quarters", [(4,), (2, 2), (1, 1, 1, 1)])
@pytest.mark.parametrize("policy", [{}, BELOW_ZERO, {"return_policy": "pending_only"}])
def test_no_return_takes_what_was_cancelled(
    policy: Mapping[str, object], quarters: tuple[int, ...], cancel: Cancel
) -> None:
    shop, ada = shop_with(policy)
    order, earning_id = bought(shop)
    assert [(one.type, one.amount, one.short) for one in cancel(shop, ada, earning_id).changes] == [
        ("points.cancelled", 100, 0)
    ]
    assert asked_back(shop, order) == [100]
    assert [quarters_back(shop, order, part, f"R{at}") for at, part in enumerate(quarters)] == [0] * len(quarters)
    assert there(shop, ada) == OTHERS


def test_a_return_has_taken_its_part_before_and_takes_no_more_after() -> None:
    shop, ada = shop_with({})
    order, earning_id = bought(shop)
    assert quarters_back(shop, order, 1, "R1") == 25
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 75
    assert asked_back(shop, order) == [100]
    assert quarters_back(shop, order, 3, "R2") == 0
    assert there(shop, ada) == OTHERS


def test_what_was_spent_is_asked_for_once_what_was_cancelled_is_used_up_by_what_came_back() -> None:
    """70 were cancelled, so of what 75 of 100 come to 5 are missing, and of all of it 30."""
    shop, ada = shop_with(BELOW_ZERO | {"cancel_used": "left", "consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    shop.spend(ada, OTHERS + 30)
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 70
    assert there(shop, ada) == 0
    assert [quarters_back(shop, order, part, f"R{at}") for at, part in enumerate((2, 1, 1))] == [0, 5, 25]
    assert there(shop, ada) == -30


def test_all_of_it_was_cancelled_though_some_was_spent() -> None:
    shop, ada = shop_with(BELOW_ZERO | {"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    shop.spend(ada, OTHERS + 30)
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 100
    assert quarters_back(shop, order, 4, "R1") == 0
    assert there(shop, ada) == -30


def test_what_returns_took_from_other_points_is_not_taken_again_when_the_spent_ones_come_back() -> None:
    shop, ada = shop_with({"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    spent = shop.spend(ada, OTHERS + 80).answer
    promise(shop, ada, OTHERS, available_after_days=0)
    assert quarters_back(shop, order, 2, "R1") == 50
    as_an_entry(shop, ada, spent.spend_id)
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 50
    assert quarters_back(shop, order, 2, "R2") == 0
    assert there(shop, ada) == 2 * OTHERS


@pytest.mark.parametrize("others", [0, OTHERS])
@pytest.mark.parametrize("cancel", [by_its_route, as_an_entry])
def test_who_cancels_again_is_not_told_to_deduct_what_returns_have_asked_back(cancel: Cancel, others: int) -> None:
    """Half the goods came back when all of it was spent; then the spend did, and the other half was cancelled."""
    shop, ada = shop_with({"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    spent = shop.spend(ada, OTHERS + 100).answer
    if others:
        promise(shop, ada, others, available_after_days=0)
    assert quarters_back(shop, order, 2, "R1") == (50 if others else 0)
    as_an_entry(shop, ada, spent.spend_id)
    assert cancel(shop, ada, earning_id).changes[0].amount == 50
    stay = r"done once; 50 of it have come back since and stay: as much has been asked back before\.$"
    with pytest.raises(Refused, match=stay):
        cancel(shop, ada, earning_id)


def test_who_cancels_again_is_told_what_no_return_has_asked_back() -> None:
    shop, ada = shop_with({"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    spent = shop.spend(ada, OTHERS + 70).answer
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 30
    as_an_entry(shop, ada, spent.spend_id)
    with pytest.raises(Refused, match=r"; 70 of it have come back since: deduct them if they are owed\.$"):
        by_its_route(shop, ada, earning_id)
    assert quarters_back(shop, order, 2, "R1") == 20
    promise(shop, ada, 20, available_after_days=0)
    with pytest.raises(Refused, match=r"; 50 of it have come back since: deduct them if they are owed\.$"):
        by_its_route(shop, ada, earning_id)


@pytest.mark.parametrize("used", ["left", "whole", "refuse"])
def test_what_returns_have_asked_back_is_not_cancelled_again(used: str) -> None:
    shop, ada = shop_with({"cancel_used": used, "negative": "returns"})
    order, earning_id = bought(shop)
    quarters_back(shop, order, 4, "R1")
    with refused("nothing_left", "earning_id"):
        by_its_route(shop, ada, earning_id)
    assert there(shop, ada) == OTHERS


def test_what_is_left_beside_a_return_is_all_that_there_is_to_cancel() -> None:
    shop, ada = shop_with({"cancel_used": "refuse"})
    order, earning_id = bought(shop)
    quarters_back(shop, order, 1, "R1")
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 75
    assert there(shop, ada) == OTHERS


def test_of_what_was_spent_of_a_purchase_the_rest_may_not_be_cancelled() -> None:
    shop, ada = shop_with({"cancel_used": "refuse", "consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    quarters_back(shop, order, 1, "R1")
    shop.spend(ada, OTHERS + 10)
    with pytest.raises(Refused, match="Only 65 of 75 are left of it"):
        by_its_route(shop, ada, earning_id)


def test_what_is_on_hold_stays_so_and_is_the_returns_to_take() -> None:
    shop, ada = shop_with({"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    held = hold(shop, ada, OTHERS + 20).answer.hold_id
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 80
    release(shop, ada, held)
    assert quarters_back(shop, order, 3, "R1") == 0
    assert quarters_back(shop, order, 1, "R2") == 20
    assert there(shop, ada) == OTHERS


def test_it_is_cancelled_once() -> None:
    shop, ada = shop_with({})
    _, earning_id = bought(shop)
    by_its_route(shop, ada, earning_id)
    for cancel, param in ((by_its_route, "earning_id"), (as_an_entry, "entry_id")):
        with refused("already_undone", param):
            cancel(shop, ada, earning_id)
    assert there(shop, ada) == OTHERS


@pytest.mark.parametrize("basis", ["own_lines", "order_value"])
def test_by_whatever_basis_the_returns_go(basis: str) -> None:
    shop, ada = shop_with({"return_basis": basis}, rule(lines={"skus": ["novel"]}))
    order = shop.buy(card("1"), sale("A1", line(1, 100_00, sku="novel"), line(2, 100_00))).answer
    by_its_route(shop, ada, order.earned[0].earning_id or "")
    told = [
        shop.bring_back(order.order_id, goods_back(f"R{at}", 100_00, sku=sku)).answer.cancelled
        for at, sku in enumerate(("book-2", "novel"))
    ]
    assert told == [(), ()]
    assert there(shop, ada) == OTHERS


def test_of_several_credits_only_the_one_that_was_cancelled_stays() -> None:
    bonus = rule("bonus", effects=[fixed(40, stage="bonus")])
    shop, ada = shop_with({}, rule(), bonus)
    order = shop.buy(card("1"), sale("A1", line(1, 100_00, quantity="4"))).answer
    [other] = [one for one in order.earned if one.rule_id == "bonus"]
    by_its_route(shop, ada, other.earning_id or "")
    assert there(shop, ada) == OTHERS + 100
    assert quarters_back(shop, order, 2, "R1") == 50
    assert quarters_back(shop, order, 2, "R2") == 50
    assert there(shop, ada) == OTHERS


@pytest.mark.parametrize("cancel", [by_its_route, as_an_entry])
def test_what_is_pending_will_not_come(cancel: Cancel) -> None:
    shop, ada = shop_with({"available_after": 14})
    order, earning_id = bought(shop)
    assert quarters_back(shop, order, 1, "R1") == 25
    cancel_pending(shop, ada, earning_id=earning_id, amount=15)
    assert [(one.type, one.amount) for one in cancel(shop, ada, earning_id).changes] == [("promise.cancelled", 60)]
    assert quarters_back(shop, order, 3, "R2") == 0
    assert there(shop, ada) == OTHERS


def test_what_has_come_of_a_promise_is_cancelled_as_any() -> None:
    shop, ada = shop_with({"available_after": 14})
    order, earning_id = bought(shop)
    cancel_pending(shop, ada, earning_id=earning_id, amount=40)
    shop.clock.move_to("2026-07-01")
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 60
    assert asked_back(shop, order) == [60]
    assert quarters_back(shop, order, 4, "R1") == 0
    assert there(shop, ada) == OTHERS


def test_what_was_let_expire_is_not_cancelled_and_what_was_spent_is_taken_once() -> None:
    shop, ada = shop_with(BELOW_ZERO | {"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    shop.spend(ada, OTHERS + 30)
    promise(shop, ada, OTHERS, available_after_days=0)
    expire_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    assert by_its_route(shop, ada, earning_id).changes[0].amount == 30
    assert quarters_back(shop, order, 4, "R1") == 0
    assert there(shop, ada) == OTHERS - 30


def test_it_makes_room_in_the_period_of_its_cap() -> None:
    cap = {"caps": {"per_period": {"every": "month", "amount": OTHERS + 130}}}
    shop, ada = shop_with(cap)
    _, earning_id = bought(shop)
    by_its_route(shop, ada, earning_id)
    again = shop.buy(card("1"), sale("A2", line(1, 200_00))).answer
    assert [(one.amount, [cut.amount for cut in again.capped]) for one in again.earned] == [(130, [70])]


def test_it_counts_no_more_towards_a_tier(shop: BookShop, ada: str) -> None:
    order = shop.buy(card("ada"), sale("A1", line(1, 250_00))).answer
    assert order.account.tier == "silver"
    by_its_route(shop, ada, order.earned[0].earning_id or "")
    assert shop.recalculate(ada).answer.account.tier == "bronze"


def test_what_was_bought_for_a_group_is_cancelled_there(shop: BookShop, ada: str) -> None:
    group = grouped.found(shop, ada).answer.group_id
    order = shop.buy(card("ada"), sale("A1", line(1, 100_00, quantity="4"))).answer
    earning_id = order.earned[0].earning_id or ""
    assert by_its_route(shop, group, earning_id).account.balances == {"points": 0}
    assert quarters_back(shop, order, 4, "R1") == 0


def test_trying_it_writes_nothing_and_says_the_same() -> None:
    shop, ada = shop_with({})
    order, earning_id = bought(shop)
    quarters_back(shop, order, 1, "R1")
    before = everything(shop)
    tried = cancel_earning(shop.rt, shop.caller, dry(), ada, earning_id).answer
    assert everything(shop) == before
    assert by_its_route(shop, ada, earning_id) == tried
