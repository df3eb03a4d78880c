"""A statement asked for by state: what has become of the points that each of its lines gave."""

from __future__ import annotations

import pytest

from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.read_statement import PAGE, PAGES, Wanted, read_statement
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.statement_lines import StatementLine
from chalicelib.flows.statement_states import STATES, Now
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.table.memory import MemoryTable
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, card, goods_back, open_shop, sale

STAMPS = {"code": "stamps", "name": "Stamps"}
RATES = [{"unit": "points", "into": "stamps", "take": 10, "give": 1}]


@pytest.fixture
def shop() -> BookShop:
    return open_shop(program={"units": [POINTS, STAMPS], "rates": RATES})


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


def lines(shop: BookShop, member_id: str, state: str, limit: int = 100, unit: str | None = None) -> list[StatementLine]:
    """Of all pages; each that is not the last says how far it came."""
    found: list[StatementLine] = []
    cursor = None
    while True:
        page = read_statement(shop.rt, shop.caller, (member_id, 1), limit, cursor, Wanted(state=state, unit=unit))
        found += [line for entry in page.items for line in entry.lines]
        cursor = page.next_cursor
        if cursor is None:
            return found
        assert page.looked_back_to is not None


def amounts(shop: BookShop, member_id: str, state: str, unit: str | None = None) -> list[int]:
    return [line.now.amount for line in lines(shop, member_id, state, unit=unit) if line.now is not None]


def by_state(shop: BookShop, member_id: str) -> dict[str, list[int]]:
    """Every point that there is was given by some line, so they add up to the wallets."""
    known = [line.now for line in lines(shop, member_id, "any") if line.now is not None]
    wallets = shop.account(member_id).wallets
    for place in ("available", "held", "pending"):
        assert sum(getattr(one, place) for one in known) == sum(getattr(wallet, place) for wallet in wallets)
    told = {state: amounts(shop, member_id, state) for state in STATES}
    every = sorted(told.pop("any"))
    assert every == sorted(amount for some in told.values() for amount in some)
    return {state: some for state, some in told.items() if some}


def earned(shop: BookShop, member_id: str, amount: int) -> str:
    earning = shop.earn(member_id, amount).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


def test_what_was_spent_is_gone_and_what_is_left_of_a_credit_makes_it_available(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    shop.earn(ada, 20)
    shop.earn(ada, 30)
    shop.spend(ada, 15)
    assert by_state(shop, ada) == {"gone": [10], "available": [30, 20]}
    assert [line.now for line in lines(shop, ada, "available")] == [
        Now(state="available", amount=30, available=30, held=0, pending=0),
        Now(state="available", amount=20, available=15, held=0, pending=0),
    ]


def test_what_was_cancelled_and_what_was_let_expire(shop: BookShop, ada: str) -> None:
    first, second = earned(shop, ada, 10), earned(shop, ada, 20)
    cancel_earning(shop.rt, shop.caller, fresh(), ada, first)
    expire_earning(shop.rt, shop.caller, fresh(), ada, second)
    assert by_state(shop, ada) == {"cancelled": [10], "expired": [20]}


def test_what_has_passed_is_expired_whether_somebody_touched_it_or_not(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    shop.clock.move_to("2027-06-30")
    assert by_state(shop, ada) == {"available": [10]}
    shop.clock.move_to("2027-07-02")
    assert by_state(shop, ada) == {"expired": [10]}
    shop.earn(ada, 5)
    assert by_state(shop, ada) == {"expired": [10], "available": [5]}


def test_what_is_pending_comes_and_is_available(shop: BookShop, ada: str) -> None:
    by_hand.promise(shop, ada, 7, available_after_days=3)
    by_hand.promise(shop, ada, 9, event="later")
    assert by_state(shop, ada) == {"pending": [9, 7]}
    shop.clock.move_to("2026-06-20")
    assert by_state(shop, ada) == {"pending": [9], "available": [7]}
    by_hand.cancel(shop, ada, event="later")
    assert by_state(shop, ada) == {"cancelled": [9], "available": [7]}


def test_what_is_held_is_held_until_it_is_captured_or_free_again(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 7)
    shop.earn(ada, 9)
    hold = by_hand.hold(shop, ada, 10).answer.hold_id
    assert by_state(shop, ada) == {"held": [7], "available": [9]}
    assert [line.now for line in lines(shop, ada, "any")] == [
        Now(state="available", amount=9, available=6, held=3, pending=0),
        Now(state="held", amount=7, available=0, held=7, pending=0),
    ]
    by_hand.capture(shop, ada, hold, 7)
    assert by_state(shop, ada) == {"gone": [7], "available": [9]}


def test_a_sale_taken_back_is_gone_and_a_grant_is_a_credit_as_well(shop: BookShop, ada: str) -> None:
    order = shop.buy(card("1"), sale("A1", 100_00)).answer
    by_hand.grant(shop, ada, 5)
    shop.bring_back(order.order_id, goods_back("R1", 100_00))
    assert by_state(shop, ada) == {"gone": [100], "available": [5]}


def test_points_sent_are_the_receivers_and_what_was_converted_is_of_the_other_unit(shop: BookShop, ada: str) -> None:
    bob = shop.member("2")
    shop.earn(ada, 100)
    shop.send(ada, bob, 40)
    shop.convert(ada, "points", "stamps", 50)
    assert by_state(shop, bob) == {"available": [40]}
    assert by_state(shop, ada) == {"available": [5, 100]}
    assert amounts(shop, ada, "available", "stamps") == [5]
    assert amounts(shop, ada, "available", "points") == [100]
    [line] = lines(shop, ada, "available", unit="stamps")
    assert (line.type, line.unit, line.amount) == ("points.converted", "stamps", 5)


@pytest.mark.parametrize("give", [1, 50])
@pytest.mark.parametrize("used", [0, 2])
def test_a_conversion_that_was_undone_is_cancelled_whatever_its_rate_and_whatever_was_used(
    give: int, used: int
) -> None:
    rate = {"unit": "points", "into": "stamps", "take": 10, "give": give}
    shop = open_shop(program={"units": [POINTS, STAMPS], "rates": [rate]})
    ada = shop.member("1")
    shop.earn(ada, 100)
    converted = shop.convert(ada, "points", "stamps", 50).answer
    if used:
        shop.spend(ada, used, unit="stamps")
    undo_entry(shop.rt, shop.caller, fresh(), ada, converted.conversion_id)
    assert by_state(shop, ada) == {"cancelled": [converted.gained], "available": [100]}


def test_a_refund_into_its_own_places_gives_nothing_of_its_own(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    spend = shop.spend(ada, 10).answer.spend_id
    assert by_state(shop, ada) == {"gone": [10]}
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend, None)
    assert by_state(shop, ada) == {"available": [10]}


def test_of_whom_nothing_is_known_there_is_nothing_in_any_state(shop: BookShop, ada: str) -> None:
    for state in STATES:
        page = read_statement(shop.rt, shop.caller, (ada, 1), 10, None, Wanted(state=state))
        assert (page.items, page.next_cursor, page.looked_back_to) == ((), None, None)


def test_pages_of_a_state_join_and_do_not_depend_on_their_length(shop: BookShop, ada: str) -> None:
    for number in range(1, 9):
        shop.earn(ada, number)
        shop.clock.at += 1
    shop.spend(ada, 1 + 2 + 3 + 2)
    for limit in (1, 2, 3, 100):
        assert [line.amount for line in lines(shop, ada, "available", limit)] == [8, 7, 6, 5, 4]
        assert [line.amount for line in lines(shop, ada, "gone", limit)] == [3, 2, 1]


def test_a_long_journal_is_looked_through_no_further_than_it_can_matter() -> None:
    """What is available is the newest: nobody reads the years before it. What is gone may be anywhere, a page at a time."""
    table = MemoryTable()
    shop = open_shop(table)
    ada = shop.member("1")
    for _ in range(PAGE * PAGES + 20):
        shop.earn(ada, 1)
    shop.spend(ada, PAGE * PAGES + 15)
    shop.rt.config.load(table, shop.caller.tenant)

    def asked(state: str, cursor: str | None = None) -> tuple[int, int, str | None]:
        before = table.meter.cost.requests
        page = read_statement(shop.rt, shop.caller, (ada, 1), 10, cursor, Wanted(state=state))
        return table.meter.cost.requests - before, len(page.items), page.next_cursor

    assert asked("available") == (2, 5, None)
    assert asked("pending") == asked("held") == (1, 0, None)
    requests, items, cursor = asked("expired")
    assert (requests, items, cursor is not None) == (1 + PAGES, 0, True)
    assert asked("expired", cursor) == (2, 0, None)
    assert asked("gone")[:2] == (2, 10)
