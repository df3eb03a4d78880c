"""What operators and tills do to points besides buying: in a shopkeeper's words, on a BookShop."""

from __future__ import annotations

from typing import Any

from chalicelib.flows.account_views import Hold
from chalicelib.flows.activate_pending import Activated, activate_pending
from chalicelib.flows.cancel_pending import CancelledPending, cancel_pending
from chalicelib.flows.capture_hold import Captured, capture_hold
from chalicelib.flows.deduct_points import Correction, Deducted, deduct_points
from chalicelib.flows.earn_points import Earned, Waits, earn_points
from chalicelib.flows.grant_points import Gift, Granted, grant_points
from chalicelib.flows.hold_points import Held, Lapse, hold_points
from chalicelib.flows.list_holds import list_holds
from chalicelib.flows.list_pending import PendingPoints, list_pending
from chalicelib.flows.opened import InGroup
from chalicelib.flows.pending_choice import Choice
from chalicelib.flows.release_hold import Released, release_hold
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, parse_day
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop


def day(text: str) -> Day:
    read = parse_day(text)
    assert read is not None, text
    return read


def grant(
    shop: BookShop, member_id: str, amount: int, command: Command | None = None, unit: str = "points", **gift: Any
) -> Committed[Granted]:
    given = Gift(unit, amount, **{"reason": "goodwill"} | gift)
    return grant_points(shop.rt, shop.caller, command or fresh(), member_id, given)


def deduct(
    shop: BookShop, member_id: str, amount: int, command: Command | None = None, unit: str = "points", **how: Any
) -> Committed[Deducted]:
    correction = Correction(unit, amount, **{"reason": "mistake"} | how)
    return deduct_points(shop.rt, shop.caller, command or fresh(), member_id, correction)


def promise(
    shop: BookShop,
    who: str | InGroup,
    amount: int,
    command: Command | None = None,
    unit: str = "points",
    **waits: Any,
) -> Committed[Earned]:
    return earn_points(shop.rt, shop.caller, command or fresh(), who, unit, amount, waits=Waits(**waits))


def promised(shop: BookShop, who: str | InGroup, amount: int, unit: str = "points", **waits: Any) -> str:
    """The id of an earning that is pending."""
    earning = promise(shop, who, amount, unit=unit, **waits).answer.earning
    assert earning is not None
    assert earning.pending
    assert earning.earning_id is not None
    return earning.earning_id


def hold(
    shop: BookShop,
    who: str | InGroup,
    amount: int,
    command: Command | None = None,
    unit: str = "points",
    **lapse: Any,
) -> Committed[Held]:
    return hold_points(shop.rt, shop.caller, command or fresh(), who, unit, amount, lapse=Lapse(**lapse))


def capture(
    shop: BookShop,
    member_id: str,
    hold_id: int,
    amount: int | None = None,
    command: Command | None = None,
    *,
    keep_rest: bool = False,
) -> Committed[Captured]:
    return capture_hold(shop.rt, shop.caller, command or fresh(), member_id, hold_id, amount, keep_rest=keep_rest)


def release(
    shop: BookShop, member_id: str, hold_id: int, amount: int | None = None, command: Command | None = None
) -> Committed[Released]:
    return release_hold(shop.rt, shop.caller, command or fresh(), member_id, hold_id, amount)


def activate(shop: BookShop, member_id: str, command: Command | None = None, **choice: Any) -> Committed[Activated]:
    return activate_pending(shop.rt, shop.caller, command or fresh(), member_id, Choice(**choice))


def cancel(
    shop: BookShop, member_id: str, command: Command | None = None, **choice: Any
) -> Committed[CancelledPending]:
    return cancel_pending(shop.rt, shop.caller, command or fresh(), member_id, Choice(**choice))


def holds(shop: BookShop, member_id: str) -> list[Hold]:
    return list(list_holds(shop.rt, shop.caller, member_id))


def pending(shop: BookShop, member_id: str) -> list[PendingPoints]:
    return list(list_pending(shop.rt, shop.caller, member_id))
