"""What a day adds up to: entries, orders, members, points by unit and kind."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from chalicelib.areas.feeds.model import added, counted
from chalicelib.areas.feeds.operations import MAX_DAYS, daily_counts
from chalicelib.errors import InvalidInput
from chalicelib.kit.periods import Day, parse_day
from tests.twins.bookshop import card, goods_back, refused, sale
from tests.unit.relay.relayed import counts_of, on_plain_table, opened, run


def day(text: str) -> Day:
    number = parse_day(text)
    assert number is not None
    return number


def test_a_day_is_told_by_what_happened_on_it() -> None:
    shop, table = opened()
    bought = shop.buy(card("1"), sale("A1", 100_00)).answer
    shop.bring_back(bought.order_id, goods_back("R1", 40_00))
    shop.clock.move_to("2026-06-16T00:00:00Z")
    shop.spend(bought.member_id, 10)
    shop.buy(card("1"), sale("A2", 50_00, on="2026-06-15"))
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    first, second = daily_counts(rt, shop.caller, day("2026-06-01"), day("2026-06-30"))
    assert (first.day, second.day) == (day("2026-06-15"), day("2026-06-16"))
    assert first.counts == {
        "entries": 3,
        "liability/1/points/2027-06": 60,
        "members_enrolled": 1,
        "order_value/EUR": 100_00,
        "orders_recorded": 1,
        "orders_returned": 1,
        "points_cancelled/points": 40,
        "points_earned/points": 100,
        "returned_value/EUR": 40_00,
        "tiers_changed": 1,
    }
    assert second.counts == {
        "entries": 2,
        "liability/1/points/2027-06": 40,
        "order_value/EUR": 50_00,
        "orders_recorded": 1,
        "points_earned/points": 50,
        "points_spent/points": 10,
    }
    assert [one.day for one in daily_counts(rt, shop.caller, day("2026-06-16"), day("2026-06-16"))] == [second.day]


def test_what_expires_is_counted() -> None:
    shop, table = opened()
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2027-07-01")
    shop.earn(ada, 5)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    assert counts_of(rt, shop.caller)["points_expired/points"] == 100


def test_a_span_is_a_year_at_most_and_ends_after_it_begins() -> None:
    shop, table = opened()
    rt = on_plain_table(shop, table)
    first = day("2026-01-01")
    assert daily_counts(rt, shop.caller, first, first + MAX_DAYS - 1) == ()
    for last in (first - 1, first + MAX_DAYS):
        with refused("invalid_span", "last", InvalidInput):
            daily_counts(rt, shop.caller, first, last)


@pytest.mark.parametrize("split", range(4))
def test_counts_add_up_whichever_way_the_entries_are_cut(split: int) -> None:
    entries: list[list[dict[str, Any]]] = [
        [
            {"type": "order.recorded", "currency": "EUR", "value": 5},
            {"type": "points.earned", "unit": "p", "amount": 2},
        ],
        [{"type": "points.refunded", "unit": "p", "amount": 2}, {"type": "account.advanced", "to": 7}],
        [{"type": "points.spent", "unit": "q", "amount": 1}, {"type": "something.new"}],
    ]
    told = [(1, entry) for entry in entries]
    parts = added(counted(told[:split]), counted(told[split:]))
    assert Counter(parts) == counted(told)
    assert counted(told) == {
        "entries": 3,
        "orders_recorded": 1,
        "order_value/EUR": 5,
        "points_earned/p": 2,
        "liability/1/p/never": 2,
        "points_refunded/p": 2,
        "points_spent/q": 1,
    }
