"""What finance asks for of all members together: what came and went by day, month and year, and what lies ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.packed import packed
from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import get_program
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.flows.histogram import Bar, Step
from chalicelib.flows.read_histogram import read_histogram
from chalicelib.flows.read_program_histogram import read_program_histogram
from chalicelib.flows.replace_program import replace_program
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day, local_day, parse_day
from chalicelib.runtime import Runtime
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from tests.simulation.run import drawn, lived
from tests.twins import by_hand, fresh
from tests.twins.bookshop import BookShop, card, goods_back, refused, sale
from tests.unit.flows.by_hand import spent_below_zero
from tests.unit.flows.lived import DAY_MS, PROGRAMS, Life, begun
from tests.unit.relay.relayed import on_plain_table, opened, run

Told = dict[str, dict[str, int]]
BY_DAY: Step = "day"
BY_MONTH: Step = "month"


def day(text: str) -> Day:
    number = parse_day(text)
    assert number is not None
    return number


def kinds(bars: Sequence[Bar]) -> Told:
    """Those in which anything happens, by name, with what is not nothing."""
    told = {
        bar.period: {name: n for name, n in bar.model_dump().items() if name not in ("period", "foreseen") and n}
        for bar in bars
    }
    return {period: counts for period, counts in told.items() if counts}


def told(shop: BookShop, rt: Runtime, first: str, last: str, by: Step = "month") -> Told:
    return kinds(read_program_histogram(rt, shop.caller, 1, "points", (day(first), day(last)), by).items)


def sum_over_accounts(
    rt: Runtime, caller: Caller, owners: Sequence[str], of: tuple[int, str], span: tuple[Day, Day], by: Step
) -> Told:
    program, unit = of
    total: dict[str, Counter[str]] = {}
    for owner in owners:
        for period, counts in kinds(read_histogram(rt, caller, (owner, program), unit, span, by).items).items():
            total.setdefault(period, Counter()).update(counts)
    return {period: dict(counts) for period, counts in total.items()}


# --- what it says ----------------------------------------------------------------------------------------------------


def test_it_tells_of_all_members_what_came_and_went_and_what_lies_ahead() -> None:
    shop, table = opened()
    ada, bob = shop.member("1"), shop.member("2")
    order = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.earn(bob, 70)
    shop.clock.move_to("2026-08-02")
    shop.bring_back(order.order_id, goods_back("R1", 40_00, on="2026-08-02"))
    shop.spend(bob, 25)
    by_hand.promised(shop, ada, 12, available_after_days=60)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert told(shop, rt, "2026-06-01", "2027-12-31") == {
        "2026-06": {"earned": 170},
        "2026-08": {"spent": 25, "cancelled": 40, "pending": 12},
        "2026-10": {"earned": 12},
        "2027-07": {"expired": 60 + 45},
        "2027-09": {"expired": 12},
    }
    assert told(shop, rt, "2026-08-02", "2026-10-01", "day") == {
        "2026-08-02": {"spent": 25, "cancelled": 40, "pending": 12},
        "2026-10-01": {"earned": 12},
    }


def test_a_late_purchase_counts_on_its_own_day_and_what_expired_on_the_day_after_its_last() -> None:
    shop, table = opened()
    shop.clock.move_to("2026-08-02")
    ada = shop.buy(card("1"), sale("A1", 80_00, on="2026-06-20")).answer.member_id
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    before = told(shop, rt, "2026-06-01", "2027-12-31")
    assert before == {"2026-06": {"earned": 80}, "2027-07": {"expired": 80}}
    shop.clock.move_to("2027-11-05")
    shop.earn(ada, 1)
    run(rt, table.entries())
    assert told(shop, rt, "2026-06-01", "2027-12-31") == before | {"2027-11": {"earned": 1}}


def test_a_day_is_the_programs_own() -> None:
    shop, table = opened()
    known = get_program(shop.rt, shop.caller, 1).model_dump(mode="json", exclude={"program_id"})
    replace_program(shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(known | {"zone": "Asia/Tokyo"}))
    shop.clock.move_to("2026-06-30T20:00:00Z")
    ada = shop.member("1")
    shop.earn(ada, 7)
    by_hand.promised(shop, ada, 5, available_after_days=1)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert told(shop, rt, "2026-06-01", "2026-07-31", "day") == {
        "2026-07-01": {"earned": 7, "pending": 5},
        "2026-07-02": {"earned": 5},
    }


def test_what_comes_pays_first_for_what_is_owed_and_only_the_rest_will_expire() -> None:
    shop, table = opened()
    known = get_program(shop.rt, shop.caller, 1).model_dump(mode="json", exclude={"program_id"})
    policy = {"expiry": {"type": "end_of_month", "months": 12}, "negative": "limit", "negative_limit": 50}
    units = [{"code": "points", "name": "Points", "policies": [policy]}]
    replace_program(shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(known | {"units": units}))
    shop.clock.elapsed += 60.0
    ada = shop.member("1")
    by_hand.promised(shop, ada, 30, available_after_days=10)
    spent_below_zero(shop, ada, 20)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    owing = {"2026-06": {"earned": 30, "spent": 20, "pending": 30}, "2027-07": {"expired": 10}}
    assert told(shop, rt, "2026-06-01", "2027-12-31") == owing
    shop.earn(ada, 20)
    run(rt, table.entries())
    paid = {"2026-06": {"earned": 50, "spent": 20, "pending": 30}, "2027-07": {"expired": 30}}
    assert told(shop, rt, "2026-06-01", "2027-12-31") == paid


@pytest.mark.parametrize(("first", "last"), [("2026-02-01", "2026-01-31"), ("2026-01-01", "2027-12-31")])
def test_a_span_that_is_none_or_too_long_is_refused(first: str, last: str) -> None:
    shop, _ = opened()
    with refused("invalid_span", "until", InvalidInput):
        told(shop, shop.rt, first, last, "day")


def test_a_program_or_unit_that_is_not_there() -> None:
    shop, _ = opened()
    with refused("program_not_found", "program_id", NotFound):
        read_program_histogram(shop.rt, shop.caller, 2, None, (None, None))
    with refused("unknown_unit", "unit"):
        read_program_histogram(shop.rt, shop.caller, 1, "stars", (None, None))


def test_reading_it_asks_for_the_counts_and_for_no_account() -> None:
    shop, table = opened()
    for number in range(30):
        shop.earn(shop.member(str(number)), 10 + number)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    meter = table.table.meter
    told(shop, rt, "2026-06-01", "2027-12-31")
    before = meter.cost
    told(shop, rt, "2026-06-01", "2027-12-31")
    cost = meter.cost - before
    assert (cost.requests, cost.query) == (1, 1)


# --- the sum over all accounts ---------------------------------------------------------------------------------------


def test_it_is_the_sum_of_all_accounts_whatever_they_live_through() -> None:
    """Two programs, three units, households, returns, undoing, transfers, holds, promises, debts, late arrivals, and
    programs that move to another zone."""
    seen = set[str]()
    for seed in range(8):
        life = begun(seed)
        life.live(120)
        seen |= life_is_the_sum(life)
    assert seen == set(Bar.model_fields) - {"period", "foreseen"}


def life_is_the_sum(life: Life) -> set[str]:
    """The kinds of what happened."""
    rt = on_plain_table(life.shop, life.table)
    assert run(rt, life.table.entries()) == []
    today = local_day(life.shop.clock.at, "UTC")
    seen = set[str]()
    for program, unit in product(PROGRAMS, ("points", "stamps", "cash")):
        for (first, last), by in (((-240, 60), BY_DAY), ((-700, 1_500), BY_MONTH)):
            span = today + first, today + last
            answer = read_program_histogram(rt, life.shop.caller, program, unit, span, by)
            expected = sum_over_accounts(rt, life.shop.caller, life.owners, (program, unit), span, by)
            assert kinds(answer.items) == expected, (program, unit, by)
            assert answer.uncounted_entries == 0
            seen |= {kind for counts in expected.values() for kind in counts}
    return seen


@pytest.mark.parametrize("seed", range(1_000, 1_006))
def test_it_is_the_sum_of_all_accounts_of_the_simulator(seed: int) -> None:
    """Every move there is, asked for in every way, with policies by chance; all of it relayed in the order of no clock."""
    world, failure = lived(seed, drawn(seed, 80))
    assert failure is None
    rt, caller = world.shop.rt, world.shop.caller
    today = local_day(world.clock.at, world.program.zone)
    for unit in ("points", "stamps", "cash"):
        span = (today - 300, today + 99)
        answer = read_program_histogram(rt, caller, 1, unit, span, "day")
        assert kinds(answer.items) == sum_over_accounts(rt, caller, world.owners, (1, unit), span, "day")


# --- what older releases left ----------------------------------------------------------------------------------------


def test_what_was_promised_before_entries_told_of_it_is_counted_when_it_is_next_touched() -> None:
    """An account of an older release: it has a promise, and nothing says that its entries told when that comes."""
    shop, table = opened()
    ada = shop.member("1")
    by_hand.promised(shop, ada, 30, available_after_days=10)
    forget(shop, table.table, ada)
    table.records.clear()
    shop.earn(ada, 1)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert told(shop, rt, "2026-06-15", "2026-06-30", "day") == {
        "2026-06-15": {"earned": 1},
        "2026-06-25": {"earned": 30},
    }
    shop.clock.at += 20 * DAY_MS
    shop.earn(ada, 2)
    run(rt, table.entries())
    assert told(shop, rt, "2026-06-15", "2026-07-31", "day") == {
        "2026-06-15": {"earned": 1},
        "2026-06-25": {"earned": 30},
        "2026-07-05": {"earned": 2},
    }


def forget(shop: BookShop, table: MemoryTable, member: str) -> None:
    key = accounts.account_key(shop.caller.tenant, member, 1)
    item = table.get(key)
    assert item is not None
    body = {name: kept for name, kept in unpack(item["body"]["B"]).items() if name != "f"}
    table.batch_put([{**item, "body": {"B": pack(body)}}])


def test_an_account_says_that_its_entries_told_of_it_only_while_anything_waits() -> None:
    shop, _ = opened()
    ada = shop.member("1")
    shop.earn(ada, 5)
    assert "f" not in packed(stored(shop, ada))
    by_hand.promised(shop, ada, 30, available_after_days=10)
    assert (packed(stored(shop, ada))["f"], stored(shop, ada).foretold) == (2, 2)
    shop.clock.at += 20 * DAY_MS
    shop.earn(ada, 5)
    assert not stored(shop, ada).foretold


def stored(shop: BookShop, member: str) -> Account:
    return accounts.read(shop.rt.table, shop.caller.tenant, member, 1)[0]
