"""What was done to points besides buying, each answering the id by which it is undone or traced."""

from __future__ import annotations

from chalicelib.flows.spend_points import spend_points
from chalicelib.kit.clock import Instant
from tests.twins import by_hand, fresh
from tests.twins.bookshop import BookShop


def granted(shop: BookShop, member_id: str, amount: int) -> str:
    return by_hand.grant(shop, member_id, amount).answer.grant_id


def deducted(shop: BookShop, member_id: str, amount: int) -> str:
    return by_hand.deduct(shop, member_id, amount).answer.deduction_id


def spent_below_zero(shop: BookShop, member_id: str, amount: int) -> str:
    done = spend_points(shop.rt, shop.caller, fresh(), member_id, "points", amount, below_zero=True)
    return done.answer.spend_id


def held(shop: BookShop, member_id: str, amount: int, lapses_at: Instant | None = None) -> str:
    return by_hand.hold(shop, member_id, amount, at=lapses_at).answer.entry_id


def captured(shop: BookShop, member_id: str, amount: int | None = None, *, keep_rest: bool = False) -> str:
    """Of the account's first hold."""
    return by_hand.capture(shop, member_id, 1, amount, keep_rest=keep_rest).answer.capture_id


def promised(shop: BookShop, member_id: str, amount: int, days: int) -> str:
    return by_hand.promised(shop, member_id, amount, available_after_days=days)


def converted(shop: BookShop, member_id: str, amount: int) -> str:
    """Points into stamps."""
    return shop.convert(member_id, "points", "stamps", amount).answer.conversion_id
