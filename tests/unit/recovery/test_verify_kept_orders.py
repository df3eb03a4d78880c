"""Orders that no member has are verified from their own journals, and so is the time before of those that were assigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.orders.store import order_key, stream
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.table.items import pack, unpack
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete, Key
from tests.twins import at, kept
from tests.twins.bookshop import TODAY, BookShop, goods_back, open_shop, sale
from tests.twins.grouped import household

DAY_MS = 86_400_000


class Books:
    """Two orders of nobody, of one of which something came back; one more, brought back in part and then assigned to Ada; and
    one to Bob, for his group."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        shop = self.shop = kept.keeping(open_shop(self.table))
        ada, bob = shop.member("ada"), shop.member("bob")
        household(shop, bob)
        self.order, self.assigned = kept.kept(shop, sale("K1")), kept.kept(shop, sale("K2"))
        kept.kept(shop, sale("K3"))
        for order_id, number in ((self.order, "R1"), (self.assigned, "R2")):
            shop.bring_back(order_id, goods_back(number, 40_00, quantity="0.5"))
        kept.assign(shop, self.assigned, ada)
        shop.bring_back(self.assigned, goods_back("R3", 60_00, quantity="0.5"))
        kept.assign(shop, kept.kept(shop, sale("K4")), bob)
        list(repair_feed(shop.rt, "shop", at(TODAY), shop.clock.at + 1))
        shop.clock.at += 2 * DAY_MS

    def told(self) -> list[str]:
        return [one.what for part in verify_tenant(self.shop.rt, "shop", threads=1) for one in part.differences]

    def change(self, key: Key, change: Callable[[Any], Any]) -> None:
        item = dict(self.table.get(key) or {})
        item["body"] = {"B": pack(change(unpack(item["body"]["B"])))}
        self.table.batch_put([item])

    def remove(self, key: Key) -> None:
        self.table.transact([Delete(key)], self.shop.rt.ids.command())


@pytest.fixture
def books() -> Books:
    return Books()


def test_what_is_as_it_was_recorded_follows_from_its_journals(books: Books) -> None:
    assert books.told() == []
    parts = list(verify_tenant(books.shop.rt, "shop", threads=1))
    assert sum(part.orders for part in parts) == 4


def test_an_order_that_is_not_what_it_was_is_told(books: Books) -> None:
    books.change(order_key("shop", books.order), lambda body: body | {"returned": {}})
    assert books.told() == ["order: it is not what its own journal says"]


@pytest.mark.parametrize("sequence", [1, 2])
def test_an_entry_that_is_gone_is_told(books: Books, sequence: int) -> None:
    books.remove(stream("shop", books.assigned, 1).key(sequence))
    assert f"order: entry {sequence} is missing" in books.told()


def test_an_order_that_is_gone_is_told(books: Books) -> None:
    books.remove(order_key("shop", books.order))
    assert books.told() != []


def test_nobody_gives_it_to_another(books: Books) -> None:
    shop: BookShop = books.shop
    bob = shop.member_with("bob")
    books.change(order_key("shop", books.assigned), lambda body: body | {"member": bob})
    assert "order: it is not what its own journal says" in books.told() or len(books.told()) > 1
