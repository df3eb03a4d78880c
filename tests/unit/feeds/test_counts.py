"""What a day adds up to: entries, orders, members, points by unit and kind."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any
from zlib import crc32

import pytest

from chalicelib.areas.accounts.model.limits import MAX_WALLETS
from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import Told, added, counted
from chalicelib.areas.feeds.operations import MAX_DAYS, daily_counts
from chalicelib.errors import InvalidInput
from chalicelib.kit.periods import Day, iso_day, parse_day
from chalicelib.table.items import MAX_BODY_BYTES
from tests.twins import by_hand
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
        "day/1/points/2026-06-15/cancelled": 40,
        "day/1/points/2026-06-15/earned": 100,
        "enrolled/2026-06-15": 1,
        "entries": 3,
        "entries_analysed": 3,
        "entries_by_day": 3,
        "expiring/1/points/2027-06-30": 60,
        "liability/1/points/2027-06": 60,
        "members_enrolled": 1,
        "order_value/EUR": 100_00,
        "orders/1/EUR/2026-06-15/orders": 1,
        "orders/1/EUR/2026-06-15/returned": 40_00,
        "orders/1/EUR/2026-06-15/returns": 1,
        "orders/1/EUR/2026-06-15/value": 100_00,
        "orders_recorded": 1,
        "orders_returned": 1,
        "points_cancelled/points": 40,
        "points_earned/points": 100,
        "returned_value/EUR": 40_00,
        "stood/1/bronze/2026-06-15/joined": 1,
        "tiers_changed": 1,
    }
    assert second.counts == {
        "day/1/points/2026-06-15/earned": 50,
        "day/1/points/2026-06-16/spent": 10,
        "entries": 2,
        "entries_analysed": 2,
        "entries_by_day": 2,
        "expiring/1/points/2027-06-30": 40,
        "liability/1/points/2027-06": 40,
        "order_value/EUR": 50_00,
        "orders/1/EUR/2026-06-15/orders": 1,
        "orders/1/EUR/2026-06-15/value": 50_00,
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
    told = [Told(1, entry, [0] * len(entry)) for entry in entries]
    parts = added(counted(told[:split]), counted(told[split:]))
    assert Counter(parts) == counted(told)
    assert counted(told) == {
        "entries": 3,
        "entries_analysed": 3,
        "entries_by_day": 3,
        "orders/1/EUR/1970-01-01/orders": 1,
        "orders/1/EUR/1970-01-01/value": 5,
        "day/1/p/1970-01-01/earned": 2,
        "day/1/p/1970-01-01/refunded": 2,
        "day/1/q/1970-01-01/spent": 1,
        "orders_recorded": 1,
        "order_value/EUR": 5,
        "points_earned/p": 2,
        "liability/1/p/never": 2,
        "points_refunded/p": 2,
        "points_spent/q": 1,
    }


def test_what_waits_for_time_is_counted_by_when_it_comes() -> None:
    """A promise is told by its entry until it comes; then what came is told by the facts."""
    shop, table = opened()
    ada = shop.member("1")
    by_hand.promised(shop, ada, 30, available_after_days=10)
    rt = on_plain_table(shop, table)
    run(rt, table.entries())
    ahead = {"coming/1/points/2026-06-25T00:00Z": 30, "expiring/1/points/2027-06-30": 30}
    assert ahead.items() <= counts_of(rt, shop.caller).items()
    shop.clock.move_to("2026-07-02")
    shop.earn(ada, 5)
    run(rt, table.entries())
    after = {name: amount for name, amount in counts_of(rt, shop.caller).items() if "/1/points/20" in name}
    assert +Counter(after) == {
        "day/1/points/2026-06-15/pending": 30,
        "day/1/points/2026-06-25/earned": 30,
        "day/1/points/2026-07-02/earned": 5,
        "expiring/1/points/2027-06-30": 30,
        "expiring/1/points/2027-07-31": 5,
        "liability/1/points/2027-06": 30,
        "liability/1/points/2027-07": 5,
    }
    second = daily_counts(rt, shop.caller, day("2026-07-02"), day("2026-07-02"))[0].counts
    assert "expiring/1/points/2027-06-30" not in second  # the entry took it back that the fact adds


def test_a_year_of_counts_may_be_more_than_a_request_answers() -> None:
    shop, table = opened()
    rt = on_plain_table(shop, table)
    first = day("2026-01-01")
    many = {f"expiring/1/points/{number}": crc32(b"%d" % number) for number in range(400)}
    table.batch_put(store.counts_put("shop", store.CountsPlace(first + number), many).item for number in range(366))
    assert len(daily_counts(rt, shop.caller, first, first + 365)) == 366


def test_four_programs_of_all_their_units_fit_into_one_item() -> None:
    """Each unit with a year of last days, all of them touched on one day."""
    units = [f"unit-{number}" for number in range(MAX_WALLETS)]
    places = product(range(4, 8), units, range(366))
    many = {
        f"expiring/{program}/{unit}/{iso_day(20_000 + last)}": crc32(f"{program}{unit}{last}".encode()) % 200_000
        for program, unit, last in places
    }
    assert store.share_of(4) == store.share_of(7) != store.share_of(3)
    put = store.counts_put("shop", store.CountsPlace(20_000, 1), many)
    assert len(put.item["body"]["B"]) < MAX_BODY_BYTES * 0.9
