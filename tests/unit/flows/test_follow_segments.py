"""Rules that let members leave a segment: only the stay that they were in when they did what the rule is about."""

from __future__ import annotations

import pytest

from chalicelib.flows.read_segment import list_segments_of_member
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.memory import MemoryTable
from tests.twins import segmented
from tests.twins.bookshop import BookShop, member, open_shop, rule, sale
from tests.twins.faulty import FaultyTable

HOUR_MS = 3_600_000


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
