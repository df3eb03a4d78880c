"""What somebody at the counter reads where something is not undone: what is in the way, and what has become of a rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import Refused
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.undo_entry import undo_entry
from tests.twins import fresh
from tests.twins.bookshop import POINTS, BookShop, open_shop
from tests.twins.by_hand import grant, hold, release
from tests.unit.flows.by_hand import spent_below_zero

DONE_ONCE = "already_undone: It has been undone before, and that is done once; "
OWING = {"cancel_used": "whole", "negative": "limit", "negative_limit": 10_50}


def kept(**policy: Any) -> tuple[BookShop, str]:
    """A shop of points with two decimals, and a member."""
    unit = {**POINTS, "decimals": 2, "policies": [policy]}
    shop = open_shop(program={"units": [unit]})
    return shop, shop.member("1")


def undo(shop: BookShop, ada: str, of: str) -> object:
    return undo_entry(shop.rt, shop.caller, fresh(), ada, of)


def cancel(shop: BookShop, ada: str, of: str) -> object:
    return cancel_earning(shop.rt, shop.caller, fresh(), ada, of)


def expire(shop: BookShop, ada: str, of: str) -> object:
    return expire_earning(shop.rt, shop.caller, fresh(), ada, of)


Act = Callable[[BookShop, str, str], object]


def said(act: Act, shop: BookShop, ada: str, of: str, sentence: str) -> None:
    with pytest.raises(Refused, match=f"^{re.escape(sentence)}$"):
        act(shop, ada, of)


@pytest.mark.parametrize("used", ["left", "refuse"])
@pytest.mark.parametrize("act", [undo, cancel, expire])
def test_what_is_all_on_hold_waits_for_the_hold(act: Act, used: str) -> None:
    shop, ada = kept(cancel_used=used)
    of = earned(shop, ada, 50_00)
    hold(shop, ada, 50_00)
    said(act, shop, ada, of, "points_on_hold: 50.00 of it are on hold: capture or release the hold first.")
    release(shop, ada, 1)
    act(shop, ada, of)
    assert shop.balance(ada) == 0


@pytest.mark.parametrize("used", ["left", "refuse", "whole"])
@pytest.mark.parametrize("act", [undo, cancel, expire])
def test_what_is_on_hold_beyond_its_last_day_is_lost_to_whoever_undoes(act: Act, used: str) -> None:
    """It passes when it is released, so nothing would be won by that."""
    shop, ada = kept(cancel_used=used, expiry={"type": "days", "days": 10}, negative="returns")
    of = earned(shop, ada, 50_00)
    hold(shop, ada, 50_00)
    shop.clock.move_to("2026-07-01")
    lost = "nothing_left: Nothing is left of it: it has been used, has expired, or was called off."
    said(act, shop, ada, of, lost)
    release(shop, ada, 1)
    said(act, shop, ada, of, lost)


def test_what_came_in_two_lots_waits_only_for_what_is_on_hold_of_the_one_that_stands() -> None:
    shop, ada = kept(cancel_used="refuse", expiry={"type": "days", "days": 10})
    bob = shop.member("2")
    shop.earn(ada, 20_00)
    shop.clock.move_to("2026-06-20")
    shop.earn(ada, 30_00)
    sent = shop.send(ada, bob, 50_00).answer.transfer_id
    hold(shop, bob, 20_00)
    shop.clock.move_to("2026-06-27")
    partly = "earning_partly_used: Only 30.00 of 50.00 are left of it."
    said(undo, shop, ada, sent, partly)
    release(shop, bob, 1)
    said(undo, shop, ada, sent, partly)


def test_where_nothing_may_be_used_the_hold_is_in_the_way_or_what_was_used() -> None:
    shop, ada = kept(cancel_used="refuse")
    of = earned(shop, ada, 50_00)
    hold(shop, ada, 30_00)
    said(undo, shop, ada, of, "points_on_hold: 30.00 of it are on hold: capture or release the hold first.")
    shop.spend(ada, 5_00)
    said(undo, shop, ada, of, "earning_partly_used: Only 15.00 of 50.00 are left of it, and 30.00 more are on hold.")


def test_who_is_as_far_below_zero_as_may_be_reads_the_limit() -> None:
    shop, ada = kept(**OWING)
    of, gift = earned(shop, ada, 20_00), grant(shop, ada, 1_00).answer.grant_id
    spent_below_zero(shop, ada, 31_50)
    for one in (of, gift):
        limit = (
            "below_zero_limit: Nothing of it is left to take, and the balance may not go further than 10.50 below zero."
        )
        said(undo, shop, ada, one, limit)
    shop.earn(ada, 4_00)
    undo(shop, ada, of)
    assert shop.balance(ada) == -10_50


def test_who_asks_again_is_told_what_has_come_back_since() -> None:
    shop, ada = kept()
    of = earned(shop, ada, 50_00)
    hold(shop, ada, 30_00)
    undo(shop, ada, of)
    said(undo, shop, ada, of, f"{DONE_ONCE}30.00 of it are on hold.")
    release(shop, ada, 1, amount=10_00)
    both = f"{DONE_ONCE}10.00 of it have come back since: deduct them if they are owed, and 20.00 of it are on hold."
    said(cancel, shop, ada, of, both)
    release(shop, ada, 1)
    said(undo, shop, ada, of, f"{DONE_ONCE}30.00 of it have come back since: deduct them if they are owed.")


def test_who_asks_again_where_all_was_taken_is_told_that_other_points_may_have_paid() -> None:
    shop, ada = kept(**OWING)
    of = earned(shop, ada, 50_00)
    spend = shop.spend(ada, 30_00).answer.spend_id
    shop.earn(ada, 25_00)
    undo(shop, ada, of)
    undo(shop, ada, spend)
    assert shop.balance(ada) == 25_00
    elsewhere = "deduct only what was not taken of other points then."
    said(undo, shop, ada, of, f"{DONE_ONCE}25.00 of it have come back since: {elsewhere}")


def test_who_asks_again_is_told_that_the_rest_stayed() -> None:
    shop, ada = kept()
    gift = grant(shop, ada, 50_00).answer.grant_id
    shop.spend(ada, 30_00)
    undo(shop, ada, gift)
    said(undo, shop, ada, gift, f"{DONE_ONCE}whatever had been used by then, or could not be taken, stayed.")


def test_what_was_spent_is_all_given_back() -> None:
    shop, ada = kept()
    shop.earn(ada, 50_00)
    spend = shop.spend(ada, 30_00).answer.spend_id
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend, 10_00)
    undo(shop, ada, spend)
    said(undo, shop, ada, spend, "already_undone: All of it has been given back before.")


def test_a_hold_is_undone_once() -> None:
    shop, ada = kept()
    shop.earn(ada, 50_00)
    entry = held_by(shop, ada)
    undo(shop, ada, entry)
    said(
        undo, shop, ada, entry, "already_undone: This hold has been undone before: what it still had then was released."
    )


@pytest.mark.parametrize(
    ("used", "rest"),
    [
        (30_00, ", and that is done once: 20.00 came back, and 30.00, which the receiver no longer had, stayed."),
        (0, "."),
    ],
)
def test_a_transfer_that_came_back_in_part_says_so(used: int, rest: str) -> None:
    shop, ada = kept()
    bob = shop.member("2")
    shop.earn(ada, 50_00)
    sent = shop.send(ada, bob, 50_00).answer.transfer_id
    if used:
        shop.spend(bob, used)
    shop.undo_transfer(ada, sent)
    with pytest.raises(Refused, match=re.escape(f"This transfer has been undone before{rest}") + "$"):
        shop.undo_transfer(ada, sent)


def earned(shop: BookShop, ada: str, amount: int) -> str:
    found = shop.earn(ada, amount).answer.earning
    assert found is not None
    return found.earning_id or ""


def held_by(shop: BookShop, ada: str) -> str:
    return hold(shop, ada, 20_00).answer.entry_id
