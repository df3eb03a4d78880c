"""What `make verify` says of marks: how much of an entry is undone, which no hash covers."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.ids import EntryRef, entry_id
from tests.twins import by_hand, fresh
from tests.twins.bookshop import BookShop, open_shop
from tests.unit.recovery.books import Books

TOLD = "account 1: what is marked as undone of entry {} is not what later ones undid"


def earned(shop: BookShop, member: str, amount: int) -> str:
    earning = shop.earn(member, amount).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


@pytest.fixture
def books() -> Books:
    """Ada's third entry is her spend, of which 5 came back; the first was cancelled when a part of it had been used."""
    shop = open_shop()
    ada, bob = shop.member("1"), shop.member("2")
    earning, other = earned(shop, ada, 100), earned(shop, ada, 30)
    spend = shop.spend(ada, 40).answer.spend_id
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend, 2)
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend, 3)
    cancel_earning(shop.rt, shop.caller, fresh(), ada, earning)
    expire_earning(shop.rt, shop.caller, fresh(), ada, other)
    pending = by_hand.promised(shop, ada, 20, event="e")
    by_hand.cancel(shop, ada, earning_id=pending, amount=6)
    undo_entry(shop.rt, shop.caller, fresh(), ada, entry_id(EntryRef(ada, 1, 8)))
    shop.earn(ada, 60)
    sent = shop.send(ada, bob, 50).answer.transfer_id
    shop.spend(bob, 10)
    shop.undo_transfer(ada, sent)
    return Books(shop, shop.rt.table, [ada, bob], "")  # type: ignore[arg-type]


def told(books: Books) -> list[str]:
    return [one.what for member in verify_members(books.shop.rt, "shop", books.members) for one in member.differences]


def marked(books: Books, member: int, sequence: int, text: str | None) -> None:
    """Behind the operations."""
    item = books.item(accounts.stream("shop", books.members[member], 1).key(sequence))
    item.pop("undone", None)
    books.table.batch_put([item if text is None else {**item, "undone": {"S": text}}])


def test_what_operations_undid_is_what_is_marked(books: Books) -> None:
    assert told(books) == []


@pytest.mark.parametrize("text", [None, "1:4", "1:40", "1:5,2:1"])
def test_a_spend_marked_with_another_sum_than_came_back(books: Books, text: str | None) -> None:
    marked(books, 0, 3, text)
    assert told(books) == [TOLD.format(3)]


def test_an_earning_that_was_cancelled_is_marked_as_a_whole(books: Books) -> None:
    marked(books, 0, 1, "1:65")  # what there was of it to take back
    assert told(books) == [TOLD.format(1)]


def test_what_was_let_expire_is_not_marked(books: Books) -> None:
    marked(books, 0, 2, "1:30")
    assert told(books) == [TOLD.format(2)]


def test_both_sides_of_a_transfer_are_marked(books: Books) -> None:
    marked(books, 1, 1, None)
    assert told(books) == [TOLD.format(1)]


def test_where_an_entry_cannot_be_read_nobody_knows_what_it_undid(books: Books) -> None:
    key = accounts.stream("shop", books.members[0], 1).key(4)
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    assert told(books) == ["account 1: entry 4 cannot be read"]
