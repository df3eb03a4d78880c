"""What of an order was cancelled by hand stands in the order and in the journal: where they differ, it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.orders import store as orders
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.repair_feed import repair_feed
from chalicelib.flows.verify_orders import RecordedOrders
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.table.journal import entry_from
from tests.twins import fresh
from tests.twins.bookshop import goods_back
from tests.unit.recovery.books import DAY_MS, Books, small_books


@pytest.fixture
def cancelled() -> Books:
    """Of 150 points 40 were asked back by a return and 7 are spent; the rest was cancelled, and then the other book came back."""
    books = small_books()
    shop, ada = books.shop, books.members[0]
    before = shop.clock.at
    cancel_earning(shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 1, 1)))
    shop.bring_back(books.order, goods_back("R2", 50_00, sku="book-2"))
    list(repair_feed(shop.rt, "shop", before, shop.clock.at + 1))
    shop.clock.at += 2 * DAY_MS
    return books


def body_of(books: Books) -> Callable[[Callable[[Any], Any]], None]:
    return lambda changed: books.change(orders.order_key("shop", books.order), changed)


def test_what_was_cancelled_agrees(cancelled: Books) -> None:
    assert cancelled.told() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda told: [[told[0][0] + 1, *told[0][1:]]],
        lambda told: [[*told[0][:2], told[0][2] - 1]],
        lambda told: [[told[0][0], 7, told[0][2]]],
    ],
    ids=["of another entry", "another amount", "of a credit that it does not have"],
)
def test_an_order_that_says_something_else_was_cancelled(
    cancelled: Books, change: Callable[[list[list[int]]], list[list[int]]]
) -> None:
    body_of(cancelled)(lambda body: body | {"by_hand": change(body["by_hand"])})
    assert ("0", "order A2 was not cancelled by hand as its entries say") in cancelled.told()


def test_an_order_that_has_forgotten_what_was_cancelled(cancelled: Books) -> None:
    body_of(cancelled)(lambda body: {name: value for name, value in body.items() if name != "by_hand"})
    assert cancelled.told() == [
        ("0", "order A2 was not cancelled by hand as its entries say"),
        ("0", "order A2 counts more returns than there are"),
    ]


def test_an_order_that_would_be_asked_too_much(cancelled: Books) -> None:
    credit = orders.read(cancelled.table, "shop", cancelled.order).credits[0]
    assert credit.due == 40 + 103
    body_of(cancelled)(lambda body: body | {"credits": [[*body["credits"][0][:6], 142, *body["credits"][0][7:]]]})
    assert cancelled.told() == [("0", "order A2 was not asked back what its returns say")]


def test_what_was_cancelled_after_the_journal_was_read_is_news(cancelled: Books) -> None:
    """And what was cancelled by an entry that was read is none."""
    of = orders.order_key("shop", cancelled.order)
    stream = accounts.stream("shop", cancelled.members[0], 1)
    journal = [entry_from(stream, cancelled.item(stream.key(sequence))) for sequence in range(1, 7)]
    [cancelling] = [entry.sequence for entry in journal if entry.header["operation"] == "cancel_earning"]

    def told(upto: int) -> list[str]:
        recorded = RecordedOrders("shop", cancelled.members[0], listed={cancelled.order})
        for entry in journal[:upto]:
            recorded.see(entry)
        found = {key: cancelled.item(key) for key in recorded.wanted()}
        return list(recorded.differences(cancelled.table, {**found, of: cancelled.item(of)}))

    assert [told(upto) for upto in range(1, len(journal) + 1)] == [[]] * len(journal)
    assert cancelling in range(2, len(journal))
