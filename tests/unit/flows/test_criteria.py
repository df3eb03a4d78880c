"""Segments by criteria: who meets them is in, by what happens and by what time alone changes."""

from __future__ import annotations

import pytest

from chalicelib.errors import Refused
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.memory import MemoryTable
from tests.twins import segmented
from tests.twins.bookshop import BookShop, member, open_shop, rule, sale
from tests.twins.judged import ORDERS, nights_pass, segments, when


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
