"""Rules that let members leave a segment: only the stay that they were in when they did what the rule is about. And stays that go
with the goods: only such as began with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.orders.model import Sale
from chalicelib.flows.read_segment import list_segments_of_member, read_segment
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.memory import MemoryTable
from tests.twins import segmented
from tests.twins.bookshop import BookShop, goods_back, member, open_shop, rule, sale
from tests.twins.faulty import FaultyTable

HOUR_MS = 3_600_000
SHAPES: dict[str, dict[str, Any]] = {"persistent": {}, "scheduled": segmented.SCHEDULED, "rolling": segmented.ROLLING}


@pytest.fixture
def shop() -> BookShop:
    shop = open_shop(MemoryTable())
    segmented.define(shop)
    shop.define(rule("out", effects=[{"kind": "leave_segment", "segment": "vip"}]))
    return shop


def stays(shop: BookShop, member_id: str) -> list[int]:
    return [one.since for one in list_segments_of_member(shop.rt, shop.caller, member_id)]


def test_a_late_purchase_takes_nobody_out_of_what_they_joined_after_it(shop: BookShop) -> None:
    ada = shop.member("1")
    shop.clock.move_to("2026-09-01")
    segmented.add(shop, ada)
    shop.clock.move_to("2026-09-02")
    [told] = shop.buy(member(ada), sale("A", on="2026-06-20")).answer.effects
    assert (told.given, told.reason, len(stays(shop, ada))) == (False, "not_in_segment", 1)
    [told] = shop.buy(member(ada), sale("B", on="2026-09-02")).answer.effects
    assert (told.given, stays(shop, ada)) == (True, [])


def test_whoever_leaves_and_joins_meanwhile_is_in_another_stay(shop: BookShop) -> None:
    """Its version is the first as well, but the purchase was before it."""
    ada = shop.member("1")
    segmented.add(shop, ada)
    assert isinstance(shop.rt.table, MemoryTable)
    faulty = FaultyTable(shop.rt.table)

    def again(_: int) -> None:
        faulty.meanwhile = None
        shop.clock.at += HOUR_MS
        segmented.remove(shop, ada)
        segmented.add(shop, ada)

    faulty.meanwhile = again
    other = shop.at_another_till(faulty)
    [told] = other.buy(member(ada), sale("A")).answer.effects
    assert (told.given, told.reason) == (False, "not_in_segment")
    assert len(stays(shop, ada)) == 1
    assert [one for part in verify_members(shop.rt, shop.caller.tenant, [ada]) for one in part.differences] == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("bbrrjl"), st.integers(0, 3)), max_size=14), st.sampled_from([*SHAPES]))
def test_in_any_course_an_order_takes_with_it_just_the_stay_that_it_began(
    course: list[tuple[str, int]], shape: str
) -> None:
    """Buy, bring back, join and leave by hand, an hour apart: whose the stay is that they are in, and whether it is still as it began."""
    shop = open_shop(MemoryTable())
    segmented.define(shop, **SHAPES[shape])
    shop.define(rule("in", effects=[{"kind": "join_segment", "segment": "vip"}]))
    ada, orders, theirs = shop.member("1"), list[str](), ""
    for number, (deed, which) in enumerate(course):
        shop.clock.at += HOUR_MS
        if deed == "b":
            orders.append(shop.buy(member(ada), now(shop, f"A-{number}")).answer.order_id)
            renewed = shape == "rolling" and theirs
            theirs = theirs if theirs and not renewed else "by hand" if renewed else orders[-1]
        elif deed == "r" and orders:
            gone = orders.pop(which % len(orders))
            shop.bring_back(gone, goods_back(f"R-{number}", 100_00))
            theirs = "" if theirs == gone else theirs
        elif deed == "j":
            segmented.add(shop, ada)
            theirs = "by hand" if shape == "rolling" or not theirs else theirs
        elif deed == "l":
            segmented.remove(shop, ada)
            theirs = ""
        assert len(stays(shop, ada)) == bool(theirs)
        assert read_segment(shop.rt, shop.caller, "vip").members == bool(theirs)
    assert [one for part in verify_members(shop.rt, shop.caller.tenant, [ada]) for one in part.differences] == []


def now(shop: BookShop, number: str) -> Sale:
    return sale(number).model_copy(update={"purchased_at": shop.clock.at})
