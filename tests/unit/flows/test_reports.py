"""What finance asks for: liability by month from counters, what came and went by period, statements narrowed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.feeds.model import month_name
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.flows.histogram import Bar, Step
from chalicelib.flows.read_histogram import read_histogram
from chalicelib.flows.read_liability import Liability, read_liability
from chalicelib.flows.read_statement import Wanted, read_statement
from chalicelib.kit.periods import Day, parse_day
from chalicelib.runtime import Runtime
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, goods_back, open_shop, refused, sale
from tests.unit.relay.relayed import on_plain_table, opened, run


def day(text: str) -> Day:
    number = parse_day(text)
    assert number is not None
    return number


def sum_over_accounts(rt: Runtime, shop: BookShop, members: list[str]) -> Counter[tuple[str, str]]:
    """What the lots of all accounts hold, by unit and month of their last day."""
    total: Counter[tuple[str, str]] = Counter()
    for member in members:
        account, _ = accounts.read(rt.table, shop.caller.tenant, member, 1)
        for wallet in account.wallets.values():
            for lot in wallet.lots:
                total[wallet.unit, month_name(lot.expires_on)] += lot.left
    return total


def by_month(told: Liability) -> Counter[tuple[str, str]]:
    return Counter(
        {(unit.unit, month.month or "never"): month.liability for unit in told.units for month in unit.months}
    )


# --- liability -----------------------------------------------------------------------------------------------------------


def test_liability_is_the_sum_over_accounts_by_the_month_of_the_last_day() -> None:
    shop, table = opened()
    ada, bob = shop.member("1"), shop.member("2")
    order = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.earn(bob, 70)
    shop.clock.move_to("2026-09-10")
    shop.earn(ada, 30)
    shop.bring_back(order.order_id, goods_back("R1", 40_00))
    shop.spend(bob, 25)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    told = read_liability(rt, shop.caller, 1)
    points = next(unit for unit in told.units if unit.unit == "points")
    assert [(one.month, one.liability, one.breakage) for one in points.months] == [
        ("2027-06", 60 + 45, 0),
        ("2027-09", 30, 0),
    ]
    assert points.available == 135 == shop.balance(ada) + shop.balance(bob)
    assert by_month(told) == sum_over_accounts(rt, shop, [ada, bob])


def test_what_expires_moves_from_liability_to_breakage() -> None:
    shop, table = opened()
    ada = shop.member("1")
    shop.earn(ada, 70)
    shop.clock.move_to("2027-07-01")
    shop.earn(ada, 5)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    [points, *_] = read_liability(rt, shop.caller, 1).units
    assert [(one.month, one.liability, one.breakage) for one in points.months] == [
        ("2027-06", 0, 70),
        ("2028-07", 5, 0),
    ]


def test_programs_owe_apart_and_a_program_that_is_not_there_owes_nothing() -> None:
    shop, _ = opened()
    assert all((unit.available, unit.months) == (0, ()) for unit in read_liability(shop.rt, shop.caller, 1).units)
    with refused("program_not_found", "program_id", NotFound):
        read_liability(shop.rt, shop.caller, 2)


# --- histogram -----------------------------------------------------------------------------------------------------------


def bars(shop: BookShop, member: str, first: str, last: str, by: Step = "month") -> dict[str, dict[str, int]]:
    """Those in which anything happens, by name, with what is not nothing."""
    told = read_histogram(shop.rt, shop.caller, (member, 1), "points", (day(first), day(last)), by)
    return {bar.period: kinds for bar in told.items if (kinds := _kinds(bar))}


def _kinds(bar: Bar) -> dict[str, int]:
    return {name: amount for name, amount in bar.model_dump().items() if name not in ("period", "foreseen") and amount}


def test_what_came_and_went_by_month_and_what_will_expire() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.earn(ada, 100)
    shop.clock.move_to("2026-08-02")
    shop.earn(ada, 50)
    shop.spend(ada, 30)
    assert bars(shop, ada, "2026-06-01", "2027-12-31") == {
        "2026-06": {"earned": 100},
        "2026-08": {"earned": 50, "spent": 30},
        "2027-07": {"expired": 70},
        "2027-09": {"expired": 50},
    }
    assert bars(shop, ada, "2026-01-01", "2027-12-31", "year") == {
        "2026": {"earned": 150, "spent": 30},
        "2027": {"expired": 120},
    }
    assert bars(shop, ada, "2026-08-02", "2026-08-02", "day") == {"2026-08-02": {"earned": 50, "spent": 30}}


def test_what_expired_counts_on_its_day_whenever_somebody_came_to_settle_it() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.earn(ada, 100)
    shop.clock.move_to("2027-12-24")
    unsettled = bars(shop, ada, "2027-01-01", "2027-12-31")
    shop.earn(ada, 1)
    assert unsettled == {"2027-07": {"expired": 100}}
    assert bars(shop, ada, "2027-01-01", "2027-12-31") == unsettled | {"2027-12": {"earned": 1}}


def test_a_late_purchase_counts_in_its_own_month() -> None:
    shop = open_shop()
    shop.clock.move_to("2026-08-02")
    ada = shop.buy(card("1"), sale("A1", 80_00, on="2026-06-20")).answer.member_id
    assert bars(shop, ada, "2026-06-01", "2026-08-31") == {"2026-06": {"earned": 80}}


@pytest.mark.parametrize(
    ("first", "last", "by"), [("2026-02-01", "2026-01-31", "day"), ("2026-01-01", "2027-12-31", "day")]
)
def test_a_span_that_is_none_or_too_long_is_refused(first: str, last: str, by: Step) -> None:
    shop = open_shop()
    with refused("invalid_span", "until", InvalidInput):
        bars(shop, shop.member("1"), first, last, by)
    with refused("unknown_unit", "unit", Refused):
        read_histogram(shop.rt, shop.caller, (shop.member("2"), 1), "stars", (day("2026-01-01"), day("2026-01-02")))


# --- statements ----------------------------------------------------------------------------------------------------------


def narrowed(shop: BookShop, member: str, wanted: Wanted, limit: int = 3) -> list[tuple[str, int | None]]:
    lines: list[tuple[str, int | None]] = []
    cursor = None
    while True:
        page = read_statement(shop.rt, shop.caller, (member, 1), limit, cursor, wanted)
        assert all(entry.lines for entry in page.items)
        lines += [(line.type, line.amount) for entry in page.items for line in entry.lines]
        cursor = page.next_cursor
        if cursor is None:
            return lines


def test_a_statement_is_narrowed_by_type_unit_and_days() -> None:
    shop = open_shop()
    ada = shop.member("1")
    for number in range(1, 6):
        shop.clock.move_to(f"2026-0{number + 5 if number < 5 else 9}-20")
        shop.earn(ada, number)
        shop.spend(ada, 1)
    assert narrowed(shop, ada, Wanted(type="points.spent")) == [("points.spent", -1)] * 5
    earned = narrowed(shop, ada, Wanted(type="points.earned", first=day("2026-07-01"), last=day("2026-08-31")))
    assert earned == [("points.earned", 3), ("points.earned", 2)]
    assert narrowed(shop, ada, Wanted(unit="USD")) == []
    assert len(narrowed(shop, ada, Wanted(unit="points", first=day("2026-09-20")))) == 4


def test_a_narrow_statement_asks_four_pages_at_most_and_goes_on() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.earn(ada, 1_000)
    for _ in range(450):
        shop.spend(ada, 1)
    page = read_statement(shop.rt, shop.caller, (ada, 1), 10, None, Wanted(type="points.earned"))
    assert (page.items, page.next_cursor is None) == ((), False)
    rest = read_statement(shop.rt, shop.caller, (ada, 1), 10, page.next_cursor, Wanted(type="points.earned"))
    assert [line.amount for entry in rest.items for line in entry.lines] == [1_000]
    with refused("invalid_cursor", "cursor", InvalidInput):
        read_statement(shop.rt, shop.caller, (ada, 1), 10, page.next_cursor, Wanted(type="points.spent"))


def test_the_past_is_as_it_was_known_then() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.earn(ada, 100)
    shop.clock.move_to("2026-08-02")
    shop.buy(card("1"), sale("A1", 80_00, on="2026-06-20"), replace(fresh()))
    assert shop.account(ada, "2026-07-01").wallets[0].available == 100
    assert shop.account(ada).wallets[0].available == 180
    assert shop.account(ada, "2026-01-01").version == 0
