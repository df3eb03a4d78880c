"""What `make verify` and the proof of an account say of marks: how much of an entry is undone, which no hash covers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.prove_account import prove_account
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.verify_members import verify_members
from chalicelib.kit.ids import EntryRef, entry_id
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, open_shop, refused
from tests.twins.faulty import FaultyTable
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


def names_the_entry(books: Books, member: int, sequence: int) -> bool:
    """Verify, and the proof of the account: each says that, and nothing else of the account."""
    assert told(books) == [TOLD.format(sequence)]
    [difference] = verify_members(books.shop.rt, "shop", books.members)[member].differences
    assert (difference.owner, difference.program, difference.entry) == (books.members[member], 1, sequence)
    proofs = [books.shop.proof(one) for one in books.members]
    assert [proof.matches for proof in proofs] == [number != member for number in range(len(proofs))]
    return (proofs[member].broken_at, proofs[member].differences) == (None, (f"undone of entry {sequence}",))


def test_what_operations_undid_is_what_is_marked(books: Books) -> None:
    assert told(books) == []
    assert all(books.shop.proof(one).matches for one in books.members)


@pytest.mark.parametrize("text", [None, "1:4", "1:40", "1:5,2:1"])
def test_a_spend_marked_with_another_sum_than_came_back(books: Books, text: str | None) -> None:
    marked(books, 0, 3, text)
    assert names_the_entry(books, 0, 3)


def test_an_earning_that_was_cancelled_is_marked_as_a_whole(books: Books) -> None:
    marked(books, 0, 1, "1:65")  # what there was of it to take back
    assert names_the_entry(books, 0, 1)


def test_what_was_let_expire_is_not_marked(books: Books) -> None:
    marked(books, 0, 2, "1:30")
    assert names_the_entry(books, 0, 2)


def test_both_sides_of_a_transfer_are_marked(books: Books) -> None:
    marked(books, 1, 1, None)
    assert names_the_entry(books, 1, 1)


@pytest.fixture
def miles() -> Books:
    """Ada's second entry made seven miles of 49 points; two of them were used when it was undone."""
    rate = {"unit": "points", "into": "miles", "take": 7, "give": 1}
    shop = open_shop(program={"units": [POINTS, {"code": "miles", "name": "Miles"}], "rates": [rate]})
    ada = shop.member("1")
    shop.earn(ada, 100)
    converted = shop.convert(ada, "points", "miles", 49).answer.conversion_id
    shop.spend(ada, 2, unit="miles")
    undo_entry(shop.rt, shop.caller, fresh(), ada, converted)
    return Books(shop, shop.rt.table, [ada], "")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [None, "1:5", "1:34", "1:40"])
def test_a_conversion_that_was_undone_is_marked_with_what_came_back(miles: Books, text: str | None) -> None:
    assert told(miles) == []
    assert miles.shop.proof(miles.members[0]).matches
    marked(miles, 0, 2, text)
    assert names_the_entry(miles, 0, 2)


def test_a_conversion_that_an_older_release_undid_is_marked_as_a_whole(miles: Books) -> None:
    marked(miles, 0, 2, "1:49")
    assert told(miles) == []
    assert miles.shop.proof(miles.members[0]).matches
    with refused("already_undone", "entry_id"):
        undo_entry(
            miles.shop.rt, miles.shop.caller, fresh(), miles.members[0], entry_id(EntryRef(miles.members[0], 1, 2))
        )


def test_every_entry_with_a_wrong_mark_is_named(books: Books) -> None:
    marked(books, 0, 3, "1:40")
    marked(books, 0, 1, None)
    assert books.shop.proof(books.members[0]).differences == ("undone of entry 1", "undone of entry 3")


@pytest.mark.parametrize("text", ["", "x", "1", "1:x", "1:-5", "1:5,1:5", "2:1,1:5", "1:+5", "1: 5"])
def test_a_mark_that_cannot_be_read_makes_its_entry_unreadable(books: Books, text: str) -> None:
    marked(books, 0, 3, text)
    assert told(books) == ["account 1: entry 3 cannot be read"]
    proof = books.shop.proof(books.members[0])
    assert (proof.matches, proof.broken_at) == (False, 3)


def test_what_is_undone_while_the_proof_reads_is_no_difference(books: Books) -> None:
    """Between the account and its entries: the mark is newer than the journal that is looked at."""
    shop, ada = books.shop, books.members[0]
    spend = entry_id(EntryRef(ada, 1, 3, 1))
    table = FaultyTable(table=books.table)
    table.interrupt = lambda number: number == 1 and refund_spend(shop.rt, shop.caller, fresh(), ada, spend, 1)
    assert prove_account(replace(shop.rt, table=table), shop.caller, ada).matches
    assert table.calls == 4


def test_where_an_entry_was_edited_nobody_knows_what_it_undid(books: Books) -> None:
    key = accounts.stream("shop", books.members[0], 1).key(4)
    books.change(key, lambda body: [body[0], [{**fact, "amount": 1} for fact in body[1]]])
    assert not any("undone" in one for one in told(books))
    proof = books.shop.proof(books.members[0])
    assert (proof.matches, proof.broken_at) == (False, 4)
    assert not any("undone" in one for one in proof.differences)


def test_where_an_entry_cannot_be_read_nobody_knows_what_it_undid(books: Books) -> None:
    key = accounts.stream("shop", books.members[0], 1).key(4)
    books.table.batch_put([{**books.item(key), "body": {"B": b"?"}}])
    assert told(books) == ["account 1: entry 4 cannot be read"]
    assert not any("undone" in one for one in books.shop.proof(books.members[0]).differences)
