"""The laws of segments find what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.table.memory import MemoryTable
from tests.faults.laws import judge
from tests.twins import segmented
from tests.twins.bookshop import open_shop


@pytest.fixture
def kept() -> list[dict[str, Any]]:
    """Two are in a segment for some days, and one of them in another."""
    table = MemoryTable()
    shop = open_shop(table)
    segmented.define(shop, **segmented.SCHEDULED)
    segmented.define(shop, "other")
    ada, bob = shop.member("ada"), shop.member("bob")
    segmented.add(shop, ada, bob)
    segmented.add(shop, ada, segment_id="other")
    segmented.remove(shop, bob)
    items = [dict(stored.item) for stored in table._items.values()]
    judge(items)
    return [dict(item) for item in items]  # what was judged is known as it was


def _of(kept: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(item for item in kept if item["kind"]["S"] == kind)


def test_a_stay_that_is_lost_or_that_nobody_told_is_found(kept: list[dict[str, Any]]) -> None:
    kept.remove(_of(kept, "membership"))
    with pytest.raises(AssertionError, match="who is in a segment"):
        judge(kept)


def test_a_stay_that_lasts_otherwise_is_found(kept: list[dict[str, Any]]) -> None:
    stay = next(item for item in kept if item["kind"]["S"] == "membership" and "until" in item)
    stay["until"] = {"N": str(int(stay["until"]["N"]) + 1)}
    with pytest.raises(AssertionError, match="ends when nobody has told"):
        judge(kept)


def test_a_count_that_is_wrong_is_found(kept: list[dict[str, Any]]) -> None:
    count = next(item for item in kept if "segment_members" in item["pk"]["S"])
    count["taken"], count["left"] = {"N": "9"}, {"N": str(int(count["left"]["N"]) + int(count["taken"]["N"]) - 9)}
    with pytest.raises(AssertionError, match="count its members"):
        judge(kept)
