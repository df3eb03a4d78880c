"""Every operation that writes, as something done in a shop with one member, Ada."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.orders.store import id_for
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.update_member import update_member
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.kit.periods import parse_day
from chalicelib.table.commit import Committed
from chalicelib.table.memory import MemoryTable
from tests.twins import by_hand, rewarded
from tests.twins.bookshop import BookShop, card, goods_back, open_shop, per_euro, rule, sale
from tests.twins.faulty import FaultyTable

SURVEY = "survey/2026"

Act = Callable[[BookShop, str, Command], Committed[Any]]


@dataclass(frozen=True)
class Operation:
    """`repeatable`: sent again as another command it is still the same wish (an order's number says so)."""

    act: Act
    repeatable: bool = False


def record(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.buy(card("0001"), sale("A2", 50_00), command)


def record_and_enrol(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.buy(card("0002"), sale("A2", 50_00), command)


def bring_back(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.bring_back(first_order(shop), goods_back("R1", 40_00), command)


def earn(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.earn(ada, 7, command)


def spend_all(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.spend(ada, 300, command)


def refund(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return refund_spend(shop.rt, shop.caller, command, ada, third_entry(ada), 20)


def undo(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return undo_entry(shop.rt, shop.caller, command, ada, third_entry(ada))


def cancel_it(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return cancel_earning(shop.rt, shop.caller, command, ada, second_entry(ada))


def cancel_sold(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return cancel_earning(shop.rt, shop.caller, command, ada, entry_id(EntryRef(ada, 1, 1, 1)))


def expire_it(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return expire_earning(shop.rt, shop.caller, command, ada, second_entry(ada))


def pin(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.pin(ada, "gold", "2026-12-31", command)


def recalculate(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.recalculate(ada, command)


def enrol(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.enrol("0002", command, given_name="Ada")


def rename(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    change = MemberUpdate(given_name="Ada")
    return update_member(shop.rt, shop.caller, command, ada, change)


def define(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return shop.define(rule("bonus", effects=[per_euro(stage="bonus")]), command)


def settle(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    day = parse_day("2027-07-01")
    assert day is not None
    shop.clock.move_to("2027-07-01")
    settled = settle_due(shop.rt, shop.caller, day)
    return Committed(settled <= 1)  # none where another run was faster


def grant(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.grant(shop, ada, 7, command, comment="She waited an hour.")


def deduct(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.deduct(shop, ada, 7, command)


def hold(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.hold(shop, ada, 7, command, after_seconds=3600)


def capture(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.capture(shop, ada, 1, 5, command)


def release(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.release(shop, ada, 1, None, command)


def promise(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.promise(shop, ada, 7, command, order_id=first_order(shop), line_no=1)


def activate(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.activate(shop, ada, command, event=SURVEY)


def cancel(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return by_hand.cancel(shop, ada, command, event=SURVEY)


def offer(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return rewarded.define(shop, "ten", command)


def redeem(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return rewarded.redeem(shop, ada, "five", command)


def refund_it(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return rewarded.refund(shop, ada, bag_of(ada), command)


def deliver(shop: BookShop, ada: str, command: Command) -> Committed[Any]:
    return rewarded.deliver(shop, ada, bag_of(ada), command=command)


OPERATIONS = {
    "record_order": Operation(record, repeatable=True),
    "record_order, unknown card": Operation(record_and_enrol, repeatable=True),
    "return_order": Operation(bring_back, repeatable=True),
    "earn_points": Operation(earn),
    "earn_points, pending": Operation(promise),
    "spend_points": Operation(spend_all),
    "refund_spend": Operation(refund),
    "undo_entry": Operation(undo),
    "cancel_earning": Operation(cancel_it),
    "cancel_earning, of an order": Operation(cancel_sold),
    "expire_earning": Operation(expire_it),
    "pin_tier": Operation(pin),
    "recalculate_tier": Operation(recalculate),
    "grant_points": Operation(grant),
    "deduct_points": Operation(deduct),
    "hold_points": Operation(hold),
    "capture_hold": Operation(capture),
    "release_hold": Operation(release),
    "activate_pending": Operation(activate),
    "cancel_pending": Operation(cancel),
    "enrol_member": Operation(enrol),
    "update_member": Operation(rename),
    "define_rule": Operation(define),
    "define_reward": Operation(offer),
    "redeem_reward": Operation(redeem),
    "refund_redemption": Operation(refund_it),
    "change_delivery": Operation(deliver),
    "settle_due": Operation(settle, repeatable=True),
}


def opened() -> tuple[FaultyTable, BookShop, str]:
    """A shop with one member, who bought for 300.00, was given 20 and spent 20, and has something apart; this process has yet to read the
    configuration."""
    table = FaultyTable(MemoryTable())
    shop = open_shop(table)
    ada = shop.buy(card("0001"), sale("A1", 300_00)).answer.member_id
    gave_and_took(shop, ada)
    set_apart(shop, ada)
    shop.rt.config.forget(shop.caller.tenant)
    return table, shop, ada


def set_apart(shop: BookShop, ada: str) -> None:
    """Hold number 1 has 20 points; 9 more wait for an answer to a survey, and 3 have bought a bag."""
    by_hand.grant(shop, ada, 23)
    by_hand.hold(shop, ada, 20)
    by_hand.promise(shop, ada, 9, event=SURVEY)
    rewarded.series(shop)
    rewarded.define(shop, stock=9, member_limits=rewarded.EVER)
    rewarded.define(shop, "bag", stock=9, member_limits=rewarded.EVER, **rewarded.BAG)
    rewarded.redeem(shop, ada, "bag")
    cashback = {"unit": "points", "points": 2, "value": 1, "currency": "EUR"}
    rewarded.define(shop, "money", type="cashback", worth=None, coupon_series=None, costs=(), cashback=cashback)


def first_order(shop: BookShop) -> str:
    return id_for(shop.caller.tenant, "A1")


def gave_and_took(shop: BookShop, ada: str) -> None:
    """Her second entry is an earning, her third a spend that her first paid."""
    shop.earn(ada, 20)
    shop.spend(ada, 20)


def bag_of(ada: str) -> str:
    """Her seventh entry is a redemption."""
    return entry_id(EntryRef(ada, 1, 7))


def second_entry(ada: str) -> str:
    return entry_id(EntryRef(ada, 1, 2, 1))


def third_entry(ada: str) -> str:
    return entry_id(EntryRef(ada, 1, 3, 1))
