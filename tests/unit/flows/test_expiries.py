"""What expires on which day: a member asks until when they can use what they have, and what is on its way."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.errors import NotFound
from chalicelib.flows.list_expiries import list_expiries
from chalicelib.flows.replace_program import replace_program
from chalicelib.kit.periods import iso_day
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, PROGRAM, BookShop, open_shop, refused

STAMPS = {"code": "stamps", "name": "Stamps", "decimals": 1}


@pytest.fixture
def shop() -> BookShop:
    return open_shop(program={"units": [POINTS, STAMPS]})


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


def policy(shop: BookShop, *first: Any, **said: Any) -> None:
    unit = {"code": "points", "name": "Points", "policies": [*first, said]}
    definition = ProgramDefinition.model_validate(PROGRAM | {"units": [unit, STAMPS]})
    replace_program(shop.rt, shop.caller, fresh(), 1, definition)


def days(shop: BookShop, member_id: str, unit: str = "points") -> list[tuple[Any, ...]]:
    [told] = list_expiries(shop.rt, shop.caller, (member_id, 1), unit)
    return [
        (None if day.expires_on is None else iso_day(day.expires_on), day.available, day.held, day.pending)
        for day in told.days
    ]


def test_each_day_has_what_passes_with_it_and_what_never_does_comes_last(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    shop.clock.move_to("2026-08-01")
    shop.earn(ada, 20)
    shop.earn(ada, 5, unit="stamps")
    assert days(shop, ada) == [("2027-06-30", 10, 0, 0), ("2027-08-31", 20, 0, 0)]
    assert days(shop, ada, "stamps") == [(None, 5, 0, 0)]
    both = list_expiries(shop.rt, shop.caller, (ada, 1))
    assert [(one.unit, one.decimals, len(one.days)) for one in both] == [("points", 0, 2), ("stamps", 1, 1)]
    shop.clock.move_to("2027-07-01")
    assert days(shop, ada) == [("2027-08-31", 20, 0, 0)]


def test_what_is_held_and_what_is_pending_stand_on_their_days(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    by_hand.hold(shop, ada, 4)
    by_hand.promise(shop, ada, 7, available_after_days=30)
    by_hand.promise(shop, ada, 9, event="later")
    assert days(shop, ada) == [("2027-06-30", 6, 4, 16)]
    shop.clock.move_to("2026-07-20")
    assert days(shop, ada) == [("2027-06-30", 13, 4, 9)]
    assert sum(map(sum, (row[1:] for row in days(shop, ada)))) == 26


def test_what_counts_from_when_it_comes_has_no_day_before_its_event(shop: BookShop, ada: str) -> None:
    policy(shop, expiry={"type": "days", "days": 10}, expiry_counts="available")
    by_hand.promise(shop, ada, 9, event="later")
    by_hand.promise(shop, ada, 7, available_after_days=30)
    [told] = list_expiries(shop.rt, shop.caller, (ada, 1), "points")
    assert (told.undecided, days(shop, ada)) == (9, [("2026-07-25", 0, 0, 7)])
    by_hand.activate(shop, ada, event="later")
    [told] = list_expiries(shop.rt, shop.caller, (ada, 1), "points")
    assert (told.undecided, days(shop, ada)) == (0, [("2026-06-25", 9, 0, 0), ("2026-07-25", 0, 0, 7)])


def test_what_slides_says_so_and_moves_with_what_is_held_of_it(shop: BookShop, ada: str) -> None:
    shop.clock.move_to("2026-06-14")
    shop.earn(ada, 3)
    sliding = {"type": "sliding", "days": 30, "activities": ["earn"]}
    policy(shop, *POINTS["policies"], expiry=sliding, effective_from="2026-06-15")
    shop.clock.move_to("2026-06-15")
    shop.earn(ada, 10)
    by_hand.hold(shop, ada, 4)
    assert days(shop, ada) == [("2026-07-15", 6, 4, 0), ("2027-06-30", 3, 0, 0)]
    shop.clock.move_to("2026-07-01")
    shop.earn(ada, 1)
    [told] = list_expiries(shop.rt, shop.caller, (ada, 1), "points")
    assert [(iso_day(day.expires_on or 0), day.available, day.held, day.slides) for day in told.days] == [
        ("2026-07-31", 7, 4, True),
        ("2027-06-30", 3, 0, False),
    ]


def test_it_adds_up_to_what_the_account_shows(shop: BookShop, ada: str) -> None:
    for month in (7, 8, 9):
        shop.earn(ada, 10 * month)
        shop.clock.move_to(f"2026-{month:02}-15")
    shop.spend(ada, 25)
    by_hand.hold(shop, ada, 30)
    [points, _] = shop.account(ada).wallets
    told = [(day.expires_on, day.amount) for day in points.expiring]
    [unit] = list_expiries(shop.rt, shop.caller, (ada, 1), "points")
    assert [(day.expires_on, day.available) for day in unit.days if day.available] == told
    assert sum(day.held for day in unit.days) == points.held == 30


def test_of_whom_nothing_is_known_nothing_expires_and_strangers_are_not_found(shop: BookShop, ada: str) -> None:
    assert days(shop, ada) == []
    with refused("unknown_unit", "unit"):
        list_expiries(shop.rt, shop.caller, (ada, 1), "miles")
    with refused("program_not_found", "program_id", NotFound):
        list_expiries(shop.rt, shop.caller, (ada, 2))
    with refused("member_not_found", "member_id", NotFound):
        list_expiries(shop.rt, shop.caller, ("mem_00000000000", 1))
