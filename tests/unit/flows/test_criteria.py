"""Segments by criteria: who meets them is in, by what happens and by what time alone changes."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.segments.store import watch_from, watch_key
from chalicelib.errors import Refused
from chalicelib.flows.settle_criteria import settle_criteria, settle_due_criteria
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.memory import MemoryTable
from tests.twins import segmented
from tests.twins.bookshop import BookShop, member, open_shop, rule, sale
from tests.twins.faulty import FaultyTable
from tests.twins.judged import DAY_MS, ORDERS, nights_pass, segments, when

HOUR_MS = DAY_MS // 24


@pytest.fixture
def shop() -> BookShop:
    shop = open_shop(MemoryTable())
    shop.define(rule())
    return shop


def moved(shop: BookShop, member_id: str) -> list[tuple[str, str]]:
    return [(one.segment_id, one.deed) for one in settle_criteria(shop.rt, shop.caller, member_id)]


def test_who_meets_them_is_in_and_who_no_longer_does_is_out(shop: BookShop) -> None:
    segmented.define(shop, "silver", **when({"ask": "account.tier", "is": "silver"}))
    segmented.define(shop, "buys", **when(ORDERS))
    ada = shop.member("1")
    shop.buy(member(ada), sale("A"))
    assert moved(shop, ada) == []
    shop.buy(member(ada), sale("B"))
    assert moved(shop, ada) == [("buys", "joined"), ("silver", "joined")]
    assert (moved(shop, ada), segments(shop, ada)) == ([], ["buys", "silver"])
    shop.buy(member(ada), sale("C", 900_00))
    assert (moved(shop, ada), segments(shop, ada)) == ([("silver", "left")], ["buys"])
    assert [one for part in verify_members(shop.rt, shop.caller.tenant, [ada]) for one in part.differences] == []


def test_what_time_alone_changes_is_found_on_its_day_and_nobody_is_touched_before(shop: BookShop) -> None:
    segmented.define(shop, "away", **when({"ask": "account.days_since_last_order", "at_least": 30}))
    ada = shop.member("1")
    shop.buy(member(ada), sale("A"))
    assert moved(shop, ada) == []
    assert nights_pass(shop, 30) == 0
    assert segments(shop, ada) == []
    nights_pass(shop)
    assert segments(shop, ada) == ["away"]
    assert nights_pass(shop, 5) == 0
    shop.buy(member(ada), sale("B", on="2026-07-20"))
    assert (moved(shop, ada), segments(shop, ada)) == ([("away", "left")], [])


def test_nobody_is_put_into_it_by_hand(shop: BookShop) -> None:
    segmented.define(shop, "buys", **when(ORDERS))
    ada = shop.member("1")
    with pytest.raises(Refused, match="follows from its criteria") as refused:
        segmented.add(shop, ada, segment_id="buys")
    assert refused.value.code == "segment_by_criteria"


def test_a_watch_that_nobody_would_find_is_named(shop: BookShop) -> None:
    segmented.define(shop, "away", **when({"ask": "account.days_since_last_order", "at_least": 30}))
    ada = shop.member("1")
    shop.buy(member(ada), sale("A"))
    moved(shop, ada)
    key = watch_key(shop.caller.tenant, ada)
    found = shop.rt.table.get(key) or {}
    elsewhere = {**found, "gsi3sk": {"S": found["gsi3sk"]["S"].replace("2026-07-15", "2026-09-15")}}
    shop.rt.table.batch_put([elsewhere])
    [told] = [one.what for part in verify_members(shop.rt, shop.caller.tenant, [ada]) for one in part.differences]
    assert told == "segments: the list of what is due has their criteria elsewhere"


@pytest.mark.parametrize(
    ("condition", "turns"),
    [
        ({"ask": "member.age", "at_least": 37}, ["2027-04-12"]),
        ({"ask": "member.age", "above": "36.5"}, ["2027-04-12"]),
        ({"ask": "member.days_to_birthday", "at_most": 3}, ["2027-04-09", "2027-04-13", "2028-04-09"]),
        ({"ask": "member.days_to_birthday", "is": 0}, ["2027-04-12", "2027-04-13"]),
        ({"ask": "member.days_to_anniversary", "below": 2}, ["2027-06-14", "2027-06-16"]),
        ({"ask": "member.years_enrolled", "one_of": [1, 3]}, ["2027-06-15", "2028-06-15", "2029-06-15", "2030-06-15"]),
        ({"ask": "member.days_enrolled", "none_of": [10]}, ["2026-06-25", "2026-06-26"]),
        ({"ask": "account.days_since_last_order", "at_most": 5}, ["2026-06-21"]),
        ({"ask": "account.days_since_first_order", "at_most": 5}, ["2026-06-21"]),
        ({"times": "orders", "per": "month", "at_least": 1}, ["2026-07-01"]),
        ({"times": "orders", "per": "3_months", "at_least": 1}, ["2026-07-01"]),
        ({"times": "orders", "per": "6_months", "at_most": 0}, ["2026-07-01"]),
        ({"times": "orders", "per": "year", "at_most": 0}, ["2027-01-01"]),
        ({"not": {"ask": "member.days_enrolled", "at_least": 400}}, ["2027-07-20"]),
    ],
)
def test_time_is_waited_for_to_the_day(shop: BookShop, condition: dict[str, Any], turns: list[str]) -> None:
    """Of who was born on 12 April 1990, and was enrolled and bought on 15 June 2026: by one day, and the next, until nothing turns."""
    segmented.define(shop, "turns", **when(condition))
    ada = shop.enrol("1", birth_date="1990-04-12").answer.member_id
    shop.buy(member(ada), sale("A"))
    moved(shop, ada)
    found: list[str] = []
    while len(found) < len(turns):
        watch = watch_from(shop.rt.table.get(watch_key(shop.caller.tenant, ada)))
        assert watch is not None
        before, shop.clock.at = segments(shop, ada), watch.due_at
        assert settle_due_criteria(shop.rt, shop.caller, local_day(watch.due_at, "UTC"), ada) is False, (
            "it has only begun"
        )
        shop.clock.at += HOUR_MS
        assert settle_due_criteria(shop.rt, shop.caller, local_day(watch.due_at, "UTC"), ada)
        assert segments(shop, ada) != before, f"nothing turns at {watch.due_at}"
        found.append(iso_day(local_day(watch.due_at, "UTC")))
    assert found == turns


def test_an_older_look_undoes_no_newer_one(shop: BookShop) -> None:
    """Whoever had bought nothing when somebody looked has bought before that is written, and another has looked since."""
    segmented.define(shop, "new", **when({"ask": "account.orders", "is": 0}))
    ada = shop.member("1")
    assert isinstance(shop.rt.table, MemoryTable)
    faulty = FaultyTable(shop.rt.table)

    def bought(_: int) -> None:
        faulty.meanwhile = None
        shop.buy(member(ada), sale("A"))
        assert moved(shop, ada) == []

    faulty.meanwhile = bought
    assert moved(shop.at_another_till(faulty), ada) == []
    assert segments(shop, ada) == []
