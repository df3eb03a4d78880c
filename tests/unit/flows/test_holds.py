"""Points set aside: captured, released, lapsed; never spent twice and never lost."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.account_views import Hold
from chalicelib.flows.hold_points import LONGEST_SECONDS
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from tests.twins import at, fresh
from tests.twins.bookshop import BookShop, card, keyed, open_shop, refused, sale
from tests.twins.by_hand import capture, day, grant, hold, holds, release
from tests.unit.flows.seen import everything

HOUR = 3_600


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


@pytest.fixture
def ada(shop: BookShop) -> str:
    member_id = shop.member("1")
    shop.earn(member_id, 100)
    return member_id


def wallet(shop: BookShop, member_id: str) -> Any:
    assert shop.proof(member_id).matches
    return shop.account(member_id).wallets[0]


def totals(shop: BookShop, member_id: str) -> tuple[int, int, int, int]:
    """What is available, held, spent and expired."""
    one = wallet(shop, member_id)
    return one.available, one.held, one.spent, one.expired


def test_what_is_held_is_neither_available_nor_spent(shop: BookShop, ada: str) -> None:
    held = hold(shop, ada, 60).answer
    assert (held.hold_id, held.unit, held.amount, held.lapses_at) == (1, "points", 60, None)
    assert held.entry_id.startswith("ent_")
    assert held.account.balances == {"points": 40}
    assert totals(shop, ada) == (40, 60, 0, 0)
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 41)
    with refused("insufficient_balance", "amount"):
        hold(shop, ada, 41)


def test_holds_are_numbered_and_listed_with_what_they_have(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 10)
    hold(shop, ada, 20, at=at("2026-06-16"))
    release(shop, ada, 1)
    hold(shop, ada, 30, after_seconds=HOUR)
    shown = [
        Hold(hold_id=2, unit="points", amount=20, lapses_at=at("2026-06-16")),
        Hold(hold_id=3, unit="points", amount=30, lapses_at=at("2026-06-15T13:00:00Z")),
    ]
    assert holds(shop, ada) == shown == list(shop.account(ada).holds)


# --- capturing -----------------------------------------------------------------------------------------------------------


def test_a_hold_is_captured_whole(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 60)
    captured = capture(shop, ada, 1).answer
    assert captured.capture_id.startswith("ent_")
    assert (captured.amount, captured.released, captured.left) == (60, 0, 0)
    assert totals(shop, ada) == (40, 0, 60, 0)
    assert holds(shop, ada) == []


def test_the_rest_of_a_part_is_released_or_stays_held(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 60)
    kept = capture(shop, ada, 1, 10, keep_rest=True).answer
    assert (kept.amount, kept.released, kept.left) == (10, 0, 50)
    assert totals(shop, ada) == (40, 50, 10, 0)
    freed = capture(shop, ada, 1, 20).answer
    assert (freed.amount, freed.released, freed.left) == (20, 30, 0)
    assert totals(shop, ada) == (70, 0, 30, 0)


def test_what_is_over_is_over(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 10)
    hold(shop, ada, 10)
    capture(shop, ada, 1)
    release(shop, ada, 2)
    there = everything(shop)
    for number in (1, 2):
        with refused("hold_closed", "hold_id"):
            capture(shop, ada, number)
        with refused("hold_closed", "hold_id"):
            release(shop, ada, number)
    for number in (0, 3, -1):
        with refused("hold_not_found", "hold_id", NotFound):
            capture(shop, ada, number)
        with refused("hold_not_found", "hold_id", NotFound):
            release(shop, ada, number)
    assert everything(shop) == there


@pytest.mark.parametrize("act", [capture, release])
@pytest.mark.parametrize(
    ("amount", "code"), [(0, "number_too_small"), (-1, "number_too_small"), (MAX_AMOUNT + 1, "number_too_large")]
)
def test_a_part_is_a_positive_amount(shop: BookShop, ada: str, act: Any, amount: int, code: str) -> None:
    hold(shop, ada, 10)
    with refused(code, "amount"):
        act(shop, ada, 1, amount)
    with refused("more_than_held", "amount"):
        act(shop, ada, 1, 11)
    assert totals(shop, ada) == (90, 10, 0, 0)


# --- releasing and lapsing -----------------------------------------------------------------------------------------------


def test_a_hold_is_released_in_part_and_whole(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 60)
    assert (release(shop, ada, 1, 20).answer.left, totals(shop, ada)) == (40, (60, 40, 0, 0))
    assert (release(shop, ada, 1).answer.left, totals(shop, ada)) == (0, (100, 0, 0, 0))


def test_what_comes_back_after_its_last_day_expires_and_says_so(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 50, expires_on=day("2026-06-20"))
    hold(shop, ada, 60)
    shop.clock.move_to("2026-06-21")
    assert totals(shop, ada) == (90, 60, 0, 0)
    released = release(shop, ada, 1).answer
    assert [(one.amount, one.expires_on) for one in released.expired] == [(50, day("2026-06-20"))]
    assert totals(shop, ada) == (100, 0, 0, 50)


def test_a_hold_can_be_captured_though_what_it_has_would_have_expired(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 50, expires_on=day("2026-06-20"))
    hold(shop, ada, 50)
    shop.clock.move_to("2026-06-21")
    assert capture(shop, ada, 1).answer.expired == ()
    assert totals(shop, ada) == (100, 0, 50, 0)


def test_a_hold_lapses_by_itself(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 60, after_seconds=HOUR)
    shop.clock.move_to("2026-06-15T12:59:59Z")
    assert totals(shop, ada) == (40, 60, 0, 0)
    shop.clock.move_to("2026-06-15T13:00:00Z")
    assert (totals(shop, ada), holds(shop, ada)) == ((100, 0, 0, 0), [])
    for act in (capture, release):
        with refused("hold_closed", "hold_id"):
            act(shop, ada, 1)
    assert shop.spend(ada, 100).answer.account.balances == {"points": 0}
    assert [line.type for line in shop.statement(ada)[-1].lines] == ["points.released", "points.spent"]


def test_the_due_job_lets_a_hold_lapse_that_nobody_asks_for(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 60, after_seconds=HOUR)
    assert settle_due(shop.rt, shop.caller, day("2026-06-15")) == 0
    shop.clock.move_to("2026-06-16")
    assert settle_due(shop.rt, shop.caller, day("2026-06-15")) == 1
    last = shop.statement(ada)[-1]
    assert (last.operation, [(line.type, line.hold_id) for line in last.lines]) == (
        "settle_due",
        [("points.released", 1)],
    )
    assert settle_due(shop.rt, shop.caller, day("2026-06-15")) == 0


def test_a_hold_that_lapsed_late_comes_to_the_same(shop: BookShop, ada: str) -> None:
    """It lapsed before the last day of what it had, though nobody looked until after it."""
    grant(shop, ada, 50, expires_on=day("2026-06-20"))
    hold(shop, ada, 50, at=at("2026-06-18"))
    shop.clock.move_to("2026-07-30")
    assert totals(shop, ada) == (100, 0, 0, 50)


@pytest.mark.parametrize(
    ("lapse", "code", "param"),
    [
        ({"at": at("2026-06-15")}, "lapses_in_past", "lapses_at"),
        ({"at": at("2026-06-14")}, "lapses_in_past", "lapses_at"),
        ({"after_seconds": 0}, "lapses_in_past", "lapses_at"),
        ({"at": at("2037-01-01")}, "lapses_too_late", "lapses_at"),
        ({"after_seconds": 10**12}, "lapses_too_late", "lapses_after_seconds"),
        ({"at": at("2026-06-16"), "after_seconds": HOUR}, "two_lapses", "lapses_after_seconds"),
    ],
)
def test_a_hold_lapses_once_and_within_ten_years(
    shop: BookShop, ada: str, lapse: dict[str, Any], code: str, param: str
) -> None:
    there = everything(shop)
    with refused(code, param, InvalidInput):
        hold(shop, ada, 1, **lapse)
    assert everything(shop) == there


def test_seconds_are_counted_from_where_a_fast_till_has_brought_the_account() -> None:
    shop = open_shop(now="2026-06-15T23:57:00Z")
    ada = shop.buy(card("1"), sale("A1", on="2026-06-15T23:59:30Z")).answer.member_id
    held = hold(shop, ada, 60, keyed("cart"), after_seconds=60).answer
    assert held.lapses_at == at("2026-06-16T00:00:30Z")
    shop.clock.move_to("2026-06-15T23:59:00Z")
    assert hold(shop, ada, 60, keyed("cart"), after_seconds=60).answer == held
    longest = hold(shop, ada, 1, after_seconds=LONGEST_SECONDS).answer
    assert longest.lapses_at == at("2026-06-15T23:59:30Z") + LONGEST_SECONDS * 1000
    with refused("lapses_in_past", "lapses_at", InvalidInput):
        hold(shop, ada, 1, at=at("2026-06-15T23:59:30Z"))
    shop.clock.move_to("2026-06-16T00:00:30Z")
    assert totals(shop, ada) == (99, 1, 0, 0)


# --- who -------------------------------------------------------------------------------------------------------------


def test_what_a_member_began_before_being_blocked_is_brought_to_its_end(shop: BookShop, ada: str) -> None:
    hold(shop, ada, 10)
    hold(shop, ada, 10)
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        hold(shop, ada, 1)
    capture(shop, ada, 1)
    release(shop, ada, 2)
    assert totals(shop, ada) == (90, 0, 10, 0)


def test_a_hold_is_of_one_account(shop: BookShop, ada: str) -> None:
    bob = shop.member("2")
    hold(shop, ada, 10)
    with refused("hold_not_found", "hold_id", NotFound):
        capture(shop, bob, 1)
    other = open_shop(shop.rt.table, tenant="other")
    with refused("member_not_found", "member_id", NotFound):
        capture(other, ada, 1)
    assert totals(shop, ada) == (90, 10, 0, 0)
