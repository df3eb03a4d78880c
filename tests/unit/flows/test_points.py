"""Giving and spending points by hand."""

from __future__ import annotations

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import NotFound
from chalicelib.flows.earn_points import earn_points
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from tests.twins import at, by_hand, fresh
from tests.twins.bookshop import BookShop, card, open_shop, refused, sale
from tests.unit.flows.seen import everything


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


def test_points_are_given_and_kept_as_the_policy_says(shop: BookShop, ada: str) -> None:
    answer = shop.earn(ada, 250).answer
    assert answer.earning is not None
    assert (answer.earning.unit, answer.earning.amount, answer.earning.rule_id) == ("points", 250, None)
    assert answer.earning.expires_on == at("2027-06-30") // 86_400_000
    assert (answer.account.balances, answer.account.tier) == ({"points": 250}, "silver")


def test_what_expires_first_is_spent_first(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 30)
    shop.clock.move_to("2026-07-01")
    shop.earn(ada, 30)
    answer = shop.spend(ada, 40).answer
    assert (answer.unit, answer.amount, answer.account.balances) == ("points", 40, {"points": 20})
    assert [(one.expires_on, one.amount) for one in shop.account(ada).wallets[0].expiring] == [
        (at("2027-07-31") // 86_400_000, 20)
    ]


def test_an_expired_point_cannot_be_spent(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 30)
    shop.clock.move_to("2027-06-30T23:59:59Z")
    assert shop.spend(ada, 10).answer.account.balances == {"points": 20}
    shop.clock.move_to("2027-07-01T00:00:00Z")
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 1)
    assert [expired.amount for expired in shop.earn(ada, 1).answer.expired] == [20]


def test_spending_does_not_lower_the_tier(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 250)
    assert shop.spend(ada, 250).answer.account.tier == "silver"


@pytest.mark.parametrize("amount", [0, -1, -(10**6)])
def test_amounts_are_positive(shop: BookShop, ada: str, amount: int) -> None:
    shop.earn(ada, 10)
    there = everything(shop)
    with refused("number_too_small", "amount"):
        shop.earn(ada, amount)
    with refused("number_too_small", "amount"):
        shop.spend(ada, amount)
    assert everything(shop) == there


def test_no_more_is_spent_than_there_is(shop: BookShop, ada: str) -> None:
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 1)
    shop.earn(ada, 10)
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 11)
    assert shop.spend(ada, 10).answer.account.balances == {"points": 0}


def test_a_balance_has_an_end(shop: BookShop, ada: str) -> None:
    shop.earn(ada, MAX_AMOUNT)
    with refused("balance_limit", "amount"):
        shop.earn(ada, 1)


def test_what_is_held_or_has_not_come_yet_is_in_its_end(shop: BookShop, ada: str) -> None:
    by_hand.promise(shop, ada, MAX_AMOUNT - 10, event="delivered")
    shop.earn(ada, 10)
    with refused("balance_limit", "amount"):
        shop.earn(ada, 1)
    by_hand.hold(shop, ada, 10)
    with refused("balance_limit", "amount"):
        shop.earn(ada, 1)
    by_hand.cancel(shop, ada, event="delivered")
    shop.earn(ada, MAX_AMOUNT - 10)
    with refused("balance_limit", "amount"):
        shop.earn(ada, 1)


def test_a_blocked_member_neither_earns_nor_spends(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        shop.earn(ada, 1)
    with refused("member_blocked", "member_id"):
        shop.spend(ada, 1)
    assert shop.balance(ada) == 10


@pytest.mark.parametrize("unit", ["stamps", "", "points "])
def test_a_unit_the_program_does_not_have(shop: BookShop, ada: str, unit: str) -> None:
    with refused("unknown_unit", "unit"):
        shop.earn(ada, 1, unit=unit)
    with refused("unknown_unit", "unit"):
        shop.spend(ada, 1, unit=unit)


@pytest.mark.parametrize("operation", [earn_points, spend_points])
def test_a_program_or_member_that_does_not_exist(shop: BookShop, ada: str, operation: object) -> None:
    assert callable(operation)
    other = open_shop(shop.rt.table, tenant="other").member("1")
    for program_id in (0, 2, 1024, -1):
        with refused("program_not_found", "program_id", NotFound):
            operation(shop.rt, shop.caller, fresh(), ada, "points", 1, program_id)
    for member_id in ("mem_00000000000", "nonsense", other):
        with refused("member_not_found", "member_id", NotFound):
            operation(shop.rt, shop.caller, fresh(), member_id, "points", 1)


def test_units_are_kept_apart() -> None:
    units = [{"code": "points", "name": "Points"}, {"code": "stamps", "name": "Stamps"}]
    shop = open_shop(program={"units": units})
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.earn(ada, 3, unit="stamps")
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 4, unit="stamps")
    assert shop.spend(ada, 3, unit="stamps").answer.account.balances == {"points": 100, "stamps": 0}
    assert shop.proof(ada).matches
