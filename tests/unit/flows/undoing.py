"""What can be undone, each made with forty points and answering the id by which it is undone; and how it is."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.base import Frozen
from chalicelib.kit.command import Command
from tests.twins import fresh
from tests.twins.bookshop import BookShop
from tests.unit.flows import by_hand as done

Prepare = Callable[[BookShop, str], str]
Undo = Callable[[BookShop, Command, str, str], Frozen]


def an_earning(shop: BookShop, ada: str) -> str:
    earning = shop.earn(ada, 40).answer.earning
    assert earning is not None
    assert earning.earning_id is not None
    return earning.earning_id


def a_promise(shop: BookShop, ada: str) -> str:
    return done.promised(shop, ada, 40, days=10)


def a_grant(shop: BookShop, ada: str) -> str:
    return done.granted(shop, ada, 40)


def a_deduction(shop: BookShop, ada: str) -> str:
    return done.deducted(shop, ada, 40)


def a_spend(shop: BookShop, ada: str) -> str:
    return shop.spend(ada, 40).answer.spend_id


def a_spend_below_zero(shop: BookShop, ada: str) -> str:
    return done.spent_below_zero(shop, ada, 140)


def a_spend_given_back_in_part(shop: BookShop, ada: str) -> str:
    spend_id = a_spend(shop, ada)
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend_id, 15)
    return spend_id


def a_hold(shop: BookShop, ada: str) -> str:
    return done.held(shop, ada, 40)


def a_capture(shop: BookShop, ada: str) -> str:
    done.held(shop, ada, 40)
    return done.captured(shop, ada)


def a_conversion(shop: BookShop, ada: str) -> str:
    return done.converted(shop, ada, 40)


def a_transfer(shop: BookShop, ada: str) -> str:
    return shop.send(ada, shop.member("bob"), 40).answer.transfer_id


def undo(shop: BookShop, command: Command, ada: str, of: str) -> Frozen:
    return undo_entry(shop.rt, shop.caller, command, ada, of).answer


def cancel(shop: BookShop, command: Command, ada: str, of: str) -> Frozen:
    return cancel_earning(shop.rt, shop.caller, command, ada, of).answer


def refund(shop: BookShop, command: Command, ada: str, of: str) -> Frozen:
    return refund_spend(shop.rt, shop.caller, command, ada, of).answer


def refund_a_part(shop: BookShop, command: Command, ada: str, of: str) -> Frozen:
    return refund_spend(shop.rt, shop.caller, command, ada, of, 10).answer


def undo_transfer(shop: BookShop, command: Command, ada: str, of: str) -> Frozen:
    return shop.undo_transfer(ada, of, command).answer
