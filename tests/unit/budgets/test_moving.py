"""Points that move cost their budget, whatever is in the accounts: one lot, thirty-seven, or one for each day of a year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from chalicelib.flows.trace_earning import trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins.bookshop import POINTS, BookShop, card, dry, keyed, open_shop, refused
from tests.unit.budgets.test_budgets import without_reading

STAMPS = {"code": "stamps", "name": "Stamps"}
RATES = [{"unit": "points", "into": "stamps", "take": 1, "give": 1}]
DAY_MS = 86_400_000
LARGER = {1: 0, 37: 0, 366: 2}  # what an account of so many lots takes beyond one KB, in units of a transaction


@dataclass(frozen=True)
class Two:
    """Ada and Bob, who have a point for each of as many last days; Ada has sent Bob one before."""

    shop: BookShop
    table: MemoryTable
    ada: str
    bob: str
    transfer: str

    def price(self, act: Callable[[], object]) -> Cost:
        self.shop.rt.config.load(self.table, self.shop.caller.tenant)
        before = self.table.meter.cost
        act()
        return without_reading(self.table.meter.cost - before)


def opened(table: MemoryTable) -> BookShop:
    unit = {**POINTS, "policies": [{"expiry": {"type": "days", "days": 1_000}}]}
    return open_shop(table, program={"units": [unit, STAMPS], "rates": RATES})


def two(lots: int) -> Two:
    table = MemoryTable()
    shop = opened(table)
    ada, bob = shop.member("ada"), shop.member("bob")
    for day in range(lots):
        shop.clock.at += DAY_MS if day else 0
        for member_id in (ada, bob):
            shop.earn(member_id, 10)
    transfer = shop.send(ada, bob, 1).answer.transfer_id
    assert len(shop.account(ada).wallets[0].expiring) == lots
    return Two(shop, table, ada, bob, transfer)


def of_two(units: int, **reads: int) -> Cost:
    return Cost(**reads, batch_get=1, transact=1, write_units=units, index_units=2)


ACTS: dict[str, tuple[Callable[[Two], object], Cost]] = {
    "send": (lambda at: at.shop.send(at.ada, at.bob, 1), of_two(8)),
    "send with a key": (lambda at: at.shop.send(at.ada, at.bob, 1, keyed("k")), of_two(10)),
    "send to a card": (lambda at: at.shop.send(at.ada, card("bob"), 1), of_two(8, get=1)),
    "undo": (lambda at: at.shop.undo_transfer(at.ada, at.transfer), of_two(12, get=1)),
    "convert": (
        lambda at: at.shop.convert(at.ada, "points", "stamps", 1),
        Cost(batch_get=1, transact=1, write_units=4, index_units=1),
    ),
}


@pytest.mark.parametrize("lots", LARGER)
def test_a_page_of_a_trace_costs_the_same_however_many_lots_were_sent(lots: int) -> None:
    at = two(lots)
    sent = at.shop.send(at.ada, at.bob, at.shop.balance(at.ada)).answer.transfer_id
    received = at.shop.statement(at.bob)[-1].lines[0].id
    assert received is not None
    rt, caller = at.shop.rt, at.shop.caller
    for act in (
        partial(trace_spend, rt, caller, at.ada, sent),
        partial(trace_earning, rt, caller, at.bob, received),
    ):
        assert at.price(act) == Cost(batch_get=1, query=1)


@pytest.mark.parametrize("lots", LARGER)
def test_requests_do_not_grow_and_units_only_with_the_accounts(lots: int) -> None:
    at = two(lots)
    for name, (act, budget) in ACTS.items():
        accounts = 1 if name == "convert" else 2
        assert at.price(partial(act, at)) == budget + Cost(write_units=accounts * LARGER[lots]), name


def test_all_that_a_year_has_left_is_sent_and_comes_back_in_one_transaction_each() -> None:
    """Entries tell of every lot: they grow, the requests do not."""
    at = two(366)
    there = at.shop.balance(at.ada)
    sent = at.price(lambda: at.shop.send(at.ada, at.bob, there, keyed("all")))
    assert (sent.requests, sent.write_units) == (2, 24)
    transfer = at.shop.send(at.ada, at.bob, there, keyed("all")).answer
    assert len(transfer.parts) == 366
    back = at.price(lambda: at.shop.undo_transfer(at.ada, transfer.transfer_id))
    assert (back.requests, back.write_units) == (3, 32)
    assert at.shop.balance(at.ada) == there


def test_a_refused_transfer_writes_nothing() -> None:
    at = two(1)

    def send_too_much() -> None:
        with refused("insufficient_balance", "amount"):
            at.shop.send(at.ada, at.bob, 100)

    assert at.price(send_too_much) == Cost(batch_get=1)


def test_what_comes_back_is_asked_for_once_more_where_it_is_refused_or_only_tried() -> None:
    at = two(1)
    assert at.price(lambda: at.shop.undo_transfer(at.ada, at.transfer, dry())) == Cost(get=2, batch_get=1)
    at.shop.undo_transfer(at.ada, at.transfer)

    def undo_again() -> None:
        with refused("already_undone", "transfer_id"):
            at.shop.undo_transfer(at.ada, at.transfer)

    assert at.price(undo_again) == Cost(get=2, batch_get=1)
