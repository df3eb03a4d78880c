"""An account that is made anew says in which form its entries have told what waits for time, as the one did that it replaces:
the next entry takes back what was told, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, form_told
from chalicelib.flows.refold_account import refold_account, refolded_account
from chalicelib.table.items import compact_json, pack, unpack
from chalicelib.table.journal import HASH_DIGITS
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Delete, Key
from tests.twins import by_hand
from tests.twins.bookshop import POINTS, BookShop, open_shop
from tests.twins.by_hand import day

SECONDS = 86_400
LAST_DAY = day("2026-01-31")
Header = dict[str, Any]


class Kept:
    """A member who has 50 points until the end of January, and holds 20 of them until February."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        program = {"units": [{**POINTS, "policies": [{"expiry": {"type": "days", "days": 30}}]}]}
        self.shop: BookShop = open_shop(self.table, now="2026-01-01", program=program, tiers=None)
        self.ada = self.shop.member("1")
        self.key = accounts.account_key("shop", self.ada, 1)
        self.shop.earn(self.ada, 50)
        by_hand.hold(self.shop, self.ada, 20, after_seconds=40 * SECONDS)

    def item(self, key: Key) -> Attrs:
        item = self.table.get(key)
        assert item is not None
        return item

    def entry(self, sequence: int) -> tuple[Attrs, Header, Any]:
        item = self.item(accounts.stream("shop", self.ada, 1).key(sequence))
        header, facts = unpack(item["body"]["B"])
        return item, header, facts

    def last_told_otherwise(self, change: Callable[[Header], None], foretold: int) -> None:
        """The last entry and the account, as another release would have written them."""
        account = self.item(self.key)
        entry, header, facts = self.entry(int(account["version"]["N"]))
        change(header)
        digest = {"S": sha256(compact_json([header, facts])).hexdigest()[:HASH_DIGITS]}
        body = {name: value for name, value in unpack(account["body"]["B"]).items() if name != "f"}
        body |= {"f": foretold} if foretold else {}
        self.table.batch_put([{**entry, "hash": digest, "body": {"B": pack([header, facts])}}])
        self.table.batch_put([{**account, "hash": digest, "body": {"B": pack(body)}}])

    def made_anew(self) -> Attrs:
        self.table.transact([Delete(self.key)], self.shop.rt.ids.command())
        refold_account(self.shop.rt, "shop", refolded_account(self.shop.rt, "shop", self.ada, 1))
        return self.item(self.key)


def by_its_last_day(header: Header) -> None:
    [(what, unit, _, amount)] = header["after"]["ahead"]
    assert what == "passing"
    header["after"]["ahead"] = [["expiring", unit, LAST_DAY, amount]]


def nothing(header: Header) -> None:
    del header["after"]["ahead"]


def untouched(kept: Kept) -> None:
    pass


def older(kept: Kept) -> None:
    kept.last_told_otherwise(by_its_last_day, 1)


def older_still(kept: Kept) -> None:
    kept.last_told_otherwise(nothing, 0)


def stepped_back(kept: Kept) -> None:
    """What a release told nothing of is not in the entries yet."""
    by_hand.promised(kept.shop, kept.ada, 10, available_after_days=9)
    kept.last_told_otherwise(nothing, 0)


def stepped_back_and_on(kept: Kept) -> None:
    """All there is was told once more, and that is what is taken back."""
    stepped_back(kept)
    kept.shop.earn(kept.ada, 1)


def with_nothing_waiting(kept: Kept) -> None:
    by_hand.release(kept.shop, kept.ada, 1)


@pytest.mark.parametrize(
    ("past", "form"),
    [
        (untouched, 2),
        (older, 1),
        (older_still, None),
        (stepped_back, None),
        (stepped_back_and_on, 2),
        (with_nothing_waiting, None),
    ],
)
def test_the_form_is_that_of_the_entries(past: Callable[[Kept], None], form: int | None) -> None:
    kept = Kept()
    past(kept)
    whole = kept.item(kept.key)
    assert unpack(whole["body"]["B"]).get("f") == form
    assert kept.made_anew() == whole


@pytest.mark.parametrize(
    ("past", "told"),
    [(untouched, [("passing", -20)]), (older, [("expiring", -20)]), (older_still, [])],
)
def test_the_next_entry_takes_back_what_was_told(past: Callable[[Kept], None], told: list[tuple[str, int]]) -> None:
    kept = Kept()
    past(kept)
    kept.made_anew()
    by_hand.release(kept.shop, kept.ada, 1)
    _, header, _ = kept.entry(3)
    assert [(what, amount) for what, _, _, amount in header["after"].get("ahead", ())] == told


def test_of_nothing_that_waits_nothing_is_told() -> None:
    assert form_told(Account("mem_00000000001", 1), [[("coming", "points", 7, 3)]]) == 0
