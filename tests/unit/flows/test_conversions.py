"""Points of one unit become points of another, at the program's rate."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import NotFound
from chalicelib.flows.convert_points import convert_points
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from tests.twins import at, fresh
from tests.twins.bookshop import POINTS, BookShop, dry, keyed, open_shop, refused
from tests.unit.flows.seen import everything

MILES = {"code": "miles", "name": "Miles", "decimals": 2}
UNITS = [POINTS, MILES, {"code": "stamps", "name": "Stamps"}]
RATES = [
    {"unit": "points", "into": "miles", "take": 3, "give": 200, "minimum": 2},
    {"unit": "miles", "into": "points", "take": 150, "give": 1},
    {"unit": "points", "into": "stamps", "take": 1, "give": MAX_AMOUNT},
]


def a_shop(**miles: Any) -> BookShop:
    units = [POINTS, MILES | ({"policies": [miles]} if miles else {}), UNITS[2]]
    return open_shop(program={"units": units, "rates": RATES})


@pytest.fixture
def shop() -> BookShop:
    return a_shop()


@pytest.fixture
def ada(shop: BookShop) -> str:
    member_id = shop.member("ada")
    shop.earn(member_id, 100)
    return member_id


def test_the_rate_gives_so_much_for_so_much(shop: BookShop, ada: str) -> None:
    done = shop.convert(ada, "points", "miles", 30).answer
    assert (done.unit, done.amount, done.into, done.gained, done.expires_on) == ("points", 30, "miles", 20_00, None)
    assert done.account.balances == {"points": 70, "miles": 20_00}
    points, miles, _ = shop.account(ada).wallets
    assert (points.converted, miles.gained, miles.earned) == (30, 20_00, 0)
    everything(shop)


@pytest.mark.parametrize(("rounding", "gained"), [("half_up", 667), ("down", 666)])
def test_what_comes_is_rounded_as_its_own_unit_says(rounding: str, gained: int) -> None:
    shop = a_shop(rounding=rounding)
    ada = shop.member("ada")
    shop.earn(ada, 10)
    assert shop.convert(ada, "points", "miles", 10).answer.gained == gained


def test_what_comes_lasts_as_if_earned_now_and_can_be_used_at_once() -> None:
    shop = a_shop(expiry={"type": "days", "days": 10}, available_after=30)
    ada = shop.member("ada")
    shop.earn(ada, 30)
    done = shop.convert(ada, "points", "miles", 30).answer
    assert done.expires_on == at("2026-06-25") // 86_400_000
    assert shop.spend(ada, 20_00, unit="miles").answer.account.balances["miles"] == 0


def test_the_first_to_expire_is_converted_first(shop: BookShop, ada: str) -> None:
    shop.clock.move_to("2026-07-01")
    shop.earn(ada, 10)
    shop.convert(ada, "points", "miles", 100)
    assert [one.amount for one in shop.account(ada).wallets[0].expiring] == [10]
    assert shop.account(ada).wallets[0].expiring[0].expires_on == at("2027-07-31") // 86_400_000


def test_converting_moves_nobody_between_tiers(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 150)
    assert shop.convert(ada, "points", "miles", 240).answer.account.tier == "silver"
    assert shop.convert(ada, "miles", "points", 150_00).answer.account.tier == "silver"
    assert shop.account(ada).wallets[0].available == 250 - 240 + 100


def test_converting_is_an_activity_as_spending_is() -> None:
    sliding = {"type": "sliding", "days": 10, "activities": ["spend"]}
    unit = {**POINTS, "policies": [{"expiry": sliding}]}
    shop = open_shop(program={"units": [unit, MILES], "rates": RATES[:1]})
    ada = shop.member("ada")
    shop.earn(ada, 10)
    shop.clock.move_to("2026-06-20")
    shop.convert(ada, "points", "miles", 3)
    assert [(one.expires_on, one.amount) for one in shop.account(ada).wallets[0].expiring] == [
        (at("2026-06-30") // 86_400_000, 7)
    ]


def test_less_than_the_minimum_is_not_converted(shop: BookShop, ada: str) -> None:
    with refused("below_minimum", "amount"):
        shop.convert(ada, "points", "miles", 1)
    assert shop.convert(ada, "points", "miles", 2).answer.gained == 133


def test_what_comes_to_nothing_is_not_converted(shop: BookShop, ada: str) -> None:
    shop.convert(ada, "points", "miles", 30)
    there = everything(shop)
    with refused("converts_to_nothing", "amount"):
        shop.convert(ada, "miles", "points", 74)
    assert everything(shop) == there
    assert shop.convert(ada, "miles", "points", 75).answer.gained == 1


def test_what_cannot_be_converted_changes_nothing(shop: BookShop, ada: str) -> None:
    there = everything(shop)
    for unit, into, param in (("bucks", "miles", "unit"), ("points", "bucks", "into")):
        with refused("unknown_unit", param):
            shop.convert(ada, unit, into, 10)
    for unit, into in (("stamps", "points"), ("points", "points")):
        with refused("no_rate", "into"):
            shop.convert(ada, unit, into, 10)
    with refused("insufficient_balance", "amount"):
        shop.convert(ada, "points", "miles", 101)
    with refused("balance_limit", "amount"):
        shop.convert(ada, "points", "stamps", 2)
    for amount in (0, -5):
        with refused("number_too_small", "amount"):
            shop.convert(ada, "points", "miles", amount)
    with refused("number_too_large", "amount"):
        shop.convert(ada, "points", "miles", MAX_AMOUNT + 1)
    with refused("member_not_found", "member_id", NotFound):
        shop.convert("mem_00000000000", "points", "miles", 10)
    with refused("program_not_found", "program_id", NotFound):
        convert_points(shop.rt, shop.caller, fresh(), ada, "points", "miles", 10, 2)
    assert everything(shop) == there


def test_a_blocked_member_converts_nothing(shop: BookShop, ada: str) -> None:
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        shop.convert(ada, "points", "miles", 10)


def test_a_key_converts_once_and_a_try_never(shop: BookShop, ada: str) -> None:
    there = everything(shop)
    assert shop.convert(ada, "points", "miles", 30, dry()).answer.gained == 20_00
    assert everything(shop) == there
    first = shop.convert(ada, "points", "miles", 30, keyed("k"))
    again = shop.convert(ada, "points", "miles", 30, keyed("k"))
    assert (again.replayed, again.answer) == (True, first.answer)
    assert shop.account(ada).wallets[0].available == 70
