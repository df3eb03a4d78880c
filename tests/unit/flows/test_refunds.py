"""Giving a spend back: whole or in parts, never beyond itself, wherever its points have gone meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import NotFound
from chalicelib.flows.refund_spend import Refunded, refund_spend
from chalicelib.flows.update_member import update_member
from chalicelib.kit.ids import EntryRef, entry_id
from tests.twins import at, fresh
from tests.twins.bookshop import POINTS, BookShop, card, open_shop, refused, sale
from tests.unit.flows import by_hand as done
from tests.unit.flows.seen import everything

DAY_MS = 86_400_000
KEPT = {"expiry": {"type": "end_of_month", "months": 12}}


def shop_with(**policy: object) -> tuple[BookShop, str]:
    shop = open_shop(program={"units": [{**POINTS, "policies": [{**KEPT, **policy}]}]})
    return shop, shop.member("1")


def refund(shop: BookShop, member_id: str, spend_id: str, amount: int | None = None) -> Refunded:
    return refund_spend(shop.rt, shop.caller, fresh(), member_id, spend_id, amount).answer


def expiring(shop: BookShop, member_id: str) -> list[tuple[int | None, int]]:
    return [(one.expires_on, one.amount) for one in shop.account(member_id).wallets[0].expiring]


def test_a_spend_is_given_back_where_it_came_from() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 30)
    shop.clock.move_to("2026-07-01")
    shop.earn(ada, 30)
    before = expiring(shop, ada)
    spent = shop.spend(ada, 40).answer
    back = refund(shop, ada, spent.spend_id)
    assert (back.spend_id, back.unit, back.amount, back.fresh) == (spent.spend_id, "points", 40, None)
    assert back.account.balances == {"points": 60}
    assert expiring(shop, ada) == before
    assert shop.proof(ada).matches


def test_what_was_taken_last_comes_back_first() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 30)
    shop.clock.move_to("2026-07-01")
    shop.earn(ada, 30)
    spend_id = shop.spend(ada, 40).answer.spend_id
    june, july = at("2027-06-30") // DAY_MS, at("2027-07-31") // DAY_MS
    refund(shop, ada, spend_id, 15)
    assert expiring(shop, ada) == [(june, 5), (july, 30)]
    refund(shop, ada, spend_id, 24)
    assert expiring(shop, ada) == [(june, 29), (july, 30)]
    with refused("refunded_more_than_spent", "amount"):
        refund(shop, ada, spend_id, 2)
    refund(shop, ada, spend_id, 1)
    with refused("already_undone", "spend_id"):
        refund(shop, ada, spend_id)
    with refused("already_undone", "spend_id"):
        refund(shop, ada, spend_id, 1)
    assert shop.balance(ada) == 60


def test_what_has_passed_comes_back_as_new_points() -> None:
    shop, ada = shop_with(refund_expiry="fresh")
    shop.earn(ada, 30)
    spend_id = shop.spend(ada, 20).answer.spend_id
    shop.clock.move_to("2027-07-10")
    back = refund(shop, ada, spend_id)
    assert back.fresh is not None
    assert (back.fresh.amount, back.fresh.expires_on) == (20, at("2028-07-31") // DAY_MS)
    assert ([gone.amount for gone in back.expired], back.account.balances) == ([10], {"points": 20})
    assert shop.proof(ada).matches


def test_what_comes_back_new_is_there_at_once_and_lasts_from_today() -> None:
    """However long an earning would have waited."""
    shop, ada = shop_with(
        expiry={"type": "days", "days": 30}, expiry_counts="available", available_after=7, refund_expiry="fresh"
    )
    shop.earn(ada, 30)
    shop.clock.move_to("2026-06-25")
    spend_id = shop.spend(ada, 20).answer.spend_id
    shop.clock.move_to("2026-08-01")
    back = refund(shop, ada, spend_id)
    assert back.fresh is not None
    assert (back.fresh.amount, back.fresh.expires_on) == (20, at("2026-08-31") // DAY_MS)
    assert back.account.balances == {"points": 20}


def test_what_has_passed_comes_back_and_expires_where_it_keeps_its_last_day() -> None:
    shop, ada = shop_with(refund_expiry="original")
    shop.earn(ada, 30)
    spend_id = shop.spend(ada, 20).answer.spend_id
    shop.clock.move_to("2027-07-10")
    back = refund(shop, ada, spend_id)
    assert (back.fresh, [gone.amount for gone in back.expired]) == (None, [10, 20])
    assert back.account.balances == {"points": 0}
    with refused("already_undone", "spend_id"):
        refund(shop, ada, spend_id)


def test_what_was_taken_below_zero_pays_the_debt_first() -> None:
    shop, ada = shop_with(negative="limit", negative_limit=100)
    shop.earn(ada, 30)
    spend_id = done.spent_below_zero(shop, ada, 80)
    assert shop.balance(ada) == -50
    assert refund(shop, ada, spend_id, 20).account.balances == {"points": -30}
    back = refund(shop, ada, spend_id)
    assert (back.amount, back.account.balances) == (60, {"points": 30})
    assert back.fresh is not None
    assert back.fresh.amount == 30
    wallet = shop.account(ada).wallets[0]
    assert (wallet.owed, wallet.spent, wallet.refunded) == (0, 80, 80)
    assert shop.proof(ada).matches


def test_a_captured_hold_is_given_back_like_a_spend() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 30)
    done.held(shop, ada, 20)
    captured = done.captured(shop, ada, 12)
    assert refund(shop, ada, captured, 5).account.balances == {"points": 23}
    assert refund(shop, ada, captured).account.balances == {"points": 30}


def test_a_blocked_member_gets_back_what_they_spent() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 30)
    spend_id = shop.spend(ada, 20).answer.spend_id
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    assert refund(shop, ada, spend_id).account.balances == {"points": 30}


def test_only_a_members_own_spends_are_given_back() -> None:
    shop, ada = shop_with()
    bob = shop.buy(card("2"), sale("B1")).answer.member_id
    earning = shop.earn(ada, 30).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    bobs = shop.spend(bob, 20).answer.spend_id
    stranger = open_shop(shop.rt.table, tenant="other")
    there = everything(shop)
    with refused("not_a_spend", "spend_id"):
        refund(shop, ada, earning.earning_id)
    for unknown in (bobs, "ent_0", "", entry_id(EntryRef(ada, 1, 9, 1)), entry_id(EntryRef(ada, 1, 1, 2)), ada):
        with refused("entry_not_found", "spend_id", NotFound):
            refund(shop, ada, unknown)
    with refused("entry_not_found", "spend_id", NotFound):
        refund(shop, ada, entry_id(EntryRef(ada, 0, 1, 1)))
    with refused("member_not_found", "member_id", NotFound):
        refund(stranger, bob, bobs)
    assert everything(shop) == there


@pytest.mark.parametrize("amount", [0, -1, 10**12 + 1])
def test_a_refund_has_an_amount_as_others_have(amount: int) -> None:
    shop, ada = shop_with()
    shop.earn(ada, 30)
    spend_id = shop.spend(ada, 20).answer.spend_id
    code = "number_too_small" if amount < 1 else "number_too_large"
    with refused(code, "amount"):
        refund(shop, ada, spend_id, amount)
    assert shop.balance(ada) == 10


parts = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 40)), min_size=1, max_size=4), parts, st.integers(1, 240))
def test_a_spend_given_back_in_any_parts_never_was(
    earned: list[tuple[int, int]], refunds: list[int], wanted: int
) -> None:
    """Whatever was earned over whatever days: afterwards everything is where it was, to the last day."""
    shop, ada = shop_with()
    for amount, days in earned:
        shop.earn(ada, amount)
        shop.clock.at += days * DAY_MS
    before = expiring(shop, ada)
    spend_id = shop.spend(ada, min(wanted, shop.balance(ada))).answer.spend_id
    left = shop.account(ada).wallets[0].spent
    for amount in refunds:
        if amount < left:
            left -= refund(shop, ada, spend_id, amount).amount
    assert refund(shop, ada, spend_id).amount == left
    assert expiring(shop, ada) == before
    assert shop.proof(ada).matches
