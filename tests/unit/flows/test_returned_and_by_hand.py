"""Goods come back, and somebody has taken points of the sale by hand before or does so after: nothing is taken twice.

A sale of 100.00 earned 100 points. There are always other points in the wallet, which must stay where they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from chalicelib.areas.programs.model import Program
from chalicelib.areas.programs.store import program_name
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.undo_entry import undo_entry
from tests.twins import fresh
from tests.twins.bookshop import PROGRAM, BookShop, Sold, card, goods_back, line, open_shop, refused, rule, sale
from tests.twins.by_hand import cancel as cancel_pending
from tests.twins.by_hand import promise
from tests.twins.configured import stored
from tests.unit.flows.cancelled import BELOW_ZERO, OTHERS, bought, shop_with

AT_ONCE = BELOW_ZERO
LATER = {**AT_ONCE, "available_after": 14}


def brought_back(shop: BookShop, order: Sold, quarters: int, number: str) -> tuple[int, int]:
    """How many points the return says that it took of what was there, and how many it could not take."""
    cancelled = shop.bring_back(order.order_id, goods_back(number, quarters * 25_00, quantity=str(quarters))).answer
    return sum(one.amount for one in cancelled.cancelled), sum(one.short for one in cancelled.cancelled)


def there(shop: BookShop, ada: str) -> tuple[int, int]:
    """What is available and what is pending."""
    assert shop.proof(ada).matches
    [wallet] = shop.account(ada).wallets
    return wallet.available, wallet.pending


@pytest.mark.parametrize("quarters", [(4,), (2, 2), (1, 1, 1, 1), (1, 3), (3, 1)])
@pytest.mark.parametrize("called_off", [40, 100])
def test_what_was_called_off_while_it_was_pending_is_not_taken_again(quarters: Sequence[int], called_off: int) -> None:
    shop, ada = shop_with(LATER)
    order, earning_id = bought(shop)
    cancel_pending(shop, ada, earning_id=earning_id, amount=called_off)
    assert there(shop, ada) == (OTHERS, 100 - called_off)
    told = [brought_back(shop, order, part, f"R{at}") for at, part in enumerate(quarters)]
    assert there(shop, ada) == (OTHERS, 0)
    assert (sum(taken for taken, _ in told), sum(short for _, short in told)) == (0, called_off)


def test_what_was_called_off_is_not_taken_when_the_rest_has_come_and_is_spent() -> None:
    shop, ada = shop_with(LATER)
    order, earning_id = bought(shop)
    cancel_pending(shop, ada, earning_id=earning_id, amount=40)
    shop.clock.move_to("2026-07-01")
    shop.spend(ada, OTHERS + 50)
    assert brought_back(shop, order, 4, "R1") == (60, 40)
    assert there(shop, ada) == (-50, 0)


def test_what_a_return_has_left_pending_can_be_called_off_and_no_more_comes_back_then() -> None:
    shop, ada = shop_with(LATER)
    order, earning_id = bought(shop)
    assert brought_back(shop, order, 1, "R1") == (0, 0)
    assert there(shop, ada) == (OTHERS, 75)
    cancel_pending(shop, ada, earning_id=earning_id)
    assert brought_back(shop, order, 3, "R2") == (0, 75)
    assert there(shop, ada) == (OTHERS, 0)


@pytest.mark.parametrize("quarters", [(4,), (2, 2), (1, 1, 1, 1), (1, 3)])
def test_what_was_let_expire_is_not_taken_again_and_what_was_spent_is_once(quarters: Sequence[int]) -> None:
    shop, ada = shop_with(AT_ONCE | {"consumption": "oldest_earned"})
    order, earning_id = bought(shop)
    shop.spend(ada, OTHERS + 30)
    promise(shop, ada, OTHERS, available_after_days=0)
    expire_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
    told = [brought_back(shop, order, part, f"R{at}") for at, part in enumerate(quarters)]
    assert (sum(taken for taken, _ in told), sum(short for _, short in told)) == (30, 70)
    assert there(shop, ada) == (OTHERS - 30, 0)


def test_what_a_return_has_left_can_be_let_expire_and_no_more_comes_back_then() -> None:
    shop, ada = shop_with(AT_ONCE)
    order, earning_id = bought(shop)
    assert brought_back(shop, order, 2, "R1") == (50, 0)
    assert expire_earning(shop.rt, shop.caller, fresh(), ada, earning_id).answer.amount == 50
    assert brought_back(shop, order, 2, "R2") == (0, 50)
    assert there(shop, ada) == (OTHERS, 0)


@pytest.mark.parametrize("before", [True, False], ids=["before the return", "after the return"])
@pytest.mark.parametrize("policy", [AT_ONCE, LATER], ids=["at once", "pending"])
def test_a_sale_is_undone_by_its_return_and_nothing_else(policy: Mapping[str, object], before: bool) -> None:
    shop, ada = shop_with(policy)
    order, _ = bought(shop)
    if not before:
        brought_back(shop, order, 2, "R1")
    with refused("undo_by_return", "entry_id"):
        undo_entry(shop.rt, shop.caller, fresh(), ada, order.entry_id)
    brought_back(shop, order, 4 if before else 2, "R2")
    assert there(shop, ada) == (OTHERS, 0)


def test_an_earning_by_hand_of_which_a_part_was_called_off_is_undone_for_the_rest() -> None:
    shop, ada = shop_with(AT_ONCE)
    earned = promise(shop, ada, 100, available_after_days=3).answer.earning
    assert earned is not None
    cancel_pending(shop, ada, earning_id=earned.earning_id, amount=40)
    shop.clock.move_to("2026-07-01")
    assert there(shop, ada) == (OTHERS + 60, 0)
    cancel_earning(shop.rt, shop.caller, fresh(), ada, earned.earning_id or "")
    assert there(shop, ada) == (OTHERS, 0)


@pytest.mark.parametrize("used", ["left", "whole", "refuse"])
def test_what_was_called_off_with_its_event_has_nothing_left_to_undo(used: str) -> None:
    shop, ada = shop_with(AT_ONCE | {"cancel_used": used})
    earned = promise(shop, ada, 100, event="moved-in").answer.earning
    assert earned is not None
    cancel_pending(shop, ada, event="moved-in")
    with refused("nothing_left", "earning_id"):
        cancel_earning(shop.rt, shop.caller, fresh(), ada, earned.earning_id or "")
    assert there(shop, ada) == (OTHERS, 0)


def test_a_policy_that_was_changed_for_the_day_of_purchase_gives_nothing_back() -> None:
    """By its own lines half of it was due; by the order's value it would have been a quarter. So an older release let it be
    changed."""
    units = [{"code": "points", "name": "Points", "policies": [{}]}]
    shop = open_shop(program={"units": units}, rules=[rule(lines={"skus": ["novel"]})])
    order = shop.buy(card("1"), sale("A1", line(1, 100_00, sku="novel", quantity="4"), line(2, 100_00))).answer
    shop.bring_back(order.order_id, goods_back("R1", 50_00, sku="novel", quantity="2"))
    changed = PROGRAM | {"units": [{**units[0], "policies": [{"return_basis": "order_value"}]}], "program_id": 1}
    stored(shop, (program_name(1), Program.model_validate(changed).model_dump(mode="json")))
    back = shop.bring_back(order.order_id, goods_back("R2", 10_00, sku="book-2", quantity="0.1")).answer
    assert (back.cancelled, back.account.balances) == ((), {"points": 50})
    rest = shop.bring_back(order.order_id, goods_back("R3", 90_00, sku="book-2", quantity="0.9")).answer
    assert [one.amount for one in rest.cancelled] == [25]
