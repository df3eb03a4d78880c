"""Points go from one member to another: both sides or none, with their last days, earned by nobody a second time."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.facts import PointsReceived, PointsSent
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import NotFound
from chalicelib.flows.account_views import facts_of
from chalicelib.flows.read_account import WalletView
from chalicelib.flows.transfer_points import transfer_points
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.ids import entry_ref
from chalicelib.table.journal import entry_from
from chalicelib.table.memory import MemoryTable
from tests.twins import at, fresh
from tests.twins.bookshop import POINTS, BookShop, card, dry, goods_back, keyed, member, open_shop, refused, sale
from tests.twins.faulty import FaultyTable
from tests.unit.flows.seen import everything

DAY = 86_400_000


def wallet(shop: BookShop, member_id: str) -> WalletView:
    return shop.account(member_id).wallets[0]


def lasting(shop: BookShop, member_id: str) -> list[tuple[int | None, int]]:
    return [(one.expires_on, one.amount) for one in wallet(shop, member_id).expiring]


def day(text: str) -> int:
    return at(text) // DAY


def with_policy(**policy: Any) -> BookShop:
    unit = {**POINTS, "policies": [{"expiry": {"type": "end_of_month", "months": 12}} | policy]}
    return open_shop(program={"units": [unit]})


def block(shop: BookShop, member_id: str) -> None:
    update_member(shop.rt, shop.caller, fresh(), member_id, MemberUpdate(status="blocked"))


# --- sending -------------------------------------------------------------------------------------------------------------


def test_what_one_sends_the_other_has(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 100)
    sent = shop.send(ada, bob, 30).answer
    assert (sent.unit, sent.amount, sent.receiver_id, sent.account.balances) == ("points", 30, bob, {"points": 70})
    assert (wallet(shop, ada).sent, wallet(shop, bob).received) == (30, 30)
    assert (shop.balance(ada), shop.balance(bob)) == (70, 30)
    everything(shop)  # both journals prove both accounts


def test_a_receiver_is_named_by_any_identifier(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    assert shop.send(ada, card(" bob "), 4).answer.receiver_id == bob
    assert shop.balance(bob) == 4


def test_points_keep_their_last_day(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 30)
    shop.clock.move_to("2026-08-01")
    shop.earn(ada, 30)
    june, august = day("2027-06-30"), day("2027-08-31")
    sent = shop.send(ada, bob, 40).answer
    assert [(part.expires_on, part.amount) for part in sent.parts] == [(june, 30), (august, 10)]
    assert lasting(shop, bob) == [(june, 30), (august, 10)]
    assert lasting(shop, ada) == [(august, 20)]
    shop.clock.move_to("2027-07-01")
    assert shop.balance(bob) == 10


def test_received_points_join_what_expires_with_them(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 30)
    shop.earn(bob, 5)
    shop.send(ada, bob, 10)
    assert lasting(shop, bob) == [(day("2027-06-30"), 15)]
    shop.spend(bob, 15)
    assert shop.balance(bob) == 0


def test_received_points_lift_nobody_into_a_tier_and_sent_ones_lower_nobody(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 1_000)
    shop.send(ada, bob, 1_000)
    assert (shop.account(ada).tier, shop.account(bob).tier) == ("gold", "bronze")
    assert wallet(shop, bob).earned == 0
    [entry] = shop.statement(bob)
    assert [line.type for line in entry.lines] == ["points.received", "tier.changed"]


def test_received_points_can_be_sent_on(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    cleo = shop.member("cleo")
    shop.send(ada, bob, 10)
    shop.send(bob, cleo, 10)
    assert lasting(shop, cleo) == [(day("2027-06-30"), 10)]
    with refused("insufficient_balance", "amount"):
        shop.send(bob, ada, 1)


def test_what_has_expired_is_not_sent(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    shop.clock.move_to("2027-07-01")
    with refused("insufficient_balance", "amount"):
        shop.send(ada, bob, 1)
    shop.earn(ada, 5)
    assert shop.send(ada, bob, 5).answer.expired == ()


def test_what_is_received_pays_what_is_owed() -> None:
    shop = with_policy(negative="returns", return_policy="negative")
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 100)
    owing(shop, bob, 30)
    shop.send(ada, bob, 50)
    assert (wallet(shop, bob).owed, shop.balance(bob)) == (0, 20)


def owing(shop: BookShop, member_id: str, amount: int) -> None:
    """Spent before it was brought back."""
    order = shop.buy(member(member_id), sale("owing", amount * 100)).answer.order_id
    shop.spend(member_id, amount)
    shop.bring_back(order, goods_back("R-owing", amount * 100))
    assert shop.balance(member_id) == -amount


def test_sending_is_an_activity_and_receiving_is_none() -> None:
    shop = with_policy(expiry={"type": "sliding", "days": 10, "activities": ["transfer"]})
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 20)
    shop.earn(bob, 20)
    shop.clock.move_to("2026-06-20")
    shop.send(ada, bob, 5)
    assert lasting(shop, ada) == [(day("2026-06-30"), 15)]
    assert lasting(shop, bob) == [(day("2026-06-25"), 25)]


def test_what_was_sent_out_of_sliding_points_slides_no_more() -> None:
    shop = with_policy(expiry={"type": "sliding", "days": 10, "activities": ["transfer", "earn"]})
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 20)
    shop.send(ada, bob, 5)
    shop.clock.move_to("2026-06-20")
    shop.earn(bob, 1)
    assert lasting(shop, bob) == [(day("2026-06-25"), 5), (day("2026-06-30"), 1)]


# --- refused -------------------------------------------------------------------------------------------------------------


def test_nobody_sends_to_themselves(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    for to in (member(ada), card("ada")):
        with refused("transfer_to_self", "to"):
            shop.send(ada, to, 1)


def test_nobody_sends_across_tenants(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10)
    other = open_shop(shop.rt.table, tenant="other")
    theirs = other.member("zoe")
    for to in (member(theirs), card("zoe"), member("mem_00000000000"), member("nonsense")):
        with refused("member_not_found", "to", NotFound):
            shop.send(ada, to, 1)
    with refused("group_not_found", "to", NotFound):
        shop.send(ada, member("grp_00000000000"), 1)
    for sender in (theirs, "mem_00000000000", "nonsense"):
        with refused("member_not_found", "member_id", NotFound):
            shop.send(sender, ada, 1)
    assert (shop.balance(ada), other.balance(theirs)) == (10, 0)


def test_the_blocked_neither_send_nor_receive(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    shop.earn(bob, 10)
    block(shop, bob)
    there = everything(shop)
    with refused("member_blocked", "to"):
        shop.send(ada, bob, 1)
    with refused("member_blocked", "member_id"):
        shop.send(bob, ada, 1)
    assert everything(shop) == there


def test_no_more_is_sent_than_there_is_and_received_than_fits(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    shop.earn(bob, MAX_AMOUNT)
    there = everything(shop)
    with refused("insufficient_balance", "amount"):
        shop.send(ada, bob, 11)
    with refused("balance_limit", "amount"):
        shop.send(ada, bob, 1)
    for amount in (0, -1):
        with refused("number_too_small", "amount"):
            shop.send(ada, bob, amount)
    with refused("number_too_large", "amount"):
        shop.send(ada, bob, MAX_AMOUNT + 1)
    with refused("unknown_unit", "unit"):
        shop.send(ada, bob, 1, unit="stamps")
    with refused("program_not_found", "program_id", NotFound):
        transfer_points(shop.rt, shop.caller, fresh(), ada, member(bob), "points", 1, 2)
    assert everything(shop) == there


# --- once ----------------------------------------------------------------------------------------------------------------


def test_a_key_sends_once(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    first = shop.send(ada, bob, 4, keyed("k"))
    again = shop.send(ada, bob, 4, keyed("k"))
    assert (first.replayed, again.replayed, again.answer) == (False, True, first.answer)
    block(shop, ada)
    assert shop.send(ada, bob, 4, keyed("k")).answer == first.answer
    assert shop.balance(bob) == 4


def test_trying_sends_nothing(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    there = everything(shop)
    assert shop.send(ada, bob, 4, dry()).answer.account.balances == {"points": 6}
    assert everything(shop) == there


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_lost_answer_is_recognised_by_the_senders_entry(attempts: int) -> None:
    table = FaultyTable(MemoryTable())
    shop = open_shop(table)
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 10)
    table.start({2 * number + 1: "lost_after" for number in range(attempts)})
    shop.send(ada, bob, 4)
    table.start()
    assert (shop.balance(ada), shop.balance(bob)) == (6, 4)


def test_the_two_entries_name_each_other(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    shop.earn(ada, 10)
    shop.earn(bob, 1)
    ref = entry_ref(shop.send(ada, bob, 4).answer.transfer_id)
    assert (ref.owner, ref.sequence, ref.fact) == (ada, 3, 1)
    theirs = shop.rt.table.get(accounts.stream("shop", bob, 1).key(2))
    own = shop.rt.table.get(accounts.stream("shop", ada, 1).key(3))
    assert theirs is not None
    assert own is not None
    [received] = facts_of(entry_from(accounts.stream("shop", bob, 1), theirs), PointsReceived)
    [sent] = facts_of(entry_from(accounts.stream("shop", ada, 1), own), PointsSent)
    assert (received.sender, received.entry) == (ada, (3, 1))
    assert (sent.receiver, sent.entry) == (bob, (2, 1))
    assert [entry.operation for entry in shop.statement(bob)] == ["earn_points", "transfer_points"]
    assert [(line.type, line.amount) for line in shop.statement(ada)[-1].lines] == [("points.sent", -4)]
    assert [(line.type, line.amount) for line in shop.statement(bob)[-1].lines] == [("points.received", 4)]
