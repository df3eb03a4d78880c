"""A mark of what is undone that somebody has damaged: whoever undoes is told which item it is, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.errors import Busy
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.undo_marks import LOOKS
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, dry, open_shop, refused
from tests.twins.faulty import FaultyTable
from tests.unit.flows import by_hand as done
from tests.unit.flows.undoing import (
    Prepare,
    Undo,
    a_promise,
    a_spend,
    an_earning,
    cancel,
    refund,
    refund_a_part,
    undo,
    undo_transfer,
)

Ways = tuple[Prepare, Undo]
WAYS: tuple[Ways, ...] = (
    (a_spend, undo),
    (a_spend, refund),
    (a_spend, refund_a_part),
    (an_earning, undo),
    (an_earning, cancel),
    (a_promise, cancel),
)


class TornTable(MemoryTable):
    """A Get of a torn key answers what was there before the last `torn` looks are over, as while a transaction is applied."""

    torn: dict[Key, Attrs]
    looks = 0

    def get(self, key: Key) -> Attrs | None:
        return self._seen(key) or super().get(key)

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        found = super().batch_get(keys)
        return {key: self._seen(key) or attrs for key, attrs in found.items()}

    def _seen(self, key: Key) -> Attrs | None:
        if key in self.torn and self.looks:
            self.looks -= 1
            return self.torn[key]
        return None


@pytest.fixture
def table() -> TornTable:
    table = TornTable()
    table.torn = {}
    return table


@pytest.fixture
def shop(table: TornTable) -> BookShop:
    return open_shop(table)


@pytest.fixture
def ada(shop: BookShop) -> str:
    ada = shop.member("ada")
    shop.earn(ada, 100)
    return ada


def key_of(of: str) -> Key:
    ref = entry_ref(of)
    return accounts.stream("shop", ref.owner, 1).key(ref.sequence)


def marked(table: TornTable, of: str, text: str | None) -> None:
    """Behind the operations."""
    item = dict(table.get(key_of(of)) or {})
    item.pop("undone", None)
    table.batch_put([item if text is None else {**item, "undone": {"S": text}}])


def stored(table: TornTable) -> object:
    return dict(table._items)


@pytest.mark.parametrize("text", ["x", "1:-1", "1:41", "1:400", "2:1", "1:1,2:1"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0].__name__} {way[1].__name__}")
def test_a_mark_of_more_than_there_is_is_named(
    shop: BookShop, table: TornTable, ada: str, way: Ways, text: str
) -> None:
    prepare, act = way
    of = prepare(shop, ada)
    marked(table, of, text)
    before = stored(table)
    for command in (fresh(), dry()):
        with pytest.raises(DamagedItemError, match=" ".join(key_of(of))):
            act(shop, command, ada, of)
    assert stored(table) == before


@pytest.mark.parametrize(("before", "again"), [(40, undo), (40, refund), (15, refund), (35, refund_a_part)])
def test_a_spend_whose_mark_is_gone_does_not_come_back_twice(
    shop: BookShop, table: TornTable, ada: str, before: int, again: Undo
) -> None:
    """The mark looks as if nothing had come back: it is the account that contradicts it."""
    of = a_spend(shop, ada)
    refund_spend(shop.rt, shop.caller, fresh(), ada, of, before)
    marked(table, of, None)
    there = stored(table)
    for command in (fresh(), dry()):
        with pytest.raises(DamagedItemError, match=" ".join(key_of(of))):
            again(shop, command, ada, of)
    assert stored(table) == there
    assert shop.proof(ada).differences == (f"undone of entry {entry_ref(of).sequence}",)


@pytest.mark.parametrize("act", [undo, undo_transfer])
def test_a_transfer_whose_marks_are_gone_does_not_come_back_twice(table: TornTable, act: Undo) -> None:
    """Bob has enough to pay for it again: it is where it comes to that contradicts it."""
    policy = {"expiry": {"type": "end_of_month", "months": 12}, "cancel_used": "whole", "negative": "returns"}
    shop = open_shop(table, program={"units": [{**POINTS, "policies": [policy]}]})
    ada, bob = shop.member("ada"), shop.member("bob")
    for one in (ada, bob):
        shop.earn(one, 100)
    sent = shop.send(ada, bob, 40).answer.transfer_id
    received = entry_id(EntryRef(bob, 1, 2, 1))
    shop.undo_transfer(ada, sent)
    for of in (sent, received):
        marked(table, of, None)
    before = stored(table)
    for command in (fresh(), dry()):
        with pytest.raises(DamagedItemError, match=" ".join(key_of(sent))):
            act(shop, command, ada, sent)
    assert stored(table) == before
    assert [shop.proof(one).differences for one in (ada, bob)] == [("undone of entry 2",)] * 2


@pytest.mark.parametrize("text", ["x", "1:41", "2:1"])
@pytest.mark.parametrize("of_sender", [True, False])
def test_a_transfer_with_a_mark_that_cannot_be_is_named(
    shop: BookShop, table: TornTable, ada: str, text: str, of_sender: bool
) -> None:
    sent = shop.send(ada, shop.member("bob"), 40).answer.transfer_id
    wrong = sent if of_sender else entry_id(EntryRef(shop.member_with("bob"), 1, 1, 1))
    marked(table, wrong, text)
    before = stored(table)
    for act in (undo, undo_transfer):
        with pytest.raises(DamagedItemError, match=" ".join(key_of(wrong))):
            act(shop, fresh(), ada, sent)
    assert stored(table) == before


def test_an_earning_marked_as_used_up_is_left_as_it_is(shop: BookShop, table: TornTable, ada: str) -> None:
    """Nobody can tell by the entry alone; the proof can."""
    of = an_earning(shop, ada)
    marked(table, of, "1:40")
    before = stored(table)
    with refused("already_undone", "earning_id"):
        cancel_earning(shop.rt, shop.caller, fresh(), ada, of)
    assert stored(table) == before
    assert shop.proof(ada).differences == ("undone of entry 2",)


def test_a_promise_is_not_called_off_beyond_itself(shop: BookShop, table: TornTable, ada: str) -> None:
    of = done.promised(shop, ada, 40, days=10)
    marked(table, of, "1:30")
    before = stored(table)
    with pytest.raises(DamagedItemError, match=" ".join(key_of(of))):
        by_hand.cancel(shop, ada, earning_id=of, amount=20)
    assert stored(table) == before


def test_who_lets_it_expire_is_told_too(shop: BookShop, table: TornTable, ada: str) -> None:
    of = an_earning(shop, ada)
    marked(table, of, "1:41")
    with pytest.raises(DamagedItemError, match=" ".join(key_of(of))):
        expire_earning(shop.rt, shop.caller, fresh(), ada, of)


# --- only for a moment -----------------------------------------------------------------------------------------------


def torn(table: TornTable, key: Key, looks: int) -> Callable[[], None]:
    """Keeps the item as it is now; from the call of what is answered on it is what so many looks at it see."""
    table.torn = {key: dict(table.get(key) or {})}

    def begin() -> None:
        table.looks = looks

    return begin


@pytest.mark.parametrize("looks", range(1, 2 * LOOKS - 2))
def test_a_mark_that_is_older_for_a_moment_is_read_again(
    shop: BookShop, table: TornTable, ada: str, looks: int
) -> None:
    """Somebody's refund is being applied: the account has it, the mark does not yet."""
    of = a_spend(shop, ada)
    begin = torn(table, key_of(of), looks)
    refund_spend(shop.rt, shop.caller, fresh(), ada, of)
    begin()
    for act in (undo, refund):
        with refused("already_undone", "entry_id" if act is undo else "spend_id"):
            act(shop, fresh(), ada, of)
    assert shop.balance(ada) == 100
    assert shop.proof(ada).matches


def test_a_part_beside_another_that_is_just_applied_comes_back_besides(
    shop: BookShop, table: TornTable, ada: str
) -> None:
    of = a_spend(shop, ada)
    begin = torn(table, key_of(of), 4)
    refund_a_part(shop, fresh(), ada, of)
    begin()
    refund_a_part(shop, fresh(), ada, of)
    assert shop.balance(ada) == 80
    assert shop.proof(ada).matches


def test_who_meets_another_state_each_time_is_told_to_come_again(shop: BookShop, table: TornTable, ada: str) -> None:
    """No look is like the one before: then it is no damage, but a crowd."""
    of = a_spend(shop, ada)
    begin = torn(table, key_of(of), 1_000)
    undo_entry(shop.rt, shop.caller, fresh(), ada, of)
    begin()
    busy = FaultyTable(table=table)

    def somebody_earns(number: int) -> None:
        if number % 3 == 0:  # of profile, account and entry together, then of two again
            looks, table.looks = table.looks, 0
            shop.earn(ada, 1)
            table.looks = looks

    busy.interrupt = somebody_earns
    with pytest.raises(Busy):
        undo_entry(replace(shop.rt, table=busy), shop.caller, fresh(), ada, of)
    table.looks = 0
    assert shop.proof(ada).matches
