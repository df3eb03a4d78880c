"""What `make verify` says of coupons that are not what their member's journal tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.coupons.model import Shown
from chalicelib.flows.change_coupon import reactivate_coupon
from chalicelib.flows.verify_members import verify_members
from chalicelib.table.protocol import Key
from tests.twins import coupons, fresh
from tests.twins.bookshop import open_shop
from tests.unit.recovery.books import Books


@pytest.fixture
def books() -> Books:
    """Ada has had a coupon in each state; of one the use was taken back, then it was used once more."""
    shop = open_shop()
    ada = shop.member("1")
    coupons.several(shop, ada)
    for visit in ("activate a coupon", "unuse a coupon", "cancel a coupon", "expire a coupon"):
        coupons.VISITS[visit](shop, ada)
    coupons.use(shop, coupons.named(shop, ada, "used"))
    cancelled = coupons.named(shop, ada, "cancelled").coupon_id
    reactivate_coupon(shop.rt, shop.caller, fresh(), ada, cancelled)
    return Books(shop, shop.rt.table, [ada], "")  # type: ignore[arg-type]


def told(books: Books) -> list[str]:
    return [one.what for member in verify_members(books.shop.rt, "shop", books.members) for one in member.differences]


def of(books: Books, series: str, place: str) -> tuple[Key, str]:
    found: Shown = coupons.named(books.shop, books.members[0], series)
    return books.of(0, f"{place}{found.coupon_id}"), found.coupon_id


def test_whatever_became_of_a_coupon_follows_from_the_journal(books: Books) -> None:
    assert told(books) == []


Change = Callable[[dict[str, Any]], dict[str, Any]]
USED: Change = lambda body: body | {"uses": [{"used_at": "2026-06-15T12:00:00Z"}]}  # noqa: E731
UNUSED: Change = lambda body: {name: part for name, part in body.items() if name != "uses"}  # noqa: E731
CANCELLED: Change = lambda body: body | {"cancelled_at": "2026-06-15T12:00:00Z"}  # noqa: E731


@pytest.mark.parametrize(
    ("series", "place", "change", "says"),
    [
        ("good", "F#", USED, "was not used as its journal says"),
        ("used", "K#", UNUSED, "was not used as its journal says"),
        ("good", "F#", CANCELLED, "is not cancelled as its journal says"),
    ],
)
def test_a_coupon_that_says_something_else_is_named(
    books: Books, series: str, place: str, change: Change, says: str
) -> None:
    key, coupon_id = of(books, series, place)
    books.change(key, change)
    assert told(books) == [f"coupon {coupon_id} {says}"]


def test_a_coupon_that_is_gone_is_named(books: Books) -> None:
    key, coupon_id = of(books, "good", "F#")
    books.remove(key)
    assert told(books) == [f"coupon {coupon_id} is not there"]


def test_a_coupon_in_another_place_is_named_and_one_in_both(books: Books) -> None:
    key, coupon_id = of(books, "used", "K#")
    item = books.item(key)
    books.table.batch_put([{**item, "sk": {"S": f"F#{coupon_id}"}}])
    assert told(books) == [
        f"coupon {coupon_id} does not lie where its journal says",
        f"coupon {coupon_id} is there twice, or no entry tells of it",
    ]
    books.remove(key)
    assert told(books) == [f"coupon {coupon_id} does not lie where its journal says"]


def test_a_coupon_that_cannot_be_read_is_named(books: Books) -> None:
    key, coupon_id = of(books, "good", "F#")
    books.table.batch_put([{**books.item(key), "body": {"B": b"zzz"}}])
    [what] = told(books)
    assert what.startswith(f"coupon {coupon_id} cannot be read")
