"""Undoing from sixteen tills at once on Amazon's own engine: once, and never beyond what there was."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import Refused
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins import fresh
from tests.twins.bookshop import BookShop


def with_a_spend(engine_table: DynamoTable) -> tuple[BookShop, str, str, str]:
    """Ada has 100 and has spent 40 of them: shop, her id, those of the earning and of the spend."""
    shop = a_shop(engine_table)
    ada = shop.member("1")
    earning = shop.earn(ada, 100).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return shop, ada, earning.earning_id, shop.spend(ada, 40).answer.spend_id


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
