"""A transfer is undone: the points go back where they came from, as far as the receiver still has them."""

from __future__ import annotations

from chalicelib.areas.accounts.store import stream
from chalicelib.errors import NotFound
from chalicelib.kit.ids import entry_id, entry_ref
from tests.twins.bookshop import BookShop, dry, keyed, open_shop, refused
from tests.unit.flows.seen import everything
from tests.unit.flows.test_transfers import block, day, lasting, wallet, with_policy


def two_months(shop: BookShop, member_id: str) -> None:
    """30 points that last until June, 30 that last until August."""
    shop.earn(member_id, 30)
    shop.clock.move_to("2026-08-01")
    shop.earn(member_id, 30)


def test_what_was_sent_comes_back_with_its_last_day(shop: BookShop, ada: str, bob: str) -> None:
    two_months(shop, ada)
    before = lasting(shop, ada)
    transfer = shop.send(ada, bob, 40).answer
    undone = shop.undo_transfer(ada, transfer.transfer_id).answer
    assert (undone.transfer_id, undone.unit, undone.amount) == (transfer.transfer_id, "points", 40)
    assert undone.account.balances == {"points": 60}
    assert lasting(shop, ada) == before
    assert (shop.balance(bob), lasting(shop, bob)) == (0, [])
    assert (wallet(shop, ada).refunded, wallet(shop, bob).deducted) == (40, 40)
    everything(shop)


def test_what_the_receiver_has_used_stays_with_the_receiver(shop: BookShop, ada: str, bob: str) -> None:
    """Of 30 until June and 10 until August, Bob has spent 25: five and ten are left, and those are what comes back."""
    two_months(shop, ada)
    transfer = shop.send(ada, bob, 40).answer
    shop.spend(bob, 25)
    assert shop.undo_transfer(ada, transfer.transfer_id).answer.amount == 15
    assert lasting(shop, ada) == [(day("2027-06-30"), 5), (day("2027-08-31"), 30)]
    assert shop.balance(bob) == 0
    everything(shop)


def test_the_receivers_own_points_are_not_touched(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    shop.earn(bob, 10)
    transfer = shop.send(ada, bob, 10).answer
    shop.spend(bob, 15)
    assert shop.undo_transfer(ada, transfer.transfer_id).answer.amount == 5
    assert (shop.balance(ada), shop.balance(bob)) == (5, 0)


def test_nothing_left_is_refused(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    shop.spend(bob, 10)
    shop.earn(bob, 10)
    there = everything(shop)
    with refused("nothing_left", "transfer_id"):
        shop.undo_transfer(ada, transfer.transfer_id)
    assert everything(shop) == there


def test_a_policy_may_want_all_of_it_below_zero() -> None:
    shop = with_policy(cancel_used="whole", negative="returns")
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    shop.spend(bob, 7)
    assert shop.undo_transfer(ada, transfer.transfer_id).answer.amount == 10
    assert (shop.balance(ada), shop.balance(bob), wallet(shop, bob).owed) == (10, -7, 7)
    everything(shop)


def test_a_policy_may_refuse_where_some_was_used() -> None:
    shop = with_policy(cancel_used="refuse")
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    shop.spend(bob, 1)
    with refused("earning_partly_used", "transfer_id"):
        shop.undo_transfer(ada, transfer.transfer_id)
    assert (shop.balance(ada), shop.balance(bob)) == (0, 9)


def test_what_has_passed_at_the_receiver_does_not_come_back() -> None:
    shop = with_policy(cancel_used="whole", negative="returns")
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    shop.clock.move_to("2027-08-01")
    with refused("nothing_left", "transfer_id"):
        shop.undo_transfer(ada, transfer.transfer_id)
    assert (shop.balance(ada), shop.balance(bob)) == (0, 0)
    everything(shop)


def test_where_part_has_passed_both_sides_still_say_the_same() -> None:
    """Ten passed at the receiver and five were used: these he owes, and they come back to where they had been."""
    shop = with_policy(cancel_used="whole", negative="returns")
    ada, bob = shop.member("ada"), shop.member("bob")
    shop.earn(ada, 10)
    shop.clock.move_to("2026-09-01")
    shop.earn(ada, 20)
    transfer = shop.send(ada, bob, 30).answer
    shop.clock.move_to("2027-08-01")
    shop.spend(bob, 5)
    assert shop.undo_transfer(ada, transfer.transfer_id).answer.amount == 20
    assert (shop.balance(ada), shop.balance(bob)) == (20, -5)
    everything(shop)


def test_a_transfer_is_undone_once(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    first = shop.undo_transfer(ada, transfer.transfer_id, keyed("k"))
    with refused("already_undone", "transfer_id"):
        shop.undo_transfer(ada, transfer.transfer_id)
    again = shop.undo_transfer(ada, transfer.transfer_id, keyed("k"))
    assert (again.replayed, again.answer) == (True, first.answer)
    assert shop.balance(ada) == 10


def test_both_old_entries_say_that_they_are_undone(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    shop.spend(bob, 4)
    shop.undo_transfer(ada, transfer.transfer_id)
    for owner, sequence in ((ada, 2), (bob, 1)):
        stored = shop.rt.table.get(stream(shop.caller.tenant, owner, 1).key(sequence))
        assert stored is not None
        assert stored["undone"] == {"S": "1:6"}
    assert shop.proof(ada).matches
    assert shop.proof(bob).matches


def test_a_try_undoes_nothing(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    there = everything(shop)
    assert shop.undo_transfer(ada, transfer.transfer_id, dry()).answer.amount == 10
    assert everything(shop) == there


def test_a_transfer_to_somebody_who_is_blocked_since_is_undone(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer
    block(shop, bob)
    shop.undo_transfer(ada, transfer.transfer_id)
    assert shop.balance(ada) == 10


def test_the_entry_as_a_whole_names_its_transfer(shop: BookShop, ada: str, bob: str) -> None:
    shop.earn(ada, 10)
    whole = entry_id(entry_ref(shop.send(ada, bob, 10).answer.transfer_id)._replace(fact=0))
    assert shop.undo_transfer(ada, whole).answer.amount == 10
    with refused("already_undone", "transfer_id"):
        shop.undo_transfer(ada, whole)


def test_only_the_sender_has_sent_it(shop: BookShop, ada: str, bob: str) -> None:
    earned = shop.earn(ada, 10).answer.earning
    assert earned is not None
    transfer = shop.send(ada, bob, 10).answer
    received = entry_id(entry_ref(transfer.transfer_id)._replace(owner=bob, sequence=1))
    there = everything(shop)
    nowhere = entry_id(entry_ref(transfer.transfer_id)._replace(sequence=99))
    elsewhere = entry_id(entry_ref(transfer.transfer_id)._replace(program=7))
    other_fact = entry_id(entry_ref(transfer.transfer_id)._replace(fact=2))
    profile = entry_id(entry_ref(transfer.transfer_id)._replace(program=0, sequence=1))
    for member_id, transfer_id in (
        (bob, transfer.transfer_id),
        (bob, received),
        (ada, received),
        (ada, earned.earning_id or ""),
        *((ada, one) for one in (nowhere, elsewhere, other_fact, profile, "ent_nonsense", "")),
        ("nonsense", transfer.transfer_id),
    ):
        with refused("transfer_not_found", "transfer_id", NotFound):
            shop.undo_transfer(member_id, transfer_id)
    other = open_shop(shop.rt.table, tenant="other")
    with refused("transfer_not_found", "transfer_id", NotFound):
        other.undo_transfer(ada, transfer.transfer_id)
    assert everything(shop) == there
