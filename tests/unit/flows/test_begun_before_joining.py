"""What members began before they joined a group, or while they did, stays in their own account; their path reaches it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account
from chalicelib.errors import NotFound
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.capture_hold import capture_hold
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.release_hold import release_hold
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.flows.trace_spend import trace_spend
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.ids import EntryRef, entry_id, entry_ref
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import by_hand, fresh
from tests.twins.bookshop import BookShop, refused
from tests.twins.faulty import FaultyTable
from tests.twins.grouped import household, join
from tests.unit.flows import by_hand as done
from tests.unit.flows.undoing import an_earning

NOBODY = "mem_00000000001"


@pytest.fixture
def bob(shop: BookShop) -> str:
    bob = shop.member("bob")
    shop.earn(bob, 100)
    return bob


@pytest.fixture
def group(shop: BookShop, ada: str) -> str:
    group = household(shop, ada)
    shop.earn(ada, 100)
    return group


def while_joining(shop: BookShop, group: str, bob: str, act: Callable[[BookShop], str]) -> str:
    """It has been decided, for who is in no group, when the join comes first."""
    table = FaultyTable(table=shop.rt.table, meanwhile=lambda before: before == 0 and join(shop, group, bob))
    return act(replace(shop, rt=replace(shop.rt, table=table)))


def held(shop: BookShop, group: str, bob: str, amount: int = 30, **lapse: int) -> str:
    return while_joining(shop, group, bob, lambda late: done.held(late, bob, amount, **lapse))


def account(shop: BookShop, owner: str) -> Account:
    return accounts.read(shop.rt.table, "shop", owner, 1)[0]


def standing(shop: BookShop, owner: str) -> tuple[int, int, int]:
    """Available, held and spent."""
    wallet = shop.account(owner).wallets[0]
    assert shop.proof(owner).matches
    return wallet.available, wallet.held, wallet.spent


# --- a hold that was under way -------------------------------------------------------------------------------------------


def test_a_hold_under_way_while_its_member_joins_is_the_members_own(shop: BookShop, group: str, bob: str) -> None:
    held(shop, group, bob)
    assert (standing(shop, bob), standing(shop, group)) == ((70, 30, 0), (100, 0, 0))
    assert [(one.hold_id, one.amount) for one in by_hand.holds(shop, bob)] == [(1, 30)]
    assert by_hand.holds(shop, group) == []


def test_it_is_captured_by_the_members_path(shop: BookShop, group: str, bob: str) -> None:
    held(shop, group, bob, lapses_at=shop.clock.at + 60_000)
    captured = by_hand.capture(shop, bob, 1, 10, keep_rest=True).answer
    assert (captured.amount, captured.left, captured.account.balances) == (10, 20, {"points": 70})
    assert by_hand.capture(shop, bob, 1).answer.amount == 20
    assert (standing(shop, bob), standing(shop, group)) == ((70, 0, 30), (100, 0, 0))
    assert undo_entry(shop.rt, shop.caller, fresh(), bob, captured.capture_id).answer.account.balances == {"points": 80}


def test_it_is_released_by_the_members_path(shop: BookShop, group: str, bob: str) -> None:
    held(shop, group, bob)
    assert by_hand.release(shop, bob, 1, 10).answer.left == 20
    assert by_hand.release(shop, bob, 1).answer.amount == 20
    assert (standing(shop, bob), standing(shop, group)) == ((100, 0, 0), (100, 0, 0))


def test_it_is_undone_by_its_entry(shop: BookShop, group: str, bob: str) -> None:
    undo_entry(shop.rt, shop.caller, fresh(), bob, held(shop, group, bob))
    assert standing(shop, bob) == (100, 0, 0)


def test_it_lapses_when_its_time_has_come(shop: BookShop, group: str, bob: str) -> None:
    held(shop, group, bob, lapses_at=shop.clock.at + 60_000)
    shop.clock.move_to("2026-06-20")
    assert settle_due(shop.rt, shop.caller, by_hand.day("2026-06-20")) == 1
    assert account(shop, bob).holds == ()
    assert standing(shop, bob) == (100, 0, 0)
    with refused("hold_not_found", "hold_id", NotFound):
        by_hand.capture(shop, bob, 1)


def test_one_that_has_lapsed_is_not_in_the_way_of_the_groups(shop: BookShop, group: str, bob: str) -> None:
    """Before the job has been there."""
    held(shop, group, bob, lapses_at=shop.clock.at + 60_000)
    by_hand.hold(shop, bob, 7)
    shop.clock.at += 61_000
    assert by_hand.capture(shop, bob, 1).answer.amount == 7
    assert standing(shop, group) == (93, 0, 7)


def test_where_the_group_has_one_of_its_number_it_is_named_by_its_entry(shop: BookShop, group: str, bob: str) -> None:
    own, theirs = held(shop, group, bob), by_hand.hold(shop, bob, 7).answer
    assert (theirs.group_id, theirs.hold_id) == (group, 1)
    for act in (by_hand.capture, by_hand.release):
        with refused("two_holds", "hold_id"):
            act(shop, bob, 1)
    captured = capture_hold(shop.rt, shop.caller, fresh(), bob, entry_ref(own), 10, keep_rest=True).answer
    assert captured.account.balances == {"points": 70}
    released = release_hold(shop.rt, shop.caller, fresh(), bob, entry_ref(theirs.entry_id)).answer
    assert (released.amount, standing(shop, group)) == (7, (100, 0, 0))
    assert by_hand.capture(shop, bob, 1).answer.amount == 20  # now there is one of the number
    assert standing(shop, bob) == (70, 0, 30)


def test_a_number_that_only_the_group_has_is_the_groups(shop: BookShop, group: str, bob: str) -> None:
    own = held(shop, group, bob)
    by_hand.release(shop, bob, 1)
    by_hand.hold(shop, bob, 7)
    assert by_hand.capture(shop, bob, 1).answer.amount == 7
    with refused("hold_closed", "hold_id"):
        release_hold(shop.rt, shop.caller, fresh(), bob, entry_ref(own))


def test_an_entry_that_holds_nothing_of_theirs_names_no_hold(shop: BookShop, group: str, bob: str) -> None:
    own = held(shop, group, bob)
    carol = shop.member("carol")
    for who, of in (
        (bob, entry_id(entry_ref(own)._replace(sequence=1))),  # an earning
        (bob, entry_id(entry_ref(own)._replace(sequence=9))),
        (bob, entry_id(entry_ref(own)._replace(fact=2))),
        (bob, entry_id(entry_ref(own)._replace(program=2))),
        (bob, entry_id(EntryRef(group, 1, 1, 1))),
        (carol, own),
        (group, own),
        (bob, entry_id(EntryRef(carol, 1, 1, 1))),
    ):
        for act in (capture_hold, release_hold):
            with refused("hold_not_found", "hold_id", NotFound):
                act(shop.rt, shop.caller, fresh(), who, entry_ref(of))
    with refused("member_not_found", "member_id", NotFound):
        capture_hold(shop.rt, shop.caller, fresh(), NOBODY, entry_ref(own))
    assert standing(shop, bob) == (70, 30, 0)


def test_who_is_in_no_group_pays_nothing_for_it_and_a_member_of_one_a_request(shop: BookShop, ada: str) -> None:
    household(shop, ada)
    carol = shop.member("carol")
    table = shop.rt.table
    assert isinstance(table, MemoryTable)
    for member_id, reads in ((carol, 1), (ada, 2)):
        shop.earn(member_id, 50)
        for by_entry in (False, True):
            answer = by_hand.hold(shop, member_id, 5).answer
            before = table.meter.cost
            of = entry_ref(answer.entry_id) if by_entry else answer.hold_id
            capture_hold(shop.rt, shop.caller, fresh(), member_id, of)
            cost: Cost = table.meter.cost - before
            assert (cost.batch_get, cost.get, cost.query, cost.transact, cost.write_units) == (reads, 0, 0, 1, 4)


# --- everything else that was begun --------------------------------------------------------------------------------------


def joined(shop: BookShop, group: str, bob: str) -> None:
    join(shop, group, bob)
    shop.earn(bob, 40)  # the group's, so that there is something there to take the wrong way


def test_what_was_pending_before_is_activated_and_called_off_in_their_own_account(
    shop: BookShop, group: str, bob: str
) -> None:
    named = by_hand.promised(shop, bob, 20, event="survey")
    by_hand.promise(shop, bob, 30, event="visit")
    other = by_hand.promised(shop, bob, 40, event="other")
    late = while_joining(shop, group, bob, lambda late: by_hand.promised(late, bob, 50, event="late"))
    assert len(by_hand.pending(shop, bob)) == 4
    by_hand.activate(shop, bob, earning_id=named)
    by_hand.activate(shop, bob, event="visit")
    by_hand.cancel(shop, bob, earning_id=other)
    by_hand.cancel(shop, bob, event="late")
    assert (standing(shop, bob), standing(shop, group)) == ((150, 0, 0), (100, 0, 0))
    with refused("nothing_pending", "earning_id"):
        by_hand.activate(shop, bob, earning_id=late)


def test_what_was_pending_before_comes_by_itself(shop: BookShop, group: str, bob: str) -> None:
    by_hand.promised(shop, bob, 20, available_after_days=3)
    joined(shop, group, bob)
    shop.clock.move_to("2026-06-20")
    assert settle_due(shop.rt, shop.caller, by_hand.day("2026-06-20")) == 1
    assert (standing(shop, bob), standing(shop, group)) == ((120, 0, 0), (140, 0, 0))


def test_what_was_earned_before_is_cancelled_let_expire_and_undone_in_their_own_account(
    shop: BookShop, group: str, bob: str
) -> None:
    earned = [an_earning(shop, bob) for _ in range(3)]
    earned.append(while_joining(shop, group, bob, lambda late: an_earning(late, bob)))
    shop.earn(bob, 40)
    cancel_earning(shop.rt, shop.caller, fresh(), bob, earned[0])
    expire_earning(shop.rt, shop.caller, fresh(), bob, earned[1])
    undo_entry(shop.rt, shop.caller, fresh(), bob, earned[2])
    trace = trace_earning(shop.rt, shop.caller, bob, earned[3])
    assert (trace.amount, trace.left, trace.items) == (40, 40, ())
    cancel_earning(shop.rt, shop.caller, fresh(), bob, earned[3])
    assert (standing(shop, bob), standing(shop, group)) == ((100, 0, 0), (140, 0, 0))


def test_what_was_spent_before_is_traced_and_given_back_to_their_own_account(
    shop: BookShop, group: str, bob: str
) -> None:
    spend_id = shop.spend(bob, 30).answer.spend_id
    late = while_joining(shop, group, bob, lambda late: late.spend(bob, 20).answer.spend_id)
    shop.earn(bob, 40)
    for of, amount in ((spend_id, 30), (late, 20)):
        trace = trace_spend(shop.rt, shop.caller, bob, of)
        assert [(one.source_id, one.amount) for one in trace.items] == [(entry_id(EntryRef(bob, 1, 1, 1)), amount)]
    refund_spend(shop.rt, shop.caller, fresh(), bob, spend_id, 5)
    undo_entry(shop.rt, shop.caller, fresh(), bob, late)
    assert (standing(shop, bob), standing(shop, group)) == ((75, 0, 50), (140, 0, 0))


@pytest.mark.parametrize("by_entry", [False, True])
def test_what_was_sent_before_comes_back_to_their_own_account(
    shop: BookShop, ada: str, group: str, bob: str, by_entry: bool
) -> None:
    carol = shop.member("carol")
    sent = shop.send(bob, carol, 30).answer.transfer_id
    joined(shop, group, bob)
    if by_entry:
        undo_entry(shop.rt, shop.caller, fresh(), bob, sent)
    else:
        shop.undo_transfer(bob, sent)
    assert (shop.balance(bob), shop.balance(carol), shop.balance(group)) == (100, 0, 140)


def test_what_the_group_sent_is_undone_by_its_entry_on_a_members_path(
    shop: BookShop, ada: str, group: str, bob: str
) -> None:
    """As anything else that an entry of the group did."""
    sent = shop.send(group, bob, 30).answer.transfer_id
    undone = undo_entry(shop.rt, shop.caller, fresh(), ada, sent).answer
    assert (undone.undone_id, undone.account.balances) == (sent, {"points": 100})
    assert (shop.balance(bob), shop.balance(group)) == (100, 100)
