"""Groups: who is in one collects for it, and only they pay for that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.areas.groups import store
from chalicelib.areas.groups.operations import get_group, list_memberships
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.members.operations import get_member
from chalicelib.areas.orders.operations import get_order
from chalicelib.errors import NotFound
from chalicelib.flows.opened import InGroup
from chalicelib.flows.read_feed import read_feed
from chalicelib.flows.record_document import record_document
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.update_member import update_member
from chalicelib.kit.ids import entry_ref
from chalicelib.kit.periods import parse_day
from chalicelib.table.journal import entries_query, entry_from
from chalicelib.table.keys import owner_stream
from tests.twins import by_hand, fresh
from tests.twins.bookshop import BookShop, card, dry, goods_back, keyed, member, open_shop, refused, sale
from tests.twins.grouped import change, choose, found, full, household, join, leave, spend_for
from tests.twins.streamed import StreamedTable
from tests.unit.imports.drops import sold
from tests.unit.orders_file.csv_file import read
from tests.unit.relay.relayed import run

NOBODY, NO_GROUP = "mem_00000000001", "grp_00000000001"


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("0001")


@pytest.fixture
def bob(shop: BookShop) -> str:
    return shop.member("0002")


def members_of(shop: BookShop, group_id: str) -> list[str]:
    return [one.member_id for one in list_memberships(shop.rt, shop.caller, group_id, 100, None).items]


def types(shop: BookShop, owner: str) -> list[str]:
    return [line.type for entry in shop.statement(owner) for line in entry.lines]


# --- coming and going ------------------------------------------------------------------------------------------------


def test_a_group_begins_with_its_primary_member(shop: BookShop, ada: str) -> None:
    group = found(shop, ada, kind="fleet", who_may_spend="primary").answer
    assert (group.primary_member_id, group.members, group.kind) == (ada, 1, "fleet")
    assert get_group(shop.rt, shop.caller, group.group_id) == group
    assert members_of(shop, group.group_id) == [ada]
    assert get_member(shop.rt, shop.caller, ada).group_id == group.group_id


def test_members_join_and_leave(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    assert members_of(shop, group_id) == [ada, bob]
    assert leave(shop, group_id, bob).answer.members == 1
    assert members_of(shop, group_id) == [ada]
    assert get_member(shop.rt, shop.caller, bob).group_id is None


def test_which_group_somebody_was_in_is_not_said_of_the_past(shop: BookShop, ada: str, bob: str) -> None:
    """Nobody knows it: a membership has no history."""
    group_id = household(shop, ada)
    shop.clock.move_to("2026-06-16")
    join(shop, group_id, bob)
    assert [shop.account(one).group_id for one in (ada, bob, group_id)] == [group_id] * 3
    assert [shop.account(bob, as_of).group_id for as_of in ("2026-06-16", "2027-01-01")] == [group_id] * 2
    assert [shop.account(one, "2026-06-15").group_id for one in (ada, bob, group_id)] == [None, None, group_id]


def test_a_repeat_with_its_key_changes_nothing(shop: BookShop, ada: str, bob: str) -> None:
    first = found(shop, ada, keyed("a"))
    again = found(shop, ada, keyed("a"))
    assert (again.answer, again.replayed) == (first.answer, True)
    group_id = first.answer.group_id
    assert [join(shop, group_id, bob, keyed("j")).replayed for _ in range(2)] == [False, True]
    assert [leave(shop, group_id, bob, keyed("l")).replayed for _ in range(2)] == [False, True]


def test_a_dry_run_joins_nobody(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada)
    assert join(shop, group_id, bob, dry()).answer.members == 2
    assert members_of(shop, group_id) == [ada]
    assert get_member(shop.rt, shop.caller, bob).group_id is None


def test_a_member_is_in_one_group_at_a_time(shop: BookShop, ada: str, bob: str) -> None:
    group_id, other = household(shop, ada), household(shop, bob)
    for group in (group_id, other):
        with refused("already_in_group", "member_id"):
            join(shop, group, ada)
    with refused("already_in_group", "primary_member_id"):
        found(shop, ada)
    leave(shop, group_id, ada)
    assert join(shop, other, ada).answer.members == 2


def test_the_primary_member_stays_as_long_as_others_do(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    with refused("primary_cannot_leave", "member_id"):
        leave(shop, group_id, ada)
    assert change(shop, group_id, primary_member_id=bob).answer.primary_member_id == bob
    assert leave(shop, group_id, ada).answer.members == 1
    empty = leave(shop, group_id, bob).answer
    assert (empty.members, empty.primary_member_id) == (0, None)
    assert join(shop, group_id, ada).answer.primary_member_id == ada


def test_only_a_member_of_the_group_becomes_its_primary_one(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada)
    for nobody in (bob, NOBODY, "nobody", NO_GROUP):
        with refused("group_member_not_found", "primary_member_id", NotFound):
            change(shop, group_id, primary_member_id=nobody)


def test_a_change_that_changes_nothing_is_not_recorded(shop: BookShop, ada: str) -> None:
    group_id = household(shop, ada)
    named = change(shop, group_id, name="The Kings", labels=[{"key": "since", "value": "2020"}]).answer
    assert (named.name, named.labels[0].value) == ("The Kings", "2020")
    stands_at = store.read(shop.rt.table, shop.caller.tenant, group_id)
    assert change(shop, group_id, name="The Kings").answer == named
    assert choose(shop, group_id, ada, chosen=False).answer == named
    assert store.read(shop.rt.table, shop.caller.tenant, group_id) == stands_at


def test_who_or_what_is_not_there_is_not_found(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada)
    with refused("member_not_found", "member_id", NotFound):
        found(shop, NOBODY)
    for unknown in (NO_GROUP, "group", ada):
        with refused("group_not_found", "group_id", NotFound):
            join(shop, unknown, bob)
        with refused("group_not_found", "group_id", NotFound):
            leave(shop, unknown, ada)
        with refused("group_not_found", "group_id", NotFound):
            change(shop, unknown, name="Ours")
        with refused("group_not_found", "group_id", NotFound):
            choose(shop, unknown, ada)
    for unknown in (NOBODY, "nobody", group_id):
        with refused("member_not_found", "member_id", NotFound):
            join(shop, group_id, unknown)
    for who in (leave, choose):
        with refused("group_member_not_found", "member_id", NotFound):
            who(shop, group_id, bob)


def test_a_group_has_at_most_a_thousand_members(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada)
    full(shop, group_id)
    with refused("too_many_group_members", "group_id"):
        join(shop, group_id, bob)


def test_nobody_comes_or_goes_with_points_on_hold(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada)
    shop.earn(bob, 20)
    by_hand.hold(shop, bob, 5, after_seconds=60)
    with refused("open_holds", "member_id"):
        join(shop, group_id, bob)
    by_hand.release(shop, bob, 1)
    join(shop, group_id, bob)
    shop.earn(bob, 20)
    held = by_hand.hold(shop, bob, 5).answer
    assert held.group_id == group_id
    with refused("open_holds", "member_id"):
        leave(shop, group_id, bob)
    assert leave_after_capture(shop, group_id, bob) == 15


def leave_after_capture(shop: BookShop, group_id: str, bob: str) -> int:
    by_hand.capture(shop, bob, 1)
    leave(shop, group_id, bob)
    return shop.balance(group_id)


# --- pooled ----------------------------------------------------------------------------------------------------------


def test_what_a_member_buys_is_the_groups(shop: BookShop, ada: str, bob: str) -> None:
    shop.buy(member(bob), sale("own", 50_00))
    group_id = household(shop, ada, bob)
    bought = shop.buy(member(bob), sale("A-1")).answer
    assert (bought.member_id, bought.group_id, bought.account.balances) == (bob, group_id, {"points": 100})
    assert (shop.balance(group_id), shop.balance(bob), shop.balance(ada)) == (100, 50, 0)
    order = get_order(shop.rt, shop.caller, bought.order_id)
    assert (order.member_id, order.group_id, order.owner) == (bob, group_id, group_id)
    assert shop.account(bob).group_id == group_id
    group = shop.account(group_id)
    assert (group.member_id, group.group_id, group.orders) == (None, group_id, 1)
    assert shop.proof(group_id).matches


def test_an_order_is_recorded_once_whoever_is_in_the_group_by_then(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    first = shop.buy(member(bob), sale("A-1")).answer
    leave(shop, group_id, bob)
    again = shop.buy(member(bob), sale("A-1"))
    assert (again.replayed, again.answer) == (True, first)


def test_a_card_and_a_simulation_find_the_group_too(shop: BookShop, ada: str) -> None:
    group_id = household(shop, ada)
    asked = shop.simulate(card("0001"), sale("A-1"))
    assert (asked.member_id, asked.group_id, asked.earned[0].amount) == (ada, group_id, 100)
    assert shop.balance(group_id) == 0


def test_the_groups_purchases_bring_its_tier_together(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    assert shop.buy(member(ada), sale("A-1", 150_00)).answer.account.tier == "bronze"
    assert shop.buy(member(bob), sale("B-1", 60_00)).answer.account.tier == "silver"
    assert (shop.account(group_id).tier, shop.account(bob).tier) == ("silver", "bronze")


def test_a_return_goes_to_the_account_that_earned(shop: BookShop, ada: str, bob: str) -> None:
    own = shop.buy(member(bob), sale("own")).answer
    group_id = household(shop, ada, bob)
    pooled = shop.buy(member(bob), sale("A-1")).answer
    back = shop.bring_back(own.order_id, goods_back("R-1", 40_00)).answer
    assert (back.group_id, shop.balance(bob), shop.balance(group_id)) == (None, 60, 100)
    leave(shop, group_id, bob)
    back = shop.bring_back(pooled.order_id, goods_back("R-2", 30_00), buyer=member(bob)).answer
    assert (back.member_id, back.group_id) == (bob, group_id)
    assert (shop.balance(bob), shop.balance(group_id)) == (60, 70)


def test_a_member_earns_spends_and_holds_for_the_group(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    assert shop.earn(ada, 50).answer.group_id == group_id
    assert shop.spend(bob, 20).answer.group_id == group_id
    held = by_hand.hold(shop, bob, 10).answer
    assert by_hand.capture(shop, ada, held.hold_id).answer.amount == 10
    assert (shop.balance(group_id), shop.balance(ada), shop.balance(bob)) == (20, 0, 0)
    assert shop.proof(group_id).matches


def test_a_blocked_member_does_nothing_for_the_group(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    shop.earn(ada, 50)
    update_member(shop.rt, shop.caller, fresh(), bob, MemberUpdate(status="blocked"))
    assert get_member(shop.rt, shop.caller, bob).group_id == group_id
    for act in (lambda: shop.buy(member(bob), sale("B-1")), lambda: shop.spend(bob, 5)):
        with refused("member_blocked", "member_id"):
            act()
    with refused("member_blocked", "by"):
        spend_for(shop, group_id, bob, 5)


def test_points_from_before_are_the_members_own(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(bob, 30)
    group_id = household(shop, ada, bob)
    sent = shop.send(bob, group_id, 20).answer
    assert (sent.receiver_id, shop.balance(bob), shop.balance(group_id)) == (group_id, 10, 20)
    shop.send(group_id, ada, 5)
    assert (shop.balance(ada), shop.balance(group_id)) == (5, 15)
    shop.undo_transfer(bob, sent.transfer_id)
    assert (shop.balance(bob), shop.balance(group_id)) == (25, 0)
    assert all(shop.proof(owner).matches for owner in (ada, bob, group_id))


def test_points_go_from_group_to_group_and_not_to_itself(shop: BookShop, ada: str, bob: str) -> None:
    one, two = household(shop, ada), household(shop, bob)
    shop.earn(ada, 30)
    shop.send(one, two, 10)
    assert (shop.balance(one), shop.balance(two)) == (20, 10)
    with refused("transfer_to_self", "to"):
        shop.send(one, one, 1)
    with refused("group_not_found", "to", NotFound):
        shop.send(one, NO_GROUP, 1)


# --- who may spend ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "may"), [("everyone", "abc"), ("primary", "a"), ("chosen", "ab")])
def test_the_group_says_who_may_spend(shop: BookShop, ada: str, bob: str, who: str, may: str) -> None:
    carol = shop.member("0003")
    group_id = household(shop, ada, carol, who_may_spend=who)
    join(shop, group_id, bob, chosen=True)
    shop.earn(carol, 50)
    for name, member_id in (("a", ada), ("b", bob), ("c", carol)):
        if name in may:
            shop.spend(member_id, 2)
            spend_for(shop, group_id, member_id, 3)
        else:
            with refused("may_not_spend", "member_id"):
                shop.spend(member_id, 2)
            with refused("may_not_spend", "by"):
                spend_for(shop, group_id, member_id, 3)
            with refused("may_not_spend", "member_id"):
                by_hand.hold(shop, member_id, 1)
            with refused("may_not_spend", "by"):
                by_hand.hold(shop, InGroup(group_id, member_id), 1)
    assert shop.balance(group_id) == 50 - 5 * len(may)


def test_whoever_may_not_spend_earns_for_the_group_all_the_same(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob, who_may_spend="primary")
    assert shop.earn(InGroup(group_id, bob), 20).answer.group_id == group_id
    held = by_hand.hold(shop, InGroup(group_id, ada), 5).answer
    assert (held.group_id, held.amount, shop.balance(group_id), shop.balance(bob)) == (group_id, 5, 15, 0)
    assert shop.proof(group_id).matches


def test_a_group_earns_by_itself_and_only_where_it_is_there(shop: BookShop, ada: str) -> None:
    group_id = household(shop, ada)
    assert shop.earn(group_id, 20).answer.group_id == group_id
    assert shop.account(group_id).wallets[0].earned == 20
    with refused("group_not_found", "group_id", NotFound):
        shop.earn(NO_GROUP, 5)


def test_a_member_is_chosen_and_no_longer(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob, who_may_spend="chosen")
    shop.earn(bob, 50)
    choose(shop, group_id, bob)
    shop.spend(bob, 5)
    choose(shop, group_id, bob, chosen=False)
    with refused("may_not_spend", "member_id"):
        shop.spend(bob, 5)


def test_nobody_spends_for_a_group_that_they_are_not_in(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada)
    shop.earn(ada, 50)
    with refused("group_member_not_found", "by", NotFound):
        spend_for(shop, group_id, bob, 5)
    with refused("member_not_found", "by", NotFound):
        spend_for(shop, group_id, NOBODY, 5)
    with refused("group_not_found", "group_id", NotFound):
        spend_for(shop, NO_GROUP, ada, 5)


# --- carried on ------------------------------------------------------------------------------------------------------


def test_a_spend_for_the_group_is_given_back_to_it(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    shop.earn(ada, 50)
    spent = shop.spend(bob, 20).answer
    refund_spend(shop.rt, shop.caller, fresh(), bob, spent.spend_id, 5)
    refund_spend(shop.rt, shop.caller, fresh(), group_id, spent.spend_id, 5)
    assert shop.balance(group_id) == 40
    leave(shop, group_id, bob)
    with refused("entry_not_found", "spend_id", NotFound):
        refund_spend(shop.rt, shop.caller, fresh(), bob, spent.spend_id, 5)


def test_what_was_promised_comes_to_whoever_it_was_promised(shop: BookShop, ada: str, bob: str) -> None:
    by_hand.promise(shop, bob, 3, event="survey")
    group_id = household(shop, ada, bob)
    theirs = by_hand.promise(shop, bob, 5, event="survey").answer.earning
    by_hand.activate(shop, bob, event="survey")
    assert (shop.balance(bob), shop.balance(group_id)) == (3, 0)
    assert theirs is not None
    by_hand.activate(shop, bob, earning_id=theirs.earning_id)
    assert shop.balance(group_id) == 5


def test_what_a_group_has_falls_due_like_anybodys(shop: BookShop, ada: str) -> None:
    group_id = household(shop, ada)
    shop.earn(ada, 50)
    shop.clock.move_to("2027-07-01")
    due = parse_day("2027-07-01")
    assert due is not None
    assert settle_due(shop.rt, shop.caller, due) == 2  # and it is a year that Ada has been there
    assert "points.expired" in types(shop, group_id)
    assert shop.account(group_id).wallets[0].expired == 50


def test_a_file_of_purchases_records_them_for_the_group(shop: BookShop, ada: str) -> None:
    group_id = household(shop, ada)
    [row] = read(sold("D1", "0001", "70.00"))
    done = record_document(shop.rt, shop.caller, fresh(), row)
    assert (done.result, done.member_id, shop.balance(group_id)) == ("recorded", ada, 70)
    again = record_document(shop.rt, shop.caller, fresh(), row)
    assert (again.result, shop.balance(group_id)) == ("repeated", 70)


def test_entries_say_who_did_it_for_the_group(shop: BookShop, ada: str, bob: str) -> None:
    group_id = household(shop, ada, bob)
    shop.buy(member(ada), sale("A-1"))
    shop.spend(bob, 5)
    by_hand.hold(shop, bob, 5)
    stream = owner_stream(shop.caller.tenant, group_id, 1)
    entries = [entry_from(stream, attrs) for attrs in shop.rt.table.query(entries_query(stream, 1, 9)).items]
    said = {fact["type"]: fact["by"] for entry in entries for fact in entry.facts if "by" in fact}
    assert said == {"order.recorded": ada, "points.earned": ada, "points.spent": bob, "points.held": bob}


def test_the_feed_tells_of_a_group_as_of_a_member() -> None:
    streamed = StreamedTable()
    shop = open_shop(streamed)
    ada = shop.member("0001")
    group_id = household(shop, ada)
    bought = shop.buy(member(ada), sale("A-1")).answer
    assert run(replace(shop.rt, table=streamed.table), streamed.entries()) == []
    events = read_feed(replace(shop.rt, table=streamed.table), shop.caller, 100, None).items
    told = [(event.operation, entry_ref(event.entry_id).owner) for event in events[-3:]]
    assert told == [("create_group", group_id), ("create_group", ada), ("record_order", group_id)]
    assert events[-1].entry_id == bought.entry_id


def test_a_group_of_another_tenant_is_none(shop: BookShop, ada: str) -> None:
    theirs = open_shop(shop.rt.table, tenant="theirs")
    group_id = household(shop, ada)
    stranger = theirs.member("0001")
    with refused("group_not_found", "group_id", NotFound):
        join(theirs, group_id, stranger)
    with refused("group_not_found", "group_id", NotFound):
        theirs.account(group_id)
    with refused("member_not_found", "member_id", NotFound):
        join(shop, group_id, stranger)
