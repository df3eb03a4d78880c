"""What is not undone as an entry of one account: a transfer comes back from both sides whichever way it is asked for, and of
everything else whoever asks reads which way to go."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.pin_tier import pin_tier
from chalicelib.flows.undo_entry import Undone, undo_entry
from chalicelib.flows.undo_instead import INSTEAD
from chalicelib.flows.undo_kinds import KINDS
from chalicelib.flows.unpin_tier import unpin_tier
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from tests.twins import by_hand, fresh
from tests.twins.bookshop import POINTS, BookShop, card, dry, goods_back, keyed, open_shop, refused, sale
from tests.unit.flows import by_hand as done
from tests.unit.flows.seen import everything
from tests.unit.flows.undoing import an_earning

TOLD_OTHERWISE = {f.OrderRecorded, f.PointsSent, f.PointsReceived}
NOTHING_BY_ITSELF = {f.AccountAdvanced, f.PointsCapped, f.DebtSettled}  # each beside something else
SLIDING = {"expiry": {"type": "sliding", "days": 30, "activities": ["spend"]}}


def undo(shop: BookShop, member_id: str, of: str, command: Command | None = None) -> Undone:
    return undo_entry(shop.rt, shop.caller, command or fresh(), member_id, of).answer


def last_entry(shop: BookShop, member_id: str) -> str:
    return entry_id(EntryRef(member_id, 1, shop.account(member_id).version))


# --- transfers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [0, 1])
def test_a_transfer_is_undone_by_the_id_of_what_sent_it(shop: BookShop, ada: str, bob: str, fact: int) -> None:
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    undone = undo(shop, ada, entry_id(entry_ref(transfer)._replace(fact=fact)))
    assert (undone.undone_id, undone.account.balances) == (transfer, {"points": 50})
    assert [(one.type, one.unit, one.amount) for one in undone.changes] == [("points.refunded", "points", 40)]
    assert (shop.balance(ada), shop.balance(bob)) == (50, 0)
    everything(shop)
    with refused("already_undone", "transfer_id"):
        shop.undo_transfer(ada, transfer)


def test_what_was_undone_as_a_transfer_has_been_undone(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    shop.undo_transfer(ada, transfer)
    there = everything(shop)
    with refused("already_undone", "entry_id"):
        undo(shop, ada, transfer)
    assert everything(shop) == there


def test_it_leaves_the_same_entries_as_undoing_the_transfer() -> None:
    left = []
    for by_entry in (True, False):
        shop = open_shop()
        ada, bob = shop.member("ada"), shop.member("bob")
        shop.earn(ada, 50)
        transfer = shop.send(ada, bob, 40).answer.transfer_id
        shop.spend(bob, 15)
        if by_entry:
            undo(shop, ada, transfer)
        else:
            shop.undo_transfer(ada, transfer)
        left.append(everything(shop))
    assert left[0] == left[1]


def test_the_same_key_is_the_same_undoing(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    tried = undo_entry(shop.rt, shop.caller, dry(), ada, transfer)
    assert shop.balance(bob) == 40
    first, again = (undo_entry(shop.rt, shop.caller, keyed("k"), ada, transfer) for _ in range(2))
    assert (first.replayed, again.replayed, again.answer) == (False, True, first.answer)
    assert tried.answer.changes == first.answer.changes
    assert shop.balance(bob) == 0


def test_what_the_receiver_has_used_up_is_told_about_the_entry(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    shop.spend(bob, 40)
    with refused("nothing_left", "entry_id"):
        undo(shop, ada, transfer)


def test_at_the_receiver_it_is_said_where_the_transfer_is_undone(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    for fact in (0, 1):
        with pytest.raises(Refused) as told:
            undo(shop, bob, entry_id(EntryRef(bob, 1, 1, fact)))
        assert (told.value.code, told.value.param) == ("undo_by_sender", "entry_id")
        assert f"POST /v1/members/{ada}/transfers/{transfer}/undo" in told.value.message
    assert shop.balance(bob) == 40


def test_a_transfer_of_whom_nothing_is_there_is_no_entry(shop: BookShop, ada: str, bob: str) -> None:
    """The receiver's side is gone from the table."""
    shop.earn(ada, 50)
    transfer = shop.send(ada, bob, 40).answer.transfer_id
    shop.rt.table._items.pop(accounts.stream("shop", bob, 1).key(1))  # type: ignore[attr-defined]
    with refused("entry_not_found", "entry_id", NotFound):
        undo(shop, ada, transfer)


# --- everything else -----------------------------------------------------------------------------------------------------


def test_of_every_kind_of_fact_it_is_known_how_it_is_undone_or_what_to_do_instead() -> None:
    known = [*KINDS, *INSTEAD, *TOLD_OTHERWISE, *NOTHING_BY_ITSELF]
    assert set(known) == set(VOCABULARY.classes.values())
    assert [kind for kind in known if known.count(kind) > 1] == [f.PointsDeducted, f.PointsDeducted]


def a_return(shop: BookShop, ada: str) -> str:
    return shop.bring_back(shop.buy(card("ada"), sale("A1")).answer.order_id, goods_back("R1", 40_00)).answer.entry_id


def a_refund(shop: BookShop, ada: str) -> str:
    shop.earn(ada, 50)
    undo(shop, ada, shop.spend(ada, 20).answer.spend_id)
    return last_entry(shop, ada)


def a_cancellation(shop: BookShop, ada: str) -> str:
    undo(shop, ada, an_earning(shop, ada))
    return last_entry(shop, ada)


def a_promise_called_off(shop: BookShop, ada: str) -> str:
    by_hand.cancel(shop, ada, earning_id=done.promised(shop, ada, 20, days=10))
    return last_entry(shop, ada)


def a_grant_undone(shop: BookShop, ada: str) -> str:
    undo(shop, ada, done.granted(shop, ada, 20))
    return last_entry(shop, ada)


def a_release(shop: BookShop, ada: str) -> str:
    shop.earn(ada, 50)
    done.held(shop, ada, 30)
    by_hand.release(shop, ada, 1)
    return last_entry(shop, ada)


def a_pin(shop: BookShop, ada: str) -> str:
    shop.earn(ada, 5)
    pin_tier(shop.rt, shop.caller, fresh(), ada, "gold")
    return last_entry(shop, ada)


def an_unpinning(shop: BookShop, ada: str) -> str:
    a_pin(shop, ada)
    unpin_tier(shop.rt, shop.caller, fresh(), ada)
    return last_entry(shop, ada)


def an_activation(shop: BookShop, ada: str) -> str:
    by_hand.activate(shop, ada, earning_id=done.promised(shop, ada, 20, days=10))
    return last_entry(shop, ada)


def an_expiry(shop: BookShop, ada: str) -> str:
    expire_earning(shop.rt, shop.caller, fresh(), ada, an_earning(shop, ada))
    return last_entry(shop, ada)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (a_return, f.OrderReturned),
        (a_refund, f.PointsRefunded),
        (a_cancellation, f.PointsCancelled),
        (a_promise_called_off, f.PromiseCancelled),
        (a_grant_undone, f.PointsDeducted),
        (a_release, f.PointsReleased),
        (a_pin, f.TierPinned),
        (an_unpinning, f.TierUnpinned),
        (an_activation, f.PointsActivated),
        (an_expiry, f.PointsExpired),
    ],
)
def test_what_is_not_undone_says_what_to_do_instead(
    shop: BookShop, ada: str, made: Callable[[BookShop, str], str], kind: type[f.PointsCapped]
) -> None:
    of = made(shop, ada)
    there = everything(shop)
    with pytest.raises(Refused) as told:
        undo(shop, ada, of)
    assert (told.value.code, told.value.param, told.value.message) == ("cannot_undo", "entry_id", f"{INSTEAD[kind]}.")
    assert re.search("anew|new|own id|unpin|pin", told.value.message)
    assert everything(shop) == there


def test_an_order_says_by_which_return_it_comes_back(shop: BookShop, ada: str) -> None:
    order = shop.buy(card("ada"), sale("A1")).answer
    with pytest.raises(Refused) as told:
        undo(shop, ada, order.entry_id)
    assert told.value.code == "undo_by_return"
    assert f"POST /v1/orders/{order.order_id}/returns" in told.value.message


def test_a_hold_that_was_captured_comes_back_as_a_spend(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 50)
    held = done.held(shop, ada, 30)
    captured = done.captured(shop, ada)
    with pytest.raises(Refused, match=r"hold_closed.*given back as a spend"):
        undo(shop, ada, held)
    assert undo(shop, ada, captured).account.balances == {"points": 50}


def test_what_slid_on_with_a_spend_is_undone_with_the_spend() -> None:
    shop = open_shop(program={"units": [{**POINTS, "policies": [SLIDING]}]})
    ada = shop.member("ada")
    shop.earn(ada, 50)
    shop.clock.at += 5 * 86_400_000
    shop.spend(ada, 20)
    assert undo(shop, ada, last_entry(shop, ada)).account.balances == {"points": 50}
