"""Somebody else undoes the same thing while it is read: whoever comes second is told so, and never anything else.

Items of one BatchGet are read one by one, in any order, so the account may be older or newer than the marks beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from chalicelib.errors import Busy, NotFound, StampbookError
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, dry, open_shop, refused
from tests.twins.faulty import FaultyTable
from tests.unit.flows.undoing import (
    Prepare,
    Undo,
    a_capture,
    a_conversion,
    a_deduction,
    a_grant,
    a_hold,
    a_promise,
    a_spend,
    a_spend_below_zero,
    a_spend_given_back_in_part,
    a_transfer,
    an_earning,
    cancel,
    refund,
    refund_a_part,
    undo,
    undo_transfer,
)

POLICY = {"expiry": {"type": "end_of_month", "months": 12}, "negative": "limit", "negative_limit": 50}
CALLS = range(4)  # of three items, and of the transaction
CALLS_OF_A_TRANSFER = range(
    7
)  # an entry; two profiles, two accounts and the other's entry; then the transaction, or that entry again


class OneByOne(FaultyTable):
    """Items asked for together are read one after the other: as asked for, or the last one first."""

    backwards = False

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        found = {key: self.get(key) for key in (reversed(keys) if self.backwards else keys)}
        return {key: attrs for key, attrs in found.items() if attrs is not None}


def shop_on(table: OneByOne, used: str) -> tuple[BookShop, str]:
    """Ada has earned 100, and what is undone of it is by this policy."""
    units = [
        {**POINTS, "policies": [{**POLICY, "cancel_used": used}]},
        {"code": "stamps", "name": "Stamps", "policies": [{**POLICY, "cancel_used": used}]},
    ]
    rates = [{"unit": "points", "into": "stamps", "take": 1, "give": 1}]
    shop = open_shop(table, program={"units": units, "rates": rates})
    ada = shop.member("ada")
    shop.earn(ada, 100)
    return shop, ada


def beside(table: OneByOne, call: int, act: Callable[[], object]) -> None:
    """Somebody does this before the call of that number, if there is such a one."""

    def meanwhile(number: int) -> None:
        if number == call:
            table.interrupt = None
            act()

    table.start()
    table.interrupt = meanwhile


WAYS: tuple[tuple[Prepare, Undo], ...] = (
    *((prepare, undo) for prepare in (an_earning, a_promise, a_grant, a_deduction, a_spend, a_spend_below_zero)),
    *((prepare, undo) for prepare in (a_spend_given_back_in_part, a_hold, a_capture, a_conversion)),
    *((prepare, cancel) for prepare in (an_earning, a_promise)),
    *((prepare, refund) for prepare in (a_spend, a_spend_below_zero, a_spend_given_back_in_part, a_capture)),
    (a_transfer, undo_transfer),
)
PARTS = tuple((prepare, refund_a_part) for prepare in (a_spend, a_spend_given_back_in_part, a_capture))
GIVEN = (an_earning, a_promise, a_grant, a_conversion, a_transfer)  # what is undone by `cancel_used`
CASES = [
    (prepare, act, used, call)
    for prepare, act in WAYS
    for used in (("left", "whole", "refuse") if prepare in GIVEN else ("left",))
    for call in (CALLS_OF_A_TRANSFER if act is undo_transfer else CALLS)
]
TRIES = [
    (prepare, act, call)
    for prepare, act in (*WAYS, *PARTS)
    for call in (CALLS_OF_A_TRANSFER if act is undo_transfer else range(5))  # of three items, then of two again
]


def called(way: object) -> str:
    return getattr(way, "__name__", str(way))


@pytest.fixture(params=[False, True], ids=["in order", "backwards"])
def table(request: pytest.FixtureRequest) -> OneByOne:
    reading = OneByOne(table=MemoryTable())
    reading.backwards = request.param
    return reading


# --- whole, in part, and only tried -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("prepare", "act", "used", "call"), CASES, ids=called)
def test_what_is_undone_while_it_is_undone_has_been_undone(
    table: OneByOne, prepare: Prepare, act: Undo, used: str, call: int
) -> None:
    """Wherever in between the other one comes: never an assertion, and never a refusal but this."""
    shop, ada = shop_on(table, used)
    of = prepare(shop, ada)
    beside(table, call, partial(act, shop, fresh(), ada, of))
    with refused("already_undone", param_of(act)):
        act(shop, fresh(), ada, of)
    assert shop.proof(ada).matches


@pytest.mark.parametrize(("prepare", "act", "call"), TRIES, ids=called)
def test_who_only_tries_is_told_what_would_be_before_or_after(
    table: OneByOne, prepare: Prepare, act: Undo, call: int
) -> None:
    shop, ada = shop_on(table, "left")
    of = prepare(shop, ada)
    before = tried(shop, act, ada, of)
    beside(table, call, partial(act, shop, fresh(), ada, of))
    during = tried(shop, act, ada, of)
    assert table.interrupt is None
    assert during in (before, tried(shop, act, ada, of))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("prepare", "act"), PARTS, ids=called)
def test_a_part_that_comes_back_beside_another_comes_back_besides(
    table: OneByOne, prepare: Prepare, act: Undo, call: int
) -> None:
    shop, ada = shop_on(table, "left")
    of = prepare(shop, ada)
    there = shop.balance(ada)
    beside(table, call, partial(act, shop, fresh(), ada, of))
    act(shop, fresh(), ada, of)
    assert shop.balance(ada) == there + 20
    assert shop.proof(ada).matches


@pytest.mark.parametrize("call", CALLS)
def test_what_has_come_back_meanwhile_does_not_fill_the_balance(table: OneByOne, call: int) -> None:
    """Two accounts' worth would be too much; what comes back comes back once."""
    shop, ada = shop_on(table, "left")
    spend_id = a_spend(shop, ada)
    shop.earn(ada, MAX_AMOUNT - 100)
    beside(table, call, partial(refund, shop, fresh(), ada, spend_id))
    with refused("already_undone", "spend_id"):
        refund(shop, fresh(), ada, spend_id)
    assert shop.balance(ada) == MAX_AMOUNT


@pytest.mark.parametrize("call", CALLS)
def test_an_earning_that_is_cancelled_while_it_is_let_expire_has_nothing_left(table: OneByOne, call: int) -> None:
    shop, ada = shop_on(table, "left")
    of = an_earning(shop, ada)
    beside(table, call, partial(cancel, shop, fresh(), ada, of))
    with refused("nothing_left", "earning_id"):
        expire_earning(shop.rt, shop.caller, fresh(), ada, of)
    assert shop.balance(ada) == 100


@pytest.mark.parametrize("call", CALLS)
def test_of_a_promise_that_is_called_off_in_part_the_rest_is_undone(table: OneByOne, call: int) -> None:
    shop, ada = shop_on(table, "left")
    of = a_promise(shop, ada)
    beside(table, call, lambda: by_hand.cancel(shop, ada, earning_id=of, amount=10))
    undo(shop, fresh(), ada, of)
    with refused("already_undone", "entry_id"):
        undo(shop, fresh(), ada, of)
    wallet = shop.account(ada).wallets[0]
    assert (wallet.pending, wallet.available) == (0, 100)
    assert shop.proof(ada).matches


@pytest.mark.parametrize("call", CALLS)
def test_of_a_promise_that_is_called_off_meanwhile_nothing_is_pending(table: OneByOne, call: int) -> None:
    shop, ada = shop_on(table, "left")
    of = a_promise(shop, ada)
    beside(table, call, lambda: by_hand.cancel(shop, ada, earning_id=of))
    with refused("nothing_pending", "earning_id"):
        by_hand.cancel(shop, ada, earning_id=of)
    with refused("already_undone", "entry_id"):
        undo(shop, fresh(), ada, of)
    assert shop.proof(ada).matches


@pytest.mark.parametrize("call", CALLS[:3])
@pytest.mark.parametrize("prepare", [an_earning, a_promise, a_grant, a_deduction, a_spend, a_hold, a_conversion])
def test_an_id_that_somebody_guessed_is_not_there_or_is_undone(table: OneByOne, prepare: Prepare, call: int) -> None:
    """The account may be older than the entry itself: whose maker has not been told of it yet."""
    shop, ada = shop_on(table, "left")
    next_one = entry_id(EntryRef(ada, 1, shop.account(ada).version + 1, 1))
    beside(table, call, lambda: prepare(shop, ada))
    try:
        undo(shop, fresh(), ada, next_one)
    except NotFound:
        undo(shop, fresh(), ada, next_one)
    assert (shop.balance(ada), table.interrupt) == (100, None)
    assert shop.proof(ada).matches


def test_who_is_always_overtaken_is_told_to_come_again() -> None:
    """There is an end to reading again: a spend that others give back point by point, before every last look at it."""
    table = OneByOne(table=MemoryTable())
    shop, ada = shop_on(table, "left")
    of = a_spend(shop, ada)

    def overtake(number: int) -> None:
        if number % 5 == 4:
            kept, table.interrupt = table.interrupt, None
            kinds = list(table.kinds)
            refund_spend(shop.rt, shop.caller, fresh(), ada, of, 1)
            table.interrupt, table.kinds = kept, kinds

    table.start()
    table.interrupt = overtake
    with pytest.raises(Busy):
        refund_spend(shop.rt, shop.caller, dry(), ada, of)
    table.interrupt = None
    assert shop.proof(ada).matches


def tried(shop: BookShop, act: Undo, ada: str, of: str) -> str:
    """What a dry run answers, or the code of its refusal."""
    try:
        return act(shop, dry(), ada, of).model_dump_json()
    except StampbookError as refusal:
        return refusal.code


def param_of(act: Undo) -> str:
    """As the request names what is undone."""
    named: dict[Undo, str] = {cancel: "earning_id", refund: "spend_id", undo_transfer: "transfer_id"}
    return named.get(act, "entry_id")
