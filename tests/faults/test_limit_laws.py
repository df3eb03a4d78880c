"""The laws of limits find what they are there for."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.table.items import pack, unpack
from chalicelib.table.protocol import Key
from tests.faults.laws import judge
from tests.faults.limited import with_limited_rules

Items = dict[Key, dict[str, Any]]


def one(items: Items, kind: str, part: str = "") -> dict[str, Any]:
    [found] = [item for key, item in items.items() if item["kind"]["S"] == kind and part in key.pk]
    return found


def taken_twice(items: Items) -> None:
    one(items, "quota_slice", "#rule_limit#")["taken"] = {"N": "2"}


def gone(items: Items) -> None:
    [key] = [key for key, item in items.items() if "#Q#budget#" in key.pk and item["taken"]["N"] != "0"]
    del items[key]


def forgotten_by_the_order(items: Items) -> None:
    [order] = [item for item in items.values() if item["kind"]["S"] == "order" and "uses" in unpack(item["body"]["B"])]
    order["body"] = {"B": pack({name: kept for name, kept in unpack(order["body"]["B"]).items() if name != "uses"})}


BROKEN: dict[Callable[[Items], None], str] = {
    taken_twice: "another amount is taken than orders and checkouts have",
    gone: "an order took from a slice that is not there",
    forgotten_by_the_order: "another amount is taken than orders and checkouts have",
}


@pytest.mark.parametrize("hand", BROKEN, ids=lambda hand: hand.__name__)
def test_what_is_broken_is_named(hand: Callable[[Items], None]) -> None:
    items: Items = {key: dict(stored.item) for key, stored in with_limited_rules().memory._items.items()}
    judge(items.values())
    items = {key: dict(item) for key, item in items.items()}  # what was judged is known as it was
    hand(items)
    with pytest.raises(AssertionError, match=re.escape(BROKEN[hand])):
        judge(items.values())
