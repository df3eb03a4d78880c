"""Undoing by kind: what was given is taken, what was taken is given, once; what the unit's policy says of what was used."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import NotFound, StampbookError
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import ExpiredEarning, expire_earning
from chalicelib.flows.undo_entry import Undone, undo_entry
from chalicelib.flows.update_member import update_member
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, card, goods_back, open_shop, refused, sale
from tests.unit.flows import by_hand as done
from tests.unit.flows.seen import everything

DAY_MS = 86_400_000
KEPT = {"expiry": {"type": "end_of_month", "months": 12}}


def shop_with(**policy: object) -> tuple[BookShop, str]:
    units = [
        {**POINTS, "policies": [{**KEPT, **policy}]},
        {"code": "stamps", "name": "Stamps", "policies": [policy]},
    ]
    shop = open_shop(program={"units": units, "rates": [{"unit": "points", "into": "stamps", "take": 7, "give": 1}]})
    return shop, shop.member("1")


def undo(shop: BookShop, member_id: str, of: str) -> Undone:
    return undo_entry(shop.rt, shop.caller, fresh(), member_id, of).answer


def cancel(shop: BookShop, member_id: str, earning_id: str) -> Undone:
    return cancel_earning(shop.rt, shop.caller, fresh(), member_id, earning_id).answer


def expire(shop: BookShop, member_id: str, earning_id: str) -> ExpiredEarning:
    return expire_earning(shop.rt, shop.caller, fresh(), member_id, earning_id).answer


def earned(shop: BookShop, member_id: str, amount: int) -> str:
    earning = shop.earn(member_id, amount).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


def whole(of: str) -> str:
    return entry_id(entry_ref(of)._replace(fact=0))


def told(undone: Undone) -> list[tuple[str, str, int, int]]:
    return [(one.type, one.unit, one.amount, one.short) for one in undone.changes]


# --- earnings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [undo, cancel, lambda shop, ada, one: undo(shop, ada, whole(one))])
def test_an_unused_earning_is_taken_back_and_the_tier_with_it(by: Callable[[BookShop, str, str], Undone]) -> None:
    shop, ada = shop_with()
    shop.earn(ada, 100)
    earning_id = earned(shop, ada, 150)
    undone = by(shop, ada, earning_id)
    assert (undone.undone_id, told(undone)) == (earning_id, [("points.cancelled", "points", 150, 0)])
    assert (undone.account.balances, undone.account.tier) == ({"points": 100}, "bronze")
    for again in (undo, cancel):
        with pytest.raises(StampbookError, match="already_undone"):
            again(shop, ada, earning_id)
    assert shop.proof(ada).matches


@pytest.mark.parametrize(
    ("used", "negative", "balance", "amount"), [("left", "never", 10, 30), ("whole", "returns", -10, 50)]
)
def test_of_a_used_earning_what_is_left_is_taken_or_all_of_it(
    used: str, negative: str, balance: int, amount: int
) -> None:
    shop, ada = shop_with(cancel_used=used, negative=negative)
    earning_id = earned(shop, ada, 50)
    earned(shop, ada, 10)
    shop.spend(ada, 20)
    undone = cancel(shop, ada, earning_id)
    assert (undone.account.balances, told(undone)) == ({"points": balance}, [("points.cancelled", "points", amount, 0)])


def test_a_used_earning_may_be_refused() -> None:
    shop, ada = shop_with(cancel_used="refuse")
    earning_id = earned(shop, ada, 50)
    shop.spend(ada, 20)
    there = everything(shop)
    with refused("earning_partly_used", "earning_id"):
        cancel(shop, ada, earning_id)
    with refused("earning_partly_used", "entry_id"):
        undo(shop, ada, earning_id)
    assert everything(shop) == there


@pytest.mark.parametrize(("used", "negative"), [("left", "never"), ("refuse", "never"), ("whole", "returns")])
def test_of_an_expired_earning_nothing_is_taken_whatever_the_policy(used: str, negative: str) -> None:
    shop, ada = shop_with(cancel_used=used, negative=negative)
    earning_id = earned(shop, ada, 50)
    granted = done.granted(shop, ada, 50)
    shop.clock.move_to("2027-08-01")
    shop.earn(ada, 5)
    for of in (earning_id, granted):
        with refused("nothing_left", "entry_id"):
            undo(shop, ada, of)
    assert shop.balance(ada) == 5


def test_a_pending_earning_will_not_come() -> None:
    shop, ada = shop_with()
    pending = done.promised(shop, ada, 50, days=10)
    undone = undo(shop, ada, pending)
    assert told(undone) == [("promise.cancelled", "points", 50, 0)]
    shop.clock.move_to("2026-07-01")
    assert shop.balance(ada) == 0
    with refused("already_undone", "earning_id"):
        cancel(shop, ada, pending)


def test_a_pending_earning_that_has_come_is_taken_back_from_what_is_there() -> None:
    shop, ada = shop_with()
    pending = done.promised(shop, ada, 50, days=10)
    shop.clock.move_to("2026-07-01")
    shop.spend(ada, 20)
    assert told(cancel(shop, ada, pending)) == [("points.cancelled", "points", 30, 0)]


def test_what_of_an_earning_is_held_stays_held() -> None:
    shop, ada = shop_with()
    earning_id = earned(shop, ada, 50)
    done.held(shop, ada, 20)
    assert told(cancel(shop, ada, earning_id)) == [("points.cancelled", "points", 30, 0)]
    wallet = shop.account(ada).wallets[0]
    assert (wallet.available, wallet.held) == (0, 20)


def test_an_order_comes_back_with_the_goods_only() -> None:
    shop, ada = shop_with()
    order = shop.buy(card("1"), sale("A1")).answer
    back = shop.bring_back(order.order_id, goods_back("R1", 40_00)).answer
    there = everything(shop)
    with refused("undo_by_return", "entry_id"):
        undo(shop, ada, order.entry_id)
    with refused("cannot_undo", "entry_id"):
        undo(shop, ada, back.entry_id)
    assert everything(shop) == there


def test_an_earning_expires_now() -> None:
    shop, ada = shop_with()
    earning_id = earned(shop, ada, 50)
    other = earned(shop, ada, 10)
    shop.spend(ada, 20)
    gone = expire(shop, ada, earning_id)
    assert (gone.earning_id, gone.unit, gone.amount, gone.expired) == (earning_id, "points", 30, ())
    assert gone.account.balances == {"points": 10}
    with refused("nothing_left", "earning_id"):
        expire(shop, ada, earning_id)
    with refused("nothing_left", "earning_id"):
        cancel(shop, ada, earning_id)
    assert expire(shop, ada, other).amount == 10
    granted = done.granted(shop, ada, 7)
    assert expire(shop, ada, granted).amount == 7
    assert shop.proof(ada).matches


def test_what_is_pending_does_not_expire() -> None:
    shop, ada = shop_with()
    pending = done.promised(shop, ada, 50, days=10)
    with refused("still_pending", "earning_id"):
        expire(shop, ada, pending)


def test_what_was_let_expire_is_not_taken_elsewhere_when_the_goods_come_back() -> None:
    shop, ada = shop_with()
    order = shop.buy(card("1"), sale("A1")).answer
    shop.spend(ada, 30)
    earned(shop, ada, 500)
    assert order.earned[0].earning_id is not None
    assert expire(shop, ada, order.earned[0].earning_id).amount == 70
    back = shop.bring_back(order.order_id, goods_back("R1", 100_00)).answer
    assert [(taken.amount, taken.short) for taken in back.cancelled] == [(30, 70)]
    assert shop.balance(ada) == 470
    assert shop.proof(ada).matches
    shop.clock.move_to("2027-08-01")
    shop.earn(ada, 1)
    account, _ = accounts.read(shop.rt.table, "shop", ada, 1)
    assert account.wallet("points").lapsed == ()


@pytest.mark.parametrize(("used", "negative", "balance"), [("left", "never", 0), ("whole", "returns", -20)])
def test_whole_means_all_but_what_was_let_expire(used: str, negative: str, balance: int) -> None:
    shop, ada = shop_with(cancel_used=used, negative=negative)
    granted = done.granted(shop, ada, 50)
    shop.spend(ada, 20)
    expire(shop, ada, granted)
    if used == "left":
        with refused("nothing_left", "entry_id"):
            undo(shop, ada, granted)
    else:
        undo(shop, ada, granted)
    assert shop.balance(ada) == balance


def test_of_a_partly_activated_earning_both_parts_are_taken_back() -> None:
    shop, ada = shop_with()
    pending = done.promised(shop, ada, 50, days=10)
    by_hand.activate(shop, ada, earning_id=pending, amount=20)
    assert (shop.balance(ada), shop.account(ada).wallets[0].pending) == (20, 30)
    undone = cancel(shop, ada, pending)
    assert told(undone) == [("promise.cancelled", "points", 30, 0), ("points.cancelled", "points", 20, 0)]
    assert (shop.balance(ada), shop.account(ada).wallets[0].pending) == (0, 0)


@pytest.mark.parametrize(("used", "balance"), [("left", 0), ("whole", -20)])
def test_an_earning_that_paid_a_debt_counts_as_used(used: str, balance: int) -> None:
    shop, ada = shop_with(cancel_used=used, negative="limit", negative_limit=100)
    done.spent_below_zero(shop, ada, 20)
    earning_id = earned(shop, ada, 50)
    assert cancel(shop, ada, earning_id).account.balances == {"points": balance}
    assert shop.proof(ada).matches


def test_what_comes_back_pays_what_is_owed() -> None:
    shop, ada = shop_with(negative="limit", negative_limit=100)
    shop.earn(ada, 50)
    spend_id = shop.spend(ada, 50).answer.spend_id
    done.spent_below_zero(shop, ada, 30)
    assert undo(shop, ada, spend_id).account.balances == {"points": 20}
    assert shop.account(ada).wallets[0].owed == 0


# --- what went out, and what an operator did -----------------------------------------------------------------------------


def test_a_spend_is_undone_for_the_rest_of_it() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 50)
    spend_id = shop.spend(ada, 20).answer.spend_id
    undone = undo(shop, ada, whole(spend_id))
    assert (told(undone), undone.account.balances) == ([("points.refunded", "points", 20, 0)], {"points": 50})
    with refused("already_undone", "entry_id"):
        undo(shop, ada, spend_id)
    with refused("not_an_earning", "earning_id"):
        cancel(shop, ada, spend_id)
    with refused("not_an_earning", "earning_id"):
        expire(shop, ada, spend_id)


def test_a_hold_is_released_and_what_was_captured_of_it_stays_spent() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 50)
    held = done.held(shop, ada, 30)
    captured = done.captured(shop, ada, 10, keep_rest=True)
    undone = undo(shop, ada, held)
    assert (told(undone), undone.account.balances) == ([("points.released", "points", 20, 0)], {"points": 40})
    with refused("already_undone", "entry_id"):
        undo(shop, ada, held)
    assert undo(shop, ada, captured).account.balances == {"points": 50}


def test_a_hold_that_has_lapsed_is_over() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 50)
    held = done.held(shop, ada, 30, lapses_at=shop.clock.at + DAY_MS)
    shop.clock.at += 2 * DAY_MS
    with refused("hold_closed", "entry_id"):
        undo(shop, ada, held)
    assert shop.balance(ada) == 50


def test_what_was_held_beyond_its_last_day_is_released_and_gone() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 50)
    held = done.held(shop, ada, 30)
    shop.clock.move_to("2027-08-01")
    undone = undo(shop, ada, held)
    assert ([gone.amount for gone in undone.expired], undone.account.balances) == ([20, 30], {"points": 0})


def test_a_grant_is_deducted_again_and_a_deduction_given_back() -> None:
    shop, ada = shop_with()
    granted = done.granted(shop, ada, 50)
    deducted = done.deducted(shop, ada, 20)
    assert undo(shop, ada, deducted).account.balances == {"points": 50}
    undone = undo(shop, ada, granted)
    assert (told(undone), undone.account.balances) == ([("points.deducted", "points", 50, 0)], {"points": 0})
    for over in (granted, deducted):
        with refused("already_undone", "entry_id"):
            undo(shop, ada, over)
    for undoing in (5 - 1, 3):
        with refused("cannot_undo", "entry_id"):
            undo(shop, ada, entry_id(EntryRef(ada, 1, undoing, 1)))


def test_what_was_converted_comes_back_both_ways() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 100)
    converted = done.converted(shop, ada, 60)
    undone = undo(shop, ada, converted)
    assert told(undone) == [("points.deducted", "stamps", 9, 0), ("points.refunded", "points", 60, 0)]
    assert undone.account.balances == {"points": 100, "stamps": 0}
    assert shop.proof(ada).matches


def test_who_has_used_what_was_gained_gets_back_a_share() -> None:
    shop, ada = shop_with()
    shop.earn(ada, 100)
    converted = done.converted(shop, ada, 50)
    shop.spend(ada, 1, unit="stamps")
    assert undo(shop, ada, converted).account.balances == {"points": 92, "stamps": 0}  # 6 of 7 of 50, rounded down
    with refused("already_undone", "entry_id"):
        undo(shop, ada, converted)


def test_the_first_fact_that_can_be_undone_must_be_the_only_one() -> None:
    shop, ada = shop_with()
    nothing = shop.bring_back(shop.buy(card("1"), sale("A1")).answer.order_id, goods_back("R1", 1)).answer.entry_id
    with refused("cannot_undo", "entry_id"):
        undo(shop, ada, nothing)


def test_a_blocked_member_can_be_corrected() -> None:
    shop, ada = shop_with()
    earning_id, other = earned(shop, ada, 50), earned(shop, ada, 10)
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    cancel(shop, ada, earning_id)
    expire(shop, ada, other)
    assert shop.balance(ada) == 0


@pytest.mark.parametrize("by", [undo, cancel, expire])
def test_what_is_not_the_members_own_is_not_there(by: Callable[[BookShop, str, str], object]) -> None:
    shop, ada = shop_with()
    bob = shop.member("2")
    theirs = earned(shop, bob, 5)
    param = "entry_id" if by is undo else "earning_id"
    there = everything(shop)
    for unknown in (theirs, "nonsense", "", entry_id(EntryRef(ada, 1, 9, 1)), entry_id(EntryRef(ada, 0, 1))):
        with refused("entry_not_found", param, NotFound):
            by(shop, ada, unknown)
    with refused("member_not_found", "member_id", NotFound):
        by(open_shop(shop.rt.table, tenant="other"), bob, theirs)
    assert everything(shop) == there


# --- laws ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 40)), max_size=4), st.integers(1, 300), st.integers(0, 60))
def test_an_earning_cancelled_before_anything_was_used_never_was(
    before: list[tuple[int, int]], amount: int, days: int
) -> None:
    shop, ada = shop_with()
    for one, later in before:
        shop.earn(ada, one)
        shop.clock.at += later * DAY_MS
    as_it_was = shop.account(ada)
    earning_id = earned(shop, ada, amount)
    shop.clock.at += days * DAY_MS
    cancel(shop, ada, earning_id)
    shop.clock.at -= days * DAY_MS
    now = shop.account(ada)
    assert now.wallets[0].expiring == as_it_was.wallets[0].expiring
    assert (now.wallets[0].available, now.tier) == (as_it_was.wallets[0].available, as_it_was.tier)
    assert shop.proof(ada).matches
