"""A journal that was touched says where, and an account that was touched says how it differs."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.operations import Proof
from chalicelib.table.items import compact_json, pack, unpack
from chalicelib.table.journal import HASH_DIGITS, Entry, entry_from, entry_put
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete
from tests.twins.bookshop import card, line, sale
from tests.unit.accounts.stamp_shop import shop_with


class Journal:
    """A member's account of six entries, and hands that reach into the table past every operation."""

    def __init__(self) -> None:
        self.shop, (self.member_id, _) = shop_with(2)
        table = self.shop.rt.table
        assert isinstance(table, MemoryTable)
        self.table = table
        self.stream = store.stream("shop", self.member_id, 1)
        for number, cents in enumerate((100_00, 40_00, 25_00)):
            self.shop.buy(card("0"), sale(f"A{number}", line(1, cents, "pen", "2"), on="2026-01-01"))
        self.shop.spend(self.member_id, 30)
        self.shop.earn(self.member_id, 7)
        self.shop.spend(self.member_id, 2)

    def entry(self, sequence: int) -> Entry:
        stored = self.table.get(self.stream.key(sequence))
        assert stored is not None
        return entry_from(self.stream, stored)

    def put(self, entry: Entry) -> None:
        self.table.batch_put([entry_put(entry).item])

    def remove(self, sequence: int) -> None:
        self.table.transact([Delete(self.stream.key(sequence))], f"remove-{sequence}")

    def proof(self) -> Proof:
        return self.shop.proof(self.member_id)


def with_points(entry: Entry, **changes: Any) -> Entry:
    """The entry with another story of the points it earned."""
    facts = tuple(
        body | changes if (body["type"], body.get("unit")) == ("points.earned", "points") else body
        for body in entry.facts
    )
    assert facts != entry.facts
    return replace(entry, facts=facts)


def rehashed(entry: Entry) -> Entry:
    return replace(entry, hash=sha256(compact_json([entry.header, entry.facts])).hexdigest()[:HASH_DIGITS])


def test_an_untouched_journal_is_proof() -> None:
    proof = Journal().proof()
    assert (proof.matches, proof.entries, proof.broken_at, proof.differences) == (True, 6, None, ())


@pytest.mark.parametrize("sequence", [1, 2, 3, 5])
def test_an_edited_amount_is_named_by_its_entry_and_its_wallet(sequence: int) -> None:
    journal = Journal()
    journal.put(with_points(journal.entry(sequence), amount=9_999))
    proof = journal.proof()
    assert (proof.matches, proof.broken_at, proof.differences) == (False, sequence, ("months", "wallet points"))


def test_an_edited_header_is_named_though_every_amount_is_right() -> None:
    journal = Journal()
    entry = journal.entry(4)
    journal.put(replace(entry, header={**entry.header, "actor": ["api_key", "key_1", "somebody else"]}))
    proof = journal.proof()
    assert (proof.matches, proof.broken_at, proof.differences) == (False, 4, ())


def test_a_forged_entry_with_a_hash_of_its_own_breaks_the_one_after_it() -> None:
    journal = Journal()
    assert rehashed(journal.entry(2)) == journal.entry(2)
    journal.put(rehashed(with_points(journal.entry(2), amount=9_999)))
    proof = journal.proof()
    assert (proof.matches, proof.broken_at, proof.differences) == (False, 3, ("months", "wallet points"))


def test_a_forged_last_entry_does_not_fit_the_account() -> None:
    journal = Journal()
    journal.shop.earn(journal.member_id, 5)
    journal.put(rehashed(with_points(journal.entry(7), rule="somebody's gift")))
    proof = journal.proof()
    assert (proof.matches, proof.broken_at, proof.differences) == (False, 8, ())


@pytest.mark.parametrize("removed", [1, 3, 6])
def test_a_removed_entry_is_named(removed: int) -> None:
    journal = Journal()
    journal.remove(removed)
    proof = journal.proof()
    assert (proof.matches, proof.entries, proof.broken_at) == (False, 5, removed)
    assert "wallet points" in proof.differences


def test_two_entries_that_changed_places_are_named() -> None:
    journal = Journal()
    second, third = journal.entry(2), journal.entry(3)
    journal.put(replace(second, sequence=3))
    journal.put(replace(third, sequence=2))
    assert (journal.proof().matches, journal.proof().broken_at) == (False, 2)


@pytest.mark.parametrize(
    "facts",
    [
        ({"type": "points.vanished", "v": 1},),
        ({"type": "points.spent", "v": 1, "unit": "points", "colour": "red"},),
        ({"type": "points.spent", "v": 9, "unit": "points", "amount": 1, "pieces": [], "balance": 1},),
        ({"v": 1},),
    ],
)
def test_facts_that_cannot_be_read_are_named_not_stumbled_over(facts: tuple[dict[str, Any], ...]) -> None:
    journal = Journal()
    journal.put(replace(journal.entry(4), facts=facts))
    proof = journal.proof()
    assert (proof.matches, proof.broken_at, proof.differences) == (False, 4, ("wallet points",))


def test_an_account_edited_behind_its_journal_shows_what_differs() -> None:
    journal = Journal()
    stored = journal.table.get(store.account_key("shop", journal.member_id, 1))
    assert stored is not None
    body = unpack(stored["body"]["B"])
    assert body["t"] == "bronze"
    body["w"]["points"][1][0] += 1_000
    body["t"] = "gold"
    journal.table.batch_put([{**stored, "body": {"B": pack(body)}}])
    proof = journal.proof()
    assert (proof.matches, proof.broken_at, proof.differences) == (False, None, ("tier", "wallet points"))


def test_an_account_turned_back_behind_its_journal_is_named_by_version() -> None:
    """The state of entry 6 with the hash of another history."""
    journal = Journal()
    stored = journal.table.get(store.account_key("shop", journal.member_id, 1))
    assert stored is not None
    journal.table.batch_put([{**stored, "hash": {"S": "0" * 32}}])
    assert (journal.proof().matches, journal.proof().broken_at) == (False, 7)
