"""Sixteen tills at one checkout, and at the last points: it is paid for once, or called off, and nobody pays with what another holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.checkouts.operations import get_checkout
from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.errors import Conflict, Refused
from chalicelib.flows.verify_quotas import verify_quotas
from chalicelib.table.commit import Committed
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, StoppedAt, a_shop, at_once, done, refusals
from tests.twins import coupons, limited, tills
from tests.twins.bookshop import BookShop, keyed, member, rule


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    shop = a_shop(engine_table)
    shop.define(tills.PENNIES)
    return shop


def rich(shop: BookShop, points: int = 500) -> str:
    ada = shop.member("1")
    shop.earn(ada, points)
    return ada


def test_sixteen_tills_pay_for_one_checkout(shop: BookShop) -> None:
    ada = rich(shop)
    checkout_id = tills.begun(shop, ada, 20_00, points=100)
    results = at_once(lambda n: tills.paid(shop, checkout_id, command=keyed(f"till {n}")))
    assert len({one.answer.model_dump_json() for one in done(results)}) == 1
    assert (len(done(results)), sum(not one.replayed for one in done(results))) == (TILLS, 1)
    assert (shop.account(ada).orders, shop.balance(ada)) == (1, 400 + 10)
    assert shop.proof(ada).matches


def test_sixteen_orders_of_one_checkout(shop: BookShop) -> None:
    ada = rich(shop)
    checkout_id = tills.begun(shop, ada, 20_00, points=100)
    results = at_once(lambda n: tills.paid(shop, checkout_id, f"A-{n}"))
    assert len(done(results)) == 1
    assert refusals(results) == [(Conflict, "checkout_committed")] * (TILLS - 1)
    assert (shop.account(ada).orders, shop.balance(ada)) == (1, 400 + 10)


def test_some_pay_while_others_call_off(shop: BookShop) -> None:
    """Paid for and then called off, or called off and never paid for: as before in the end."""
    ada = rich(shop)
    checkout_id = tills.begun(shop, ada, 20_00, points=100)

    def pay_or_call_off(n: int) -> Committed[Any]:
        return tills.paid(shop, checkout_id) if n % 2 else tills.called_off(shop, checkout_id)

    results = at_once(pay_or_call_off)
    assert {code for _, code in refusals(results)} <= {"checkout_cancelled"}
    assert get_checkout(shop.rt, shop.caller, checkout_id).cancelled
    assert (shop.account(ada).orders, shop.balance(ada)) == (0, 500)
    assert shop.proof(ada).matches


def test_the_last_points_for_sixteen_checkouts(shop: BookShop) -> None:
    """What one holds the next cannot pay with: it is promised what is left."""
    ada = rich(shop, 250)
    opened = at_once(lambda n: tills.opened(shop, ada, 20_00, points=100))
    discounts = sorted(one.answer.checkout.discount for one in done(opened))
    assert discounts == [*[0] * (TILLS - 3), 5_00, 10_00, 10_00]
    assert shop.balance(ada) == 0
    paid = at_once(lambda n: tills.paid(shop, done(opened)[n].answer.checkout.checkout_id, f"A-{n}"))
    assert len(done(paid)) == TILLS
    assert shop.account(ada).wallets[0].spent == 250
    assert shop.proof(ada).matches


TENTH = rule(
    "tenth",
    trigger={"on": "cart"},
    effects=tills.TENTH.effects,
    limits={"in_all": TILLS - 1, "budget": limited.euros(45)},
)


def test_the_last_of_a_budget_for_sixteen_checkouts(shop: BookShop) -> None:
    """Each is promised what is left, and gets it; called off and lapsed all of it can be had again."""
    shop.define(TENTH)
    everybody = [shop.member(str(n)) for n in range(TILLS)]
    opened = done(at_once(lambda n: tills.opened(shop, everybody[n])))
    promised = {one.answer.checkout.checkout_id: one.answer.checkout.discount for one in opened}
    assert (len(opened), sum(promised.values())) == (TILLS, 45_00)
    assert limited.taken(shop, "tenth")["budget"] == 45_00

    def pay_or_call_off(n: int) -> Committed[Any]:
        checkout_id = list(promised)[n]
        return tills.paid(shop, checkout_id, f"A-{n}") if n % 2 else tills.called_off(shop, checkout_id)

    ended = done(at_once(pay_or_call_off))
    paid = [one.answer.checkout for one in ended if one.answer.checkout.state == "committed"]
    assert (len(ended), len(paid)) == (TILLS, TILLS // 2)
    assert [one.discount for one in paid] == [promised[one.checkout_id] for one in paid]
    assert limited.taken(shop, "tenth")["budget"] == sum(one.discount for one in paid)
    assert verify_quotas(shop.rt, shop.caller.tenant) == ()


def test_what_has_lapsed_goes_to_sixteen_who_need_it(shop: BookShop) -> None:
    shop.define(TENTH)
    everybody = [shop.member(str(n)) for n in range(TILLS)]
    for _ in range(5):
        tills.begun(shop, None)
    later = replace(shop, rt=replace(shop.rt, clock=StoppedAt(shop.rt.clock.now() + 20 * 60_000)))
    later = replace(later, rt=replace(later.rt, config=ConfigCache(later.rt.clock)))
    opened = done(at_once(lambda n: tills.opened(later, everybody[n])))
    assert (len(opened), sum(one.answer.checkout.discount for one in opened)) == (TILLS, 45_00)
    assert limited.taken(shop, "tenth")["budget"] == 45_00
    assert verify_quotas(later.rt, shop.caller.tenant) == ()


def test_one_coupon_for_sixteen_checkouts(shop: BookShop) -> None:
    ada = shop.member("1")
    coupons.series(shop, "five", worth={"kind": "amount", "amount": 5_00, "currency": "EUR"})
    code = coupons.issue(shop, ada, "five").code
    opened = at_once(lambda n: tills.opened(shop, ada, 20_00, coupons=(code,)))
    [one] = done(opened)
    assert refusals(opened) == [(Refused, "code_held")] * (TILLS - 1)
    paid = at_once(lambda n: tills.paid(shop, one.answer.checkout.checkout_id))
    assert {each.answer.checkout.to_pay for each in done(paid)} == {15_00}
    [coupon] = list_coupons(shop.rt, shop.caller, ada, 25, None).items
    assert len(coupon.uses) == 1


def test_the_last_uses_of_a_shared_code_for_sixteen_checkouts_of_nobody(shop: BookShop) -> None:
    """Two are promised, and got; called off they can be had again."""
    worth = {"kind": "amount", "amount": 5_00, "currency": "EUR"}
    coupons.series(shop, "hi", worth=worth, codes={"kind": "shared", "code": "HI-YOU"}, limits={"used": 2})
    opened = at_once(lambda n: tills.opened(shop, None, 20_00, coupons=("HI-YOU",)))
    first, second = done(opened)
    assert refusals(opened) == [(Refused, "series_used_up")] * (TILLS - 2)
    ada = shop.member("1")
    paid = at_once(lambda n: tills.paid(shop, first.answer.checkout.checkout_id, buyer=member(ada)))
    assert {each.answer.checkout.to_pay for each in done(paid)} == {15_00}
    tills.called_off(shop, second.answer.checkout.checkout_id)
    again = at_once(lambda n: tills.opened(shop, None, 20_00, coupons=("HI-YOU",)))
    assert len(done(again)) == 1
    assert verify_quotas(shop.rt, shop.caller.tenant) == ()
