"""An account that is gone, though its journal is there, passes for no new one: not where something is only tried or refused, and
of two accounts on neither side. Whoever has had none is served as ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.command import Command
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete
from tests.twins import fresh, grouped
from tests.twins.bookshop import (
    BookShop,
    card,
    dry,
    fixed,
    goods_back,
    member,
    open_shop,
    refused,
    rule,
    sale,
)


def lose(shop: BookShop, owner: str) -> None:
    shop.rt.table.transact([Delete(accounts.account_key("shop", owner, 1))], f"{owner} is gone")


def written(shop: BookShop) -> int:
    assert isinstance(shop.rt.table, MemoryTable)
    return shop.rt.table.meter.cost.write_units


def is_damaged(shop: BookShop, owner: str, act: Callable[[], object]) -> None:
    """It is told by the key of that very account, and nothing is written."""
    before = written(shop)
    with pytest.raises(DamagedItemError, match=rf"#{owner} B#0001 is gone, though its journal is there"):
        act()
    assert written(shop) == before


# --- purchases -----------------------------------------------------------------------------------------------------------


def bought(shop: BookShop) -> str:
    """The order of a purchase that went before."""
    return shop.buy(card("ada"), sale("first")).answer.order_id


TRIED: dict[str, Callable[[BookShop, str, str], object]] = {
    "simulate": lambda shop, who, order: shop.simulate(member(who), sale("A")),
    "simulate by card": lambda shop, who, order: shop.simulate(card("ada"), sale("A")),
    "buy": lambda shop, who, order: shop.buy(member(who), sale("A"), dry()),
    "bring back": lambda shop, who, order: shop.bring_back(order, goods_back("R", 40_00), dry()),
}


@pytest.mark.parametrize("how", TRIED)
def test_a_purchase_is_not_tried_on_an_account_that_is_lost(shop: BookShop, ada: str, how: str) -> None:
    order = bought(shop)
    lose(shop, ada)
    is_damaged(shop, ada, lambda: TRIED[how](shop, ada, order))


@pytest.mark.parametrize("how", TRIED)
def test_nor_on_that_of_the_group_that_the_buyer_is_in(shop: BookShop, ada: str, how: str) -> None:
    group = grouped.household(shop, ada)
    order = bought(shop)
    lose(shop, group)
    is_damaged(shop, group, lambda: TRIED[how](shop, ada, order))


def test_nothing_is_refused_of_a_purchase_to_a_lost_account() -> None:
    """Nobody knows any more what it had."""
    shop = open_shop(rules=(rule(effects=[fixed(10**12), fixed(10**12)]),))
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 5)
    lose(shop, ada)
    is_damaged(shop, ada, lambda: shop.buy(member(ada), sale("A")))
    with refused("balance_limit", "amount"):
        shop.buy(member(bob), sale("A"))


def test_what_was_recorded_before_is_still_answered(shop: BookShop, ada: str) -> None:
    """Its entry says it, and nothing is written."""
    order = shop.buy(member(ada), sale("first")).answer
    back = shop.bring_back(order.order_id, goods_back("R", 40_00)).answer
    lose(shop, ada)
    again = shop.buy(member(ada), sale("first"))
    assert (again.replayed, again.answer) == (True, order)
    again_back = shop.bring_back(order.order_id, goods_back("R", 40_00))
    assert (again_back.replayed, again_back.answer) == (True, back)
    assert shop.rt.table.get(accounts.account_key("shop", ada, 1)) is None


def test_whoever_has_had_nothing_yet_may_try_a_purchase(shop: BookShop, ada: str) -> None:
    for buyer in (member(ada), card("ada"), card("new")):
        tried = shop.buy(buyer, sale("A"), dry()).answer.account
        assert tried == shop.simulate(buyer, sale("A")).account
        assert tried.balances == {"points": 100}


# --- transfers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["sender", "receiver"])
@pytest.mark.parametrize("amount", [10, 1000])
def test_a_transfer_is_not_tried_or_refused_where_either_account_is_lost(
    shop: BookShop, ada: str, bob: str, side: str, amount: int
) -> None:
    for owner in (ada, bob):
        shop.earn(owner, 50)
    lost = {"sender": ada, "receiver": bob}[side]
    lose(shop, lost)
    is_damaged(shop, lost, lambda: shop.send(ada, bob, amount, dry()))
    if amount > 50:
        is_damaged(shop, lost, lambda: shop.send(ada, bob, amount))


def test_points_may_be_sent_to_whoever_has_had_none(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 50)
    shop.send(ada, bob, 10, dry())
    with refused("insufficient_balance", "amount"):
        shop.send(ada, bob, 51)
    assert shop.send(ada, bob, 10).answer.account.balances == {"points": 40}


def by_transfer(shop: BookShop, command: Command, ada: str, transfer: str) -> object:
    return shop.undo_transfer(ada, transfer, command)


def by_entry(shop: BookShop, command: Command, ada: str, transfer: str) -> object:
    return undo_entry(shop.rt, shop.caller, command, ada, transfer)


@pytest.mark.parametrize("side", ["sender", "receiver"])
@pytest.mark.parametrize("undo", [by_transfer, by_entry])
@pytest.mark.parametrize("command", [fresh, dry])
def test_a_transfer_does_not_come_back_where_either_account_is_lost(
    shop: BookShop,
    ada: str,
    bob: str,
    side: str,
    undo: Callable[[BookShop, Command, str, str], object],
    command: Callable[[], Command],
) -> None:
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    lost = {"sender": ada, "receiver": bob}[side]
    lose(shop, lost)
    is_damaged(shop, lost, lambda: undo(shop, command(), ada, transfer))
