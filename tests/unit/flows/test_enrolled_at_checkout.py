"""Who shows a card that nobody knows when a checkout is opened, or gets another cart, is enrolled by it, where the program says so."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.areas.members.operations import find_member
from chalicelib.errors import NotFound
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.command import Command
from tests.twins import coupons, fresh, kept, tills
from tests.twins.bookshop import BookShop, card, dry, fixed, keyed, open_shop, refused, rule, sale


def begun(shop: BookShop, number: str = "new", command: Command | None = None, **fields: Any) -> Any:
    return tills.opened(shop, card(number), command=command or fresh(), **fields).answer.checkout


def test_they_are_enrolled_welcomed_and_pay_as_a_member() -> None:
    shop = open_shop(rules=(rule(), rule("welcome", trigger={"on": "enrolled"}, effects=[fixed(25)])))
    checkout = begun(shop, command=keyed("k"))
    assert begun(shop, command=keyed("k")) == checkout
    member_id = find_member(shop.rt, shop.caller, card("new").identifier).member_id  # type: ignore[arg-type]
    assert (checkout.member_id, shop.balance(member_id)) == (member_id, 25)
    again = begun(shop)
    assert again.member_id == member_id
    order = tills.paid(shop, checkout.checkout_id).answer.order
    assert (order.member_id, {one.rule_id for one in order.earned}) == (member_id, {"base"})
    assert shop.balance(member_id) == 25 + order.earned[0].amount
    assert [one.differences for one in verify_members(shop.rt, "shop", [member_id])] == [[]]


def test_a_welcome_coupon_comes_with_it_and_is_good_at_the_next_checkout() -> None:
    shop = open_shop()
    coupons.series(shop, "five", worth={"kind": "amount", "amount": 5_00, "currency": "EUR"})
    gives = [{"kind": "issue_coupon", "series": "five"}]
    shop.define(rule("welcome", trigger={"on": "enrolled"}, effects=gives))
    checkout = begun(shop)
    [coupon] = list_coupons(shop.rt, shop.caller, checkout.member_id, 25, None).items
    tills.updated(shop, checkout.checkout_id, 20_00, coupons=(coupon.code,))
    assert tills.paid(shop, checkout.checkout_id).answer.checkout.to_pay == 15_00
    assert [one.differences for one in verify_members(shop.rt, "shop", [checkout.member_id])] == [[]]


def test_who_shows_their_card_later_is_enrolled_then() -> None:
    shop = open_shop(rules=(rule(), rule("welcome", trigger={"on": "enrolled"}, effects=[fixed(25)])))
    checkout_id = tills.begun(shop, None)
    one, same = (tills.updated(shop, checkout_id, 20_00, buyer=card("new"), command=keyed("k")) for _ in range(2))
    assert (same.answer, same.replayed) == (one.answer, True)
    member_id = find_member(shop.rt, shop.caller, card("new").identifier).member_id  # type: ignore[arg-type]
    assert (one.answer.checkout.member_id, shop.balance(member_id)) == (member_id, 25)
    assert tills.updated(shop, checkout_id, 30_00).answer.checkout.member_id == member_id
    assert tills.paid(shop, checkout_id).answer.order.member_id == member_id
    assert [one.differences for one in verify_members(shop.rt, "shop", [member_id])] == [[]]


def test_a_checkout_that_is_somebodys_enrols_nobody_else() -> None:
    shop = open_shop()
    checkout_id = begun(shop).checkout_id
    with refused("member_not_found", "identifier", NotFound):
        tills.updated(shop, checkout_id, buyer=card("another"))


def test_trying_another_cart_enrols_nobody() -> None:
    shop = open_shop()
    assert tills.updated(shop, tills.begun(shop, None), buyer=card("new"), command=dry()).answer.checkout.member_id
    with refused("member_not_found", "identifier", NotFound):
        find_member(shop.rt, shop.caller, card("new").identifier)  # type: ignore[arg-type]


def test_trying_enrols_nobody() -> None:
    shop = open_shop()
    assert begun(shop, command=dry()).member_id is not None
    with refused("member_not_found", "identifier", NotFound):
        find_member(shop.rt, shop.caller, card("new").identifier)  # type: ignore[arg-type]


def test_where_nobody_is_enrolled_they_are_not_known() -> None:
    shop = open_shop()
    kept.keeping(shop)
    with refused("member_not_found", "identifier", NotFound):
        begun(shop)


def test_who_was_enrolled_by_a_checkout_that_lapsed_is_a_member() -> None:
    shop = open_shop()
    checkout = begun(shop)
    shop.clock.at += 3_600_000
    assert shop.buy(card("new"), sale("A-1")).answer.member_id == checkout.member_id
