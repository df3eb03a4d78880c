"""The laws of referrals find what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.table.memory import MemoryTable
from tests.faults.laws import judge
from tests.twins import referred
from tests.twins.bookshop import member, open_shop, sale


@pytest.fixture
def kept() -> list[dict[str, Any]]:
    """Ada brought in two, of whom one has bought something, and has invited somebody."""
    table = MemoryTable()
    shop = open_shop(table)
    ada = shop.member("ada")
    code = referred.code_of(shop, ada)
    shop.buy(member(referred.brought(shop, "bob", code)), sale("B-1"))
    referred.brought(shop, "cem", code)
    referred.invite(shop, ada)
    items = [dict(stored.item) for stored in table._items.values()]
    judge(items)
    return [dict(item) for item in items]  # what was judged is known as it was


def _of(kept: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(item for item in kept if item["kind"]["S"] == kind)


def test_a_referral_that_is_lost_is_found(kept: list[dict[str, Any]]) -> None:
    kept.remove(_of(kept, "referral"))
    with pytest.raises(AssertionError, match="not what was told"):
        judge(kept)


def test_a_count_that_is_wrong_is_found(kept: list[dict[str, Any]]) -> None:
    kept.remove(_of(kept, "friends"))
    with pytest.raises(AssertionError, match="count their friends"):
        judge(kept)


def test_a_circle_is_found(kept: list[dict[str, Any]]) -> None:
    first, second = (item for item in kept if item["kind"]["S"] == "referral")
    for one, other in ((first, second), (second, first)):
        told = one["body"]["B"].replace(referrer_of(one), other["pk"]["S"].rsplit("#", 1)[1].encode())
        one["body"] = {"B": told}
    with pytest.raises(AssertionError, match="brought in themselves"):
        judge(kept)


def referrer_of(item: dict[str, Any]) -> bytes:
    """Who brought them in."""
    return str(item["gsi1pk"]["S"]).rsplit("#", 1)[1].encode()
