"""What became of a tenant's members, orders, tiers and referrals by day, week, month and year."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from chalicelib.areas.programs.model import ProgramDefinition
from chalicelib.areas.programs.operations import get_program
from chalicelib.errors import NotFound
from chalicelib.flows.histogram import Step
from chalicelib.flows.read_analytics import (
    OrderAnalytics,
    analyse_members,
    analyse_orders,
    analyse_referrals,
    analyse_tiers,
    measure_segment,
)
from chalicelib.flows.replace_program import replace_program
from chalicelib.kit.periods import Day, parse_day
from chalicelib.runtime import Runtime
from tests.twins import fresh, kept, referred, segmented
from tests.twins.bookshop import BookShop, card, goods_back, member, refused, sale
from tests.twins.killing import Killed, KillingTable, Kills, When
from tests.unit.relay.relayed import on_plain_table, opened, run

BY_DAY: Step = "day"
BY_WEEK: Step = "week"
YEAR = "2026-01-01", "2026-12-31"


def span(first: str, last: str) -> tuple[Day | None, Day | None]:
    return parse_day(first), parse_day(last)


def told(bars: Any, *left_out: str) -> dict[str, dict[str, Any]]:
    """What is not nothing, by period."""
    found = {bar.period: {name: n for name, n in bar.model_dump().items() if name != "period" and n} for bar in bars}
    return {period: counts for period, counts in found.items() if counts}


def orders(shop: BookShop, rt: Runtime, *of: str, by: Step = "month") -> dict[str, dict[str, Any]]:
    analytics: OrderAnalytics = analyse_orders(rt, shop.caller, 1, span(*(of or YEAR)), by)
    assert analytics.uncounted_entries == 0
    return {one.currency: told(one.items) for one in analytics.currencies}


def test_members_are_counted_by_the_day_on_which_they_enrolled() -> None:
    shop, table = opened()
    shop.member("1")
    shop.member("2")
    shop.clock.move_to("2026-06-22T12:00:00Z")
    shop.buy(card("3"), sale("A1", on="2026-06-22T12:00:00Z"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    june = analyse_members(rt, shop.caller, span("2026-06-01", "2026-06-30"), BY_DAY)
    assert (june.members, june.uncounted_entries, len(june.items)) == (3, 0, 30)
    assert told(june.items) == {"2026-06-15": {"enrolled": 2}, "2026-06-22": {"enrolled": 1}}
    weeks = analyse_members(rt, shop.caller, span("2026-06-15", "2026-06-22"), BY_WEEK)
    assert told(weeks.items) == {"2026-W25": {"enrolled": 2}, "2026-W26": {"enrolled": 1}}
    later = analyse_members(rt, shop.caller, span("2026-07-01", "2026-07-31"))
    assert (later.members, told(later.items)) == (3, {})


def test_orders_are_counted_by_the_day_of_purchase_and_returns_by_their_own() -> None:
    shop, table = opened()
    bought = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.buy(card("2"), sale("A2", 50_01))
    shop.buy(card("1"), sale("A3", 8_00, currency="USD"))
    shop.clock.move_to("2026-08-02")
    shop.buy(card("1"), sale("A4", 10_00, on="2026-06-20"))  # a till that was away
    shop.bring_back(bought.order_id, goods_back("R1", 40_00, on="2026-08-01"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert orders(shop, rt) == {
        "EUR": {
            "2026-06": {"orders": 3, "value": 160_01, "average": 53_34},
            "2026-08": {"returns": 1, "returned": 40_00},
        },
        "USD": {"2026-06": {"orders": 1, "value": 8_00, "average": 8_00}},
    }
    assert orders(shop, rt, "2026-06-16", "2026-07-31", by="day") == {
        "EUR": {"2026-06-20": {"orders": 1, "value": 10_00, "average": 10_00}}
    }
    assert orders(shop, rt, "2026-09-01", "2026-09-30") == {}


def test_who_was_no_member_has_bought_as_well() -> None:
    shop, table = opened()
    order = kept.kept(kept.keeping(shop), sale("A1", 100_00))
    shop.bring_back(order, goods_back("R1", 40_00, quantity="0.5"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    strangers = {"kept_orders": 1, "kept_value": 100_00, "kept_returns": 1, "kept_returned": 40_00}
    assert orders(shop, rt) == {"EUR": {"2026-06": strangers}}


def test_a_day_of_orders_is_the_programs_own() -> None:
    shop, table = opened()
    known = get_program(shop.rt, shop.caller, 1).model_dump(mode="json", exclude={"program_id"})
    replace_program(shop.rt, shop.caller, fresh(), 1, ProgramDefinition.model_validate(known | {"zone": "Asia/Tokyo"}))
    shop.clock.move_to("2026-06-30T20:00:00Z")
    shop.buy(card("1"), sale("A1", on="2026-06-30T20:00:00Z"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert list(orders(shop, rt, "2026-07-01", "2026-07-01", by="day")["EUR"]) == ["2026-07-01"]


def test_tiers_have_whoever_came_and_did_not_leave() -> None:
    shop, table = opened()
    ada, bob = shop.member("1"), shop.member("2")
    shop.member("3")  # of whom the program knows nothing yet
    shop.earn(ada, 1)
    shop.earn(bob, 1)
    shop.clock.move_to("2026-07-03")
    shop.earn(ada, 250)
    shop.pin(ada, "gold")
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    analytics = analyse_tiers(rt, shop.caller, 1, span(*YEAR))
    assert [(one.tier_id, one.accounts) for one in analytics.tiers] == [("bronze", 1), ("silver", 0), ("gold", 1)]
    moves = {bar.period: [(one.tier_id, one.joined, one.left) for one in bar.tiers] for bar in analytics.items}
    assert {period: some for period, some in moves.items() if some} == {
        "2026-06": [("bronze", 2, 0)],
        "2026-07": [("bronze", 0, 1), ("silver", 1, 1), ("gold", 1, 0)],
    }


def test_a_tenants_analytics_are_its_own() -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    stranger = replace(shop.caller, tenant="other")
    assert analyse_members(rt, stranger, span(*YEAR)).members == 0
    assert told(analyse_referrals(rt, stranger, span(*YEAR)).items) == {}


def test_a_funnel_of_referrals() -> None:
    shop, table = opened()
    ada = shop.member("1")
    referred.invite(shop, ada, "friend@example.com")
    bob = referred.brought(shop, "2", referred.code_of(shop, ada))
    shop.clock.move_to("2026-07-03")
    shop.buy(member(bob), sale("A1", on="2026-07-03"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert told(analyse_referrals(rt, shop.caller, span(*YEAR)).items) == {
        "2026-06": {"invited": 1, "registered": 1},
        "2026-07": {"purchased": 1},
    }


def test_a_segment_has_what_was_bought_by_who_was_in_it_then() -> None:
    """Ada buys, joins, buys twice, leaves and buys again; Bob is in a segment of which nothing is counted."""
    shop, table = opened()
    ada, bob = shop.member("1"), shop.member("2")
    segmented.define(shop, "vip", counts_orders=True)
    segmented.define(shop, "quiet")
    segmented.add(shop, bob, segment_id="quiet")
    shop.buy(member(ada), sale("A1", 1_00))
    segmented.add(shop, ada)
    shop.buy(member(ada), sale("A2", 20_00))
    bought = shop.buy(member(ada), sale("A3", 30_01)).answer
    shop.buy(member(bob), sale("B1", 50_00))
    segmented.remove(shop, ada)
    shop.buy(member(ada), sale("A4", 7_00))
    shop.bring_back(bought.order_id, goods_back("R1", 30_01))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    vip = measure_segment(rt, shop.caller, "vip", 1, span(*YEAR))
    assert [(one.currency, told(one.items)) for one in vip.currencies] == [
        ("EUR", {"2026-06": {"orders": 2, "value": 50_01, "average": 25_01}})
    ]
    assert (vip.counts_orders, vip.uncounted_entries) == (True, 0)
    quiet = measure_segment(rt, shop.caller, "quiet", 1, span(*YEAR))
    assert (quiet.counts_orders, quiet.currencies) == (False, ())
    with refused("segment_not_found", "segment_id", NotFound):
        measure_segment(rt, shop.caller, "none", 1, span(*YEAR))


@pytest.mark.parametrize("when", get_args(When))
@pytest.mark.parametrize("there", [0, 7])
def test_a_relay_that_was_away_for_days_and_is_killed_counts_nothing_twice(there: int, when: When) -> None:
    """Counters and the mark of what is in them are one transaction: before it or right behind it the process dies. `there`: how
    much had been counted before; batches overlap."""
    shop, table = opened()
    for number in range(12):
        shop.clock.at += 86_400_000 // 2
        shop.buy(card(str(number % 3)), sale(f"A{number}", 10_00))
    rt, entries = on_plain_table(shop, table), list(table.entries())
    run(rt, entries[:there])
    with pytest.raises(Killed):
        run(replace(rt, table=KillingTable(rt.table, Kills(0, when))), entries[max(0, there - 3) :])
    run(rt, entries)  # all of it comes again
    assert orders(shop, rt) == {"EUR": {"2026-06": {"orders": 12, "value": 120_00, "average": 10_00}}}
    assert analyse_members(rt, shop.caller, span(*YEAR)).members == 3
