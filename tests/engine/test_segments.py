"""Sixteen hands at one segment: whoever joins is in it once, whoever leaves is out of it, and it counts whom it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.periods import local_day
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import StoppedAt, a_shop, at_once, done, refusals
from tests.twins import at, judged, segmented
from tests.twins.bookshop import BookShop, member, rule, sale

pytestmark = pytest.mark.engine
LATER = "2026-07-01"  # ten days from TODAY are over


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def count(shop: BookShop) -> int:
    return read_segment(shop.rt, shop.caller, "vip").members


def holds_together(shop: BookShop, *members: str) -> None:
    """Journals, stays and the count agree."""
    verified = verify_members(shop.rt, shop.caller.tenant, members)
    assert [difference for one in verified for difference in one.differences] == []
    assert count(shop) == sum(bool(list_segments_of_member(shop.rt, shop.caller, one)) for one in members)


def test_sixteen_who_add_the_same_member_add_them_once(shop: BookShop) -> None:
    segmented.define(shop)
    ada = shop.member("1")
    results = at_once(lambda _: segmented.add(shop, ada))
    assert refusals(results) == []
    assert sum(one.answer.changed for one in done(results)) == 1
    holds_together(shop, ada)


def test_joining_leaving_buying_and_time_at_once_leave_what_they_told(shop: BookShop) -> None:
    segmented.define(shop, **segmented.SCHEDULED)
    both = shop.member("1"), shop.member("2")
    shop.define(rule("joins", effects=[{"kind": "join_segment", "segment": "vip"}]))
    segmented.add(shop, *both)
    shop = BookShop(replace(shop.rt, clock=StoppedAt(at(LATER))), shop.clock, shop.caller)
    today = local_day(at(LATER), "UTC")

    def act(number: int) -> Committed[Any]:
        match number % 4:
            case 0:
                return segmented.add(shop, *both)
            case 1:
                return segmented.remove(shop, *both)
            case 2:
                return shop.buy(member(both[number % 8 // 4]), sale(f"S{number}", on="2026-06-30"))
            case _:
                return Committed(settle_due(shop.rt, shop.caller, today))

    results = at_once(act)
    assert refusals(results) == []
    holds_together(shop, *both)


def test_what_happens_time_and_looks_at_once_leave_them_where_criteria_say(shop: BookShop) -> None:
    """Sixteen looks and purchases of one member: whoever came last has seen all, so one more look finds nothing to do."""
    segmented.define(shop, **judged.when({"ask": "account.orders", "at_most": 6}))
    segmented.define(shop, "many", **judged.when({"ask": "account.orders", "above": 6}))
    segmented.define(shop, "away", **judged.when({"ask": "account.days_since_last_order", "at_least": 3}))
    ada = shop.member("1")
    settle_criteria(shop.rt, shop.caller, ada)
    assert list_segments_of_member(shop.rt, shop.caller, ada)[0].segment_id == "vip"
    shop = BookShop(replace(shop.rt, clock=StoppedAt(at(LATER))), shop.clock, shop.caller)
    today = local_day(at(LATER), "UTC")

    def act(number: int) -> Committed[Any]:
        match number % 4:
            case 0 | 1:
                done = shop.buy(member(ada), sale(f"S{number}", on="2026-06-30"))
                settle_criteria(shop.rt, shop.caller, ada)
                return done
            case 2:
                return Committed(settle_criteria(shop.rt, shop.caller, ada))
            case _:
                return Committed(settle_due(shop.rt, shop.caller, today))

    results = at_once(act)
    assert refusals(results) == []
    assert settle_criteria(shop.rt, shop.caller, ada) == ()
    assert [one.segment_id for one in list_segments_of_member(shop.rt, shop.caller, ada)] == ["many"]
    verified = verify_members(shop.rt, shop.caller.tenant, [ada])
    assert [difference for one in verified for difference in one.differences] == []
    assert [read_segment(shop.rt, shop.caller, one).members for one in ("vip", "many", "away")] == [0, 1, 0]
