"""Checkouts: what is promised holds, whatever is set apart comes back, and what is cancelled was never there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.errors import Conflict
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from tests.twins import coupons, fresh, kept, tills
from tests.twins.bookshop import BookShop, card, goods_back, keyed, line, open_shop, refused, rule, sale

RULES = (rule(), tills.PENNIES, tills.TENTH)


@pytest.fixture
def shop() -> BookShop:
    return open_shop(rules=RULES)


@pytest.fixture
def ada(shop: BookShop) -> str:
    ada = shop.member("ada")
    shop.earn(ada, 500)
    return ada


def standing(shop: BookShop, member_id: str) -> dict[str, Any]:
    """All that a member's account shows, besides how often it changed and what has come and gone."""
    seen = shop.account(member_id).model_dump(exclude={"version", "as_of", "spend"})
    [wallet] = seen.pop("wallets")
    kept = ("unit", "available", "held", "pending", "owed", "expiring", "coming")
    spend = {one.currency: one.amount for one in shop.account(member_id).spend if one.amount}
    theirs = list_coupons(shop.rt, shop.caller, member_id, 25, None, live=True).items
    good = [one for one in theirs if one.series_id != "hello"]  # of a code of all there is one with its use
    return seen | {name: wallet[name] for name in kept} | {"spend": spend, "coupons": good}


def coupon_of(shop: BookShop, ada: str, kind: str) -> str:
    """The code of one that she has, or of one that is everybody's."""
    worth = {"kind": "amount", "amount": 7_77, "currency": "EUR"}
    if kind == "of all":
        coupons.series(shop, "hello", codes={"kind": "shared", "code": "HELLO"}, worth=worth)
        return "HELLO"
    coupons.series(shop, "five", worth=worth)
    return coupons.issue(shop, ada, "five").code


@settings(max_examples=25, deadline=None)
@given(
    cents=st.lists(st.integers(1, 60_00), min_size=1, max_size=4),
    pieces=st.integers(1, 4),
    points=st.integers(0, 300),
    holds=st.booleans(),
    couponed=st.sampled_from(("", "kept", "of all")),
    parts=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=4),
)
def test_what_is_cancelled_was_never_there(
    cents: list[int], pieces: int, points: int, holds: bool, couponed: str, parts: list[tuple[int, int]]
) -> None:
    """In any number of parts."""
    shop = open_shop(rules=RULES)
    ada = shop.member("ada")
    shop.buy(card("ada"), sale("A-0", 250_00))
    codes = (coupon_of(shop, ada, couponed),) if couponed else ()
    before = standing(shop, ada)
    lines = [line(no, one, quantity=str(pieces)) for no, one in enumerate(cents, start=1)]
    checkout_id = tills.begun(shop, ada, *lines, points=points, hold=holds, coupons=codes)
    paid = tills.paid(shop, checkout_id).answer
    assert sum(one.to_pay for one in paid.checkout.lines) == paid.checkout.to_pay
    left = dict.fromkeys(range(1, len(cents) + 1), pieces)
    for line_no, quantity in parts:
        if quantity <= left.get(line_no, 0) and sum(left.values()) > quantity:
            tills.called_off(shop, checkout_id, (line_no, str(quantity)))
            left[line_no] -= quantity
    [seen] = verify_members(shop.rt, "shop", [ada])
    assert seen.differences == []
    done = tills.called_off(shop, checkout_id).answer
    assert done.checkout.state == "cancelled"
    assert standing(shop, ada) == before
    assert shop.proof(ada).matches


@settings(max_examples=25, deadline=None)
@given(points=st.integers(0, 600), again=st.integers(0, 600), cents=st.integers(1, 90_00))
def test_what_is_called_off_before_it_is_paid_for_was_never_there(points: int, again: int, cents: int) -> None:
    shop = open_shop(rules=RULES)
    ada = shop.member("ada")
    shop.earn(ada, 500)
    before = standing(shop, ada)
    checkout_id = tills.begun(shop, ada, points=points)
    tills.updated(shop, checkout_id, cents, points=again)
    tills.called_off(shop, checkout_id)
    assert standing(shop, ada) == before
    assert shop.proof(ada).matches


def test_what_was_refunded_by_hand_does_not_come_twice(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, 30_00, points=100)
    order = tills.paid(shop, checkout_id).answer.order
    spend_id = entry_id(EntryRef(ada, 1, entry_ref(order.entry_id or "").sequence, 1))
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 60)
    tills.called_off(shop, checkout_id)
    assert shop.balance(ada) == 500
    with refused("already_undone", "spend_id"):
        refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id)


def test_a_return_gives_back_what_paid_for_its_lines(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, 20_00, 20_00, points=100)
    order = tills.paid(shop, checkout_id).answer.order
    before = shop.balance(ada)
    back = goods_back("R-1", 13_50)
    returned = shop.bring_back(order.order_id, back).answer
    assert [(one.unit, one.amount) for one in returned.given_back] == [("points", 50)]
    assert (returned.value, shop.balance(ada)) == (13_50, before + 50 - 14)


def test_a_line_for_which_nothing_was_left_to_pay_comes_back_by_its_pieces(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, line(1, 10_00, quantity="4"), points=100)
    assert tills.paid(shop, checkout_id).answer.checkout.to_pay == 0
    tills.called_off(shop, checkout_id, (1, "1"))
    assert shop.balance(ada) == 425
    tills.called_off(shop, checkout_id)
    assert shop.balance(ada) == 500


def test_a_checkout_paid_for_once_is_told_the_same_by_any_key(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, points=100)
    first = tills.paid(shop, checkout_id, command=keyed("one"))
    for command in (keyed("one"), keyed("two"), fresh()):
        again = tills.paid(shop, checkout_id, command=command)
        assert (again.answer, again.replayed) == (first.answer, True)
    with refused("checkout_committed", "checkout_id", Conflict):
        tills.paid(shop, checkout_id, "A-2")


def test_a_repeated_opening_is_told_what_it_was_though_it_has_changed(shop: BookShop, ada: str) -> None:
    first = tills.opened(shop, ada, points=100, command=keyed("one"))
    tills.updated(shop, first.answer.checkout.checkout_id, 5_00)
    again = tills.opened(shop, ada, points=100, command=keyed("one"))
    assert (again.answer, again.replayed) == (first.answer, True)


def test_points_are_set_apart_once_the_old_ones_are_free(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, points=500)
    held = tills.updated(shop, checkout_id, points=500).answer.checkout.held
    assert [(one.hold_id, one.points) for one in held] == [(2, 500)]


def test_whoever_was_not_known_pays_with_points_once_they_are(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, None, 20_00, points=100)
    assert tills.updated(shop, checkout_id, 20_00, points=100, buyer=card("ada")).answer.checkout.member_id == ada
    assert tills.paid(shop, checkout_id).answer.checkout.discount == 10_00 + 1_00


def test_a_fast_till_has_not_let_it_lapse(shop: BookShop, ada: str) -> None:
    """Whatever an account has come to, a checkout that is open is paid for."""
    checkout_id = tills.begun(shop, ada, points=100, lapses_after_seconds=120)
    shop.buy(card("ada"), sale("A-9").model_copy(update={"purchased_at": shop.clock.now() + 110_000}))
    assert tills.paid(shop, checkout_id).answer.order.earned[0].amount == 81


def test_pieces_of_a_line_come_to_what_was_paid_for_it(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, line(1, 10_00, quantity="0.7"))
    tills.paid(shop, checkout_id)
    values = []
    for quantity in ("0.2", "0.2", "0.3"):
        returned = tills.called_off(shop, checkout_id, (1, quantity)).answer.returned
        assert returned is not None
        values.append(returned.value)
    assert (values, Decimal(sum(values))) == ([2_57, 2_57, 3_86], Decimal(9_00))


def test_a_statement_tells_what_a_checkout_does_to_the_points(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(shop, ada, 10_00, points=100)
    tills.paid(shop, checkout_id)
    tills.called_off(shop, checkout_id)
    told = [(one.type, one.amount) for entry in shop.statement(ada)[1:] for one in entry.lines]
    assert told == [
        ("points.held", -100),
        ("order.recorded", 0),
        ("points.captured", 0),
        ("order.returned", 0),
        ("points.refunded", 100),
    ]


# --- nobody is known -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("buyer", [None, card("unknown")])
def test_where_orders_of_nobody_are_kept_one_that_came_of_a_checkout_is(shop: BookShop, buyer: Buyer | None) -> None:
    checkout_id = tills.begun(kept.keeping(shop), None, 40_00)
    done = tills.paid(shop, checkout_id, buyer=buyer)
    assert (done.answer.order.member_id, done.answer.order.entry_id, done.answer.order.account) == (None, None, None)
    assert (done.answer.checkout.state, done.answer.checkout.to_pay) == ("committed", 36_00)
    assert tills.paid(shop, checkout_id, buyer=buyer).answer == done.answer
    part = tills.called_off(shop, checkout_id).answer
    assert part.account is None
    assert part.returned is not None
    assert (part.checkout.state, part.returned.value, part.returned.full) == ("cancelled", 36_00, True)


def test_it_may_be_found_out_later_whose_it_was(shop: BookShop, ada: str) -> None:
    checkout_id = tills.begun(kept.keeping(shop), None, 40_00)
    order = tills.paid(shop, checkout_id).answer.order
    kept.assign(shop, order.order_id, ada)
    assert shop.balance(ada) == 536
    tills.called_off(shop, checkout_id)
    assert shop.balance(ada) == 500
    assert shop.proof(ada).matches
