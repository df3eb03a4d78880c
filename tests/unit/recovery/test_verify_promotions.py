"""What `make verify` says of redemptions, awards and quotas that are not what their journals tell, or do not add up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.flows.verify_members import verify_members
from chalicelib.flows.verify_quotas import verify_quotas
from chalicelib.table.protocol import Key
from tests.twins import coupons, perked, rewarded
from tests.twins.bookshop import open_shop
from tests.unit.recovery.books import Books

Body = dict[str, Any]


@pytest.fixture
def books() -> Books:
    """Ada has had a code and a bag that was brought, and gave one back; a card that was full, a treat that was taken back."""
    shop = open_shop()
    ada = shop.member("1")
    shop.earn(ada, 100)
    rewarded.series(shop, limits={"issued": 200})
    rewarded.define(shop, stock=100, limits=({"every": "day", "times": 50},))
    rewarded.define(shop, "bag", **rewarded.BAG)
    rewarded.redeem(shop, ada)
    rewarded.deliver(shop, ada, rewarded.redeemed(shop, ada, "bag"))
    rewarded.refund(shop, ada, rewarded.redeemed(shop, ada, "bag"))
    rewarded.refund(shop, ada, rewarded.redeemed(shop, ada))
    coupons.series(shop, "pool", codes={"kind": "pool"})
    coupons.upload(shop, "pool", "AAA-1")
    perked.offer(shop, "treat", perked.TREAT)
    perked.offer(shop, "card", perked.CARD | {"gives": "treat"})
    perked.give(shop, ada, "card")
    perked.stamp(shop, ada, "card", 2)
    perked.redeem(shop, ada, "card.1")
    return Books(shop, shop.rt.table, [ada], "")  # type: ignore[arg-type]


def told(books: Books) -> list[str]:
    return [one.what for member in verify_members(books.shop.rt, "shop", books.members) for one in member.differences]


def kept(books: Books, start: str) -> list[Key]:
    pk = books.of(0, "").pk
    return sorted(key for key in books.table._items if key.pk == pk and key.sk.startswith(start))


def test_whatever_became_of_rewards_and_awards_follows_from_the_journal(books: Books) -> None:
    assert told(books) == []
    assert verify_quotas(books.shop.rt, "shop") == ()


def changed(**fields: Any) -> Callable[[Body], Body]:
    return lambda body: {**body, "redemption": {**body["redemption"], **fields}}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (changed(reward_id="other"), "is not of what its journal says"),
        (changed(quantity=2), "is not of what its journal says"),
        (changed(state="refunded"), "is not given back as its journal says"),
        (
            lambda body: {**body, "counted": {**body["counted"], "coupons": []}},
            "has not the codes that its journal counts",
        ),
        (lambda _: {}, "cannot be read"),
    ],
    ids=["reward", "quantity", "state", "codes", "body"],
)
def test_a_redemption_that_says_something_else_is_named(
    books: Books, change: Callable[[Body], Body], says: str
) -> None:
    [first, *_] = kept(books, "R#")
    books.change(first, change)
    [what] = told(books)
    assert what.startswith("redemption ")
    assert says in what


def test_a_delivery_that_is_elsewhere_is_named(books: Books) -> None:
    [_, second, *_] = kept(books, "R#")
    books.change(second, changed(delivery="delivered"))
    [what] = told(books)
    assert what.endswith("is not delivered as its journal says")


def test_a_redemption_that_is_gone_or_that_nobody_made_is_named(books: Books) -> None:
    [first, *_] = kept(books, "R#")
    item = books.item(first)
    books.remove(first)
    assert [what.split(" program ")[1] for what in told(books)] == ["1 is not there"]
    books.table.batch_put([item, {**item, "sk": {"S": "R#0001#00009999"}}])
    assert told(books) == ["redemption 9999 in program 1: no entry tells of it"]


def test_an_award_that_says_something_else_is_named(books: Books) -> None:
    [card, *_] = [key for key in kept(books, "G#") if "card" in key.sk]
    books.change(card, lambda body: {**body, "u": 7})
    assert told(books) == ["award card.1 in program 1 was not used as its journal says"]
    books.change(card, lambda body: {**body, "u": 1, "s": "revoked"})
    assert told(books) == ["award card.1 in program 1 is not taken back as its journal says"]


def test_an_award_that_is_gone_or_that_nobody_gave_is_named(books: Books) -> None:
    [treat] = [key for key in kept(books, "G#") if "treat" in key.sk]
    item = books.item(treat)
    books.remove(treat)
    assert told(books) == ["award treat.1 in program 1 is not there"]
    books.table.batch_put([item, {**item, "sk": {"S": treat.sk[:-1] + "8"}}])
    assert told(books) == ["award treat.8 in program 1: no entry tells of it"]


@pytest.mark.parametrize(
    "name", ["reward#0001#five", "reward_limit#0001#five#2026-06-15", "coupons_issued#0001#five-euros"]
)
def test_a_quota_that_does_not_add_up_is_named(books: Books, name: str) -> None:
    [place] = [key for key in books.table._items if key.pk == f"shop#Q#{name}"]
    item = books.item(place)
    books.table.batch_put([{**item, "left": {"N": str(int(item["left"]["N"]) - 1)}}])
    [one] = verify_quotas(books.shop.rt, "shop")
    assert (one.owner, "taken are not" in one.what) == (f"quota {name}", True)


def test_a_quota_that_cannot_be_read_is_named(books: Books) -> None:
    [place] = [key for key in books.table._items if key.pk == "shop#Q#coupon_codes#0001#pool"]
    books.table.batch_put([{**books.item(place), "left": {"S": "many"}}])
    [one] = verify_quotas(books.shop.rt, "shop")
    assert (one.owner, one.what) == ("quota coupon_codes#0001#pool", "a slice cannot be read")
