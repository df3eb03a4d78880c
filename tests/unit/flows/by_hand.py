"""Points given, held, promised and turned into others by hand, by the very decisions that operations make."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.areas.accounts.model import Story, capture, convert, deduct, earn, grant, hold, spend
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.account_views import id_of, numbered_bodies
from chalicelib.flows.terms import Terms, Wait
from chalicelib.kit.clock import Instant
from chalicelib.table.journal import Entry
from tests.twins import fresh
from tests.twins.bookshop import BookShop

OPERATION = "by hand"

Decide = Callable[[Story, Terms, Instant], Story]


def commit_by_hand(shop: BookShop, member_id: str, decide: Decide) -> str:
    """The id of the last fact that can be undone."""
    return change_account(shop.rt, shop.caller, fresh(), OPERATION, (member_id, 1), decide, _last_id).answer


def grant_by_hand(shop: BookShop, member_id: str, amount: int, unit: str = "points") -> str:
    return commit_by_hand(
        shop,
        member_id,
        lambda story, terms, at: grant(story, terms.credit(unit, amount, at), terms.conduct(unit, at), "gift"),
    )


def deduct_by_hand(shop: BookShop, member_id: str, amount: int, unit: str = "points") -> str:
    return commit_by_hand(
        shop, member_id, lambda story, terms, at: deduct(story, unit, amount, terms.conduct(unit, at), "error")
    )


def spend_below_zero(shop: BookShop, member_id: str, amount: int, unit: str = "points") -> str:
    return commit_by_hand(
        shop, member_id, lambda story, terms, at: spend(story, unit, amount, terms.conduct(unit, at), below_zero=True)
    )


def hold_by_hand(shop: BookShop, member_id: str, amount: int, lapses_at: Instant | None = None) -> str:
    return commit_by_hand(
        shop,
        member_id,
        lambda story, terms, at: hold(story, "points", amount, terms.conduct("points", at), lapses_at=lapses_at),
    )


def capture_by_hand(shop: BookShop, member_id: str, amount: int | None = None, *, keep_rest: bool = False) -> str:
    """Of the account's first hold."""
    return commit_by_hand(
        shop,
        member_id,
        lambda story, terms, at: capture(story, 1, amount, terms.conduct("points", at), keep_rest=keep_rest),
    )


def promise_by_hand(shop: BookShop, member_id: str, amount: int, days: int, unit: str = "points") -> str:
    return commit_by_hand(
        shop,
        member_id,
        lambda story, terms, at: earn(story, terms.credit(unit, amount, at, Wait(days=days)), terms.conduct(unit, at)),
    )


def convert_by_hand(shop: BookShop, member_id: str, amount: int, gained: int) -> str:
    """Points into stamps."""
    return commit_by_hand(
        shop,
        member_id,
        lambda story, terms, at: convert(
            story,
            "points",
            amount,
            terms.credit("stamps", gained, at),
            terms.conduct("points", at),
            terms.conduct("stamps", at),
        ),
    )


def _last_id(entry: Entry) -> str:
    return id_of(entry, max((number for number, _ in numbered_bodies(entry)), default=0))
