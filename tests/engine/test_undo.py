"""Undoing from sixteen tills at once on Amazon's own engine: once, and never beyond what there was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.orders.operations import get_order
from chalicelib.errors import Refused
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, card, dry, goods_back, line, sale

STRICT = {"cancel_used": "refuse"}


def earned(shop: BookShop, member_id: str, amount: int) -> str:
    earning = shop.earn(member_id, amount).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


def with_a_spend(engine_table: DynamoTable) -> tuple[BookShop, str, str, str]:
    """Ada has 100 and has spent 40 of them: shop, her id, those of the earning and of the spend."""
    shop = a_shop(engine_table)
    ada = shop.member("1")
    return shop, ada, earned(shop, ada, 100), shop.spend(ada, 40).answer.spend_id


def test_a_spend_undone_from_sixteen_tills_comes_back_once(engine_table: DynamoTable) -> None:
    shop, ada, _, spend_id = with_a_spend(engine_table)
    results = at_once(lambda _: undo_entry(shop.rt, shop.caller, fresh(), ada, spend_id))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "already_undone")] * (TILLS - 1)
    assert shop.balance(ada) == 100
    proven(shop, ada, 3)


def test_a_spend_given_back_in_parts_from_sixteen_tills_never_comes_back_twice(engine_table: DynamoTable) -> None:
    """Forty, by sevens: five times, and nobody gets the five that are left."""
    shop, ada, _, spend_id = with_a_spend(engine_table)
    results = at_once(lambda _: refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 7))
    assert len(done(results)) == 5
    assert refusals(results) == [(Refused, "refunded_more_than_spent")] * (TILLS - 5)
    assert shop.balance(ada) == 95
    proven(shop, ada, 7)


def test_parts_of_any_size_and_the_rest_come_back_from_sixteen_tills_to_what_was_spent(
    engine_table: DynamoTable,
) -> None:
    """Some give back parts of it, some all that is left: together it is the forty, and whoever is late is told so."""
    shop, ada, _, spend_id = with_a_spend(engine_table)

    def part_or_rest(number: int) -> Committed[Any]:
        if number % 5 == 4:
            return undo_entry(shop.rt, shop.caller, fresh(), ada, spend_id)
        return refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 1 + number % 5)

    results = at_once(part_or_rest)
    assert {code for _, code in refusals(results)} <= {"already_undone", "refunded_more_than_spent"}
    assert shop.balance(ada) == 100
    assert trace_spend(shop.rt, shop.caller, ada, spend_id).refunded == 40
    proven(shop, ada, 2 + len(done(results)))


def test_whoever_only_tries_while_it_comes_back_in_parts_is_told_of_all_of_it(engine_table: DynamoTable) -> None:
    """What has come back and what would come back are together what there was, whenever somebody asks."""
    shop, ada, _, spend_id = with_a_spend(engine_table)

    def part_or_try(number: int) -> Committed[Any]:
        if number % 2:
            return refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 5)
        return refund_spend(shop.rt, shop.caller, dry(), ada, spend_id)

    results = at_once(part_or_try)
    tried = [result for number, result in enumerate(results) if not number % 2]
    assert [one.answer.account.balances["points"] for one in done(tried)] == [100] * len(done(tried))
    assert {code for _, code in refusals(results)} <= {"already_undone"}
    assert shop.balance(ada) == 100
    proven(shop, ada, 2 + TILLS // 2)


PREPARED: dict[str, Callable[[BookShop, str], str]] = {
    "an earning": lambda shop, ada: earned(shop, ada, 40),
    "a promise": lambda shop, ada: by_hand.promised(shop, ada, 40, event="e"),
    "a grant": lambda shop, ada: by_hand.grant(shop, ada, 40).answer.grant_id,
    "a deduction": lambda shop, ada: by_hand.deduct(shop, ada, 40).answer.deduction_id,
    "a hold": lambda shop, ada: by_hand.hold(shop, ada, 40).answer.entry_id,
    "a capture": lambda shop, ada: (
        by_hand.capture(shop, ada, by_hand.hold(shop, ada, 40).answer.hold_id).answer.capture_id
    ),
    "a conversion": lambda shop, ada: shop.convert(ada, "points", "stamps", 40).answer.conversion_id,
}


@pytest.mark.parametrize("what", PREPARED)
def test_whatever_is_undone_from_sixteen_tills_is_so_once_and_the_others_are_told_that(
    engine_table: DynamoTable, what: str
) -> None:
    """And not that it was used, or that nothing is left of it, though by then nothing is."""
    stamps = {"code": "stamps", "name": "Stamps", "policies": [STRICT]}
    rates = [{"unit": "points", "into": "stamps", "take": 1, "give": 1}]
    shop = a_shop(engine_table, {"units": [{**POINTS, "policies": [STRICT]}, stamps], "rates": rates})
    ada = shop.member("1")
    earned(shop, ada, 100)
    of = PREPARED[what](shop, ada)
    entries = shop.account(ada).version
    results = at_once(lambda _: undo_entry(shop.rt, shop.caller, fresh(), ada, of))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "already_undone")] * (TILLS - 1)
    assert (shop.balance(ada), shop.account(ada).version) == (100, entries + 1)
    assert shop.proof(ada).matches


def test_a_transfer_undone_from_sixteen_tills_comes_back_once(engine_table: DynamoTable) -> None:
    shop = a_shop(engine_table)
    ada, bob = shop.member("1"), shop.member("2")
    earned(shop, ada, 100)
    transfer_id = shop.send(ada, bob, 40).answer.transfer_id
    results = at_once(lambda _: shop.undo_transfer(ada, transfer_id))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "already_undone")] * (TILLS - 1)
    assert (shop.balance(ada), shop.balance(bob)) == (100, 0)


def test_an_earning_cancelled_while_it_is_being_spent_is_taken_once(engine_table: DynamoTable) -> None:
    """Whoever comes first, what was cancelled and what was spent are together what was earned."""
    shop, ada, earning_id, _ = with_a_spend(engine_table)

    def spend_or_cancel(number: int) -> Committed[Any]:
        if number % 2:
            return cancel_earning(shop.rt, shop.caller, fresh(), ada, earning_id)
        return shop.spend(ada, 1)

    results = at_once(spend_or_cancel)
    assert {code for _, code in refusals(results)} <= {"already_undone", "insufficient_balance"}
    [wallet] = shop.account(ada).wallets
    assert (wallet.available, wallet.spent + wallet.cancelled) == (0, 100)
    assert shop.proof(ada).matches


def test_what_a_purchase_earned_is_cancelled_while_its_goods_come_back_and_taken_once(
    engine_table: DynamoTable,
) -> None:
    """Ten books of ten euros: fourteen tills take one back each, two cancel the earning. Whoever comes first, the hundred
    points go once."""
    shop = a_shop(engine_table)
    order = shop.buy(card("1"), sale("A1", line(1, 100_00, sku="book", quantity="10"))).answer
    [earning] = order.earned
    assert earning.earning_id is not None
    earning_id = earning.earning_id

    def goods_or_cancel(number: int) -> Committed[Any]:
        if number in (3, 11):
            return cancel_earning(shop.rt, shop.caller, fresh(), order.member_id, earning_id)
        return shop.bring_back(order.order_id, goods_back(f"R{number}", 10_00, sku="book"))

    results = at_once(goods_or_cancel)
    assert {code for _, code in refusals(results)} <= {"already_undone", "nothing_left", "returned_more_than_bought"}
    assert get_order(shop.rt, shop.caller, order.order_id).fully_returned
    [wallet] = shop.account(order.member_id).wallets
    assert (wallet.available, wallet.cancelled) == (0, 100)
    proven(shop, order.member_id, 1 + len(done(results)))
