"""Segments with criteria, on a BookShop: what happened is told, and whoever it concerns is looked at."""

from __future__ import annotations

from typing import Any

from chalicelib.flows.read_segment import list_segments_of_member
from chalicelib.flows.settle_due import settle_due
from chalicelib.kit.periods import local_day
from tests.twins.bookshop import BookShop

DAY_MS = 24 * 3_600_000
ORDERS: dict[str, Any] = {"ask": "account.orders", "at_least": 2}


def when(condition: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"criteria": {"when": condition} | fields}


def segments(shop: BookShop, member_id: str) -> list[str]:
    return [one.segment_id for one in list_segments_of_member(shop.rt, shop.caller, member_id)]


def nights_pass(shop: BookShop, nights: int = 1) -> int:
    """The daily job of each day, early on the next; how many it settled."""
    settled = 0
    for _ in range(nights):
        shop.clock.at += DAY_MS
        settled += settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC") - 1)
    return settled
