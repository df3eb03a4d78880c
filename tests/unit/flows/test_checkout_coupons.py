"""Coupons at a checkout: what they take off, whose they are meanwhile, and that they are good again."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.coupons.model import Shown
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.errors import NotFound
from chalicelib.flows.change_coupon import unuse_coupon
from chalicelib.flows.verify_members import verify_members
from tests.twins import coupons, fresh, tills
from tests.twins.bookshop import BookShop, line, open_shop, refused, rule
from tests.twins.grouped import household, leave

FIVE_OFF = {"kind": "amount", "amount": 5_00, "currency": "EUR"}


@pytest.fixture
def shop() -> BookShop:
    return open_shop(rules=(rule(), tills.PENNIES, tills.TENTH))


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("ada")


def given(shop: BookShop, ada: str, series_id: str = "five", **fields: Any) -> str:
    """The code of a coupon that she has."""
    coupons.series(shop, series_id, worth=fields.pop("worth", FIVE_OFF), **fields)
    return coupons.issue(shop, ada, series_id).code


def theirs(shop: BookShop, ada: str) -> list[Shown]:
    return list(list_coupons(shop.rt, shop.caller, ada, 25, None).items)


def test_it_comes_off_what_rules_leave_and_is_used_with_the_order(shop: BookShop, ada: str) -> None:
    code = given(shop, ada)
    found = tills.opened(shop, ada, 30_00, 20_00, coupons=(code.lower(),)).answer
    assert (found.checkout.to_pay, found.earned[0].amount) == (40_00, 40)
    assert [(one.code, one.amount) for one in found.checkout.coupons] == [(code, 5_00)]
    order = tills.paid(shop, found.checkout.checkout_id).answer.order
    assert order.earned[0].amount == 40
    [coupon] = theirs(shop, ada)
    assert (coupon.state, [use.order for use in coupon.uses]) == ("used", ["A-1"])


def test_nobody_else_uses_it_meanwhile(shop: BookShop, ada: str) -> None:
    code = given(shop, ada)
    checkout_id = tills.begun(shop, ada, coupons=(code,))
    with refused("code_held", "code"):
        tills.begun(shop, ada, coupons=(code,))
    with refused("code_held", "code"):
        coupons.claim(shop, ada, code)
    tills.updated(shop, checkout_id, coupons=(code,))
    tills.updated(shop, checkout_id)
    tills.begun(shop, ada, coupons=(code,))


@pytest.mark.parametrize("how", ["cancelled", "lapsed"])
def test_it_is_free_once_the_checkout_is_over(shop: BookShop, ada: str, how: str) -> None:
    code = given(shop, ada)
    checkout_id = tills.begun(shop, ada, coupons=(code,))
    if how == "cancelled":
        tills.called_off(shop, checkout_id)
    else:
        shop.clock.at += 15 * 60_000
    assert coupons.claim(shop, ada, code).state == "used"


def test_what_is_not_kept_may_be_used_by_another(shop: BookShop, ada: str) -> None:
    code = given(shop, ada)
    first, second = (tills.begun(shop, ada, coupons=(code,), hold=False) for _ in range(2))
    tills.paid(shop, first)
    with refused("code_used", "code"):
        tills.paid(shop, second, "A-2")


def test_all_of_the_order_brings_it_back_and_a_part_does_not(shop: BookShop, ada: str) -> None:
    code = given(shop, ada)
    before = theirs(shop, ada)
    checkout_id = tills.begun(shop, ada, 30_00, 20_00, coupons=(code,))
    tills.paid(shop, checkout_id)
    tills.called_off(shop, checkout_id, 1)
    assert theirs(shop, ada)[0].state == "used"
    tills.called_off(shop, checkout_id)
    assert theirs(shop, ada) == before
    assert shop.proof(ada).matches


def test_a_code_of_all_is_used_with_the_order(shop: BookShop, ada: str) -> None:
    coupons.series(shop, "hello", codes={"kind": "shared", "code": "HELLO"}, worth={"kind": "percent", "percent": 50})
    checkout_id = tills.begun(shop, ada, 20_00, coupons=("hello",))
    assert theirs(shop, ada) == []
    assert tills.paid(shop, checkout_id).answer.checkout.to_pay == 9_00
    assert [one.state for one in theirs(shop, ada)] == ["used"]


@pytest.mark.parametrize(
    ("worth", "to_pay"),
    [
        ({"kind": "percent", "percent": 10}, 21_60),
        ({"kind": "free_delivery"}, 18_00),
        ({"kind": "amount", "amount": 99_00, "currency": "EUR"}, 0),
        ({"kind": "text", "text": "A free book mark"}, 24_00),
    ],
)
def test_what_it_is_worth(shop: BookShop, ada: str, worth: dict[str, Any], to_pay: int) -> None:
    """24.00 are left by the rules, 6.00 of it for delivery."""
    code = given(shop, ada, worth=worth)
    cents = (line(1, 20_00), line(2, 6_67, delivery=True))
    found = tills.opened(shop, ada, *cents, coupons=(code,)).answer.checkout
    assert found.to_pay == to_pay


def test_coupons_that_do_not_go_together(shop: BookShop, ada: str) -> None:
    both = FIVE_OFF | {"stackable": True}
    alone, one, two = (
        given(shop, ada, name, worth=worth) for name, worth in (("a", FIVE_OFF), ("b", both), ("c", both))
    )
    assert tills.opened(shop, ada, coupons=(one, two)).answer.checkout.to_pay == 80_00
    for pair in ((alone, one), (one, coupons.issue(shop, ada, "b").code)):
        with refused("coupons_not_combined", "coupons"):
            tills.begun(shop, ada, coupons=pair)


def test_coupons_that_nobody_takes_here(shop: BookShop, ada: str) -> None:
    code, bob = given(shop, ada), shop.member("bob")
    with refused("code_of_another_member", "code"):
        tills.begun(shop, bob, coupons=(code,))
    with refused("code_of_nobody", "coupons"):
        tills.begun(shop, None, coupons=(code,))
    with refused("unknown_code", "code", NotFound):
        tills.begun(shop, ada, coupons=("NOWHERE",))
    foreign = given(shop, ada, "pounds", worth=FIVE_OFF | {"currency": "GBP"})
    with refused("currency_differs", "coupons"):
        tills.begun(shop, ada, coupons=(foreign,))


@pytest.mark.parametrize("kind", ["generated", "shared", "claimable"])
def test_who_is_in_a_group_uses_their_own_while_the_group_pays(shop: BookShop, ada: str, kind: str) -> None:
    """Their own account tells of it; points are the group's."""
    group_id = household(shop, ada)
    shop.earn(ada, 50)
    kinds: dict[str, dict[str, Any]] = {
        "generated": {},
        "shared": {"codes": {"kind": "shared", "code": "HELLO"}},
        "claimable": {"codes": {"kind": "pool"}, "claimable": True},
    }
    coupons.series(shop, "five", worth=FIVE_OFF, **kinds[kind])
    if kind == "claimable":
        coupons.upload(shop, "five", "HELLO")
    code = coupons.issue(shop, ada, "five").code if kind == "generated" else "HELLO"
    tills.updated(shop, tills.begun(shop, ada, coupons=(code,), hold=False), coupons=(code,), hold=False)
    checkout_id = tills.begun(shop, ada, 20_00, coupons=(code,), points=10)
    order = tills.paid(shop, checkout_id).answer.order
    assert order.group_id == group_id
    assert [one.state for one in theirs(shop, ada)] == ["used"]
    assert theirs(shop, ada)[0].uses[0].order == "A-1"
    for owner in (ada, group_id):
        assert shop.proof(owner).matches
    assert [one.differences for one in verify_members(shop.rt, "shop", [ada, group_id])] == [[], []]
    tills.called_off(shop, checkout_id)
    assert theirs(shop, ada)[0].state == ("cancelled" if kind == "shared" else "active")
    assert shop.balance(group_id) == 50
    assert [one.differences for one in verify_members(shop.rt, "shop", [ada, group_id])] == [[], []]


def test_who_leaves_the_group_before_they_pay_opens_another_checkout(shop: BookShop, ada: str) -> None:
    code = given(shop, ada)
    group_id = household(shop, shop.member("bob"), ada)
    checkout_id = tills.begun(shop, ada, coupons=(code,))
    leave(shop, group_id, ada)
    with refused("checkout_outdated", "checkout_id"):
        tills.paid(shop, checkout_id)
    tills.called_off(shop, checkout_id)
    tills.paid(shop, tills.begun(shop, ada, coupons=(code,)))


def test_one_marked_as_unused_by_hand_is_not_marked_twice(shop: BookShop, ada: str) -> None:
    code = given(shop, ada)
    checkout_id = tills.begun(shop, ada, coupons=(code,))
    tills.paid(shop, checkout_id)
    unuse_coupon(shop.rt, shop.caller, fresh(), ada, theirs(shop, ada)[0].coupon_id, None)
    coupons.claim(shop, ada, code)
    tills.called_off(shop, checkout_id)
    assert theirs(shop, ada)[0].state == "used"
