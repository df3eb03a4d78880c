"""Points sent at once by many, on Amazon's own engine: nobody waits for ever, and not one point is lost or made."""

from __future__ import annotations

import pytest

from chalicelib.errors import Refused
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, a_shop, at_once, done, proven, refusals
from tests.twins.bookshop import BookShop, keyed


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def test_points_are_sent_in_both_directions_at_once(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 100)
    shop.earn(bob, 100)
    results = at_once(lambda n: shop.send(*((ada, bob) if n % 2 else (bob, ada)), n + 1))
    assert len(done(results)) == TILLS
    to_bob = sum(n + 1 for n in range(TILLS) if n % 2)
    to_ada = sum(n + 1 for n in range(TILLS) if not n % 2)
    assert (shop.balance(ada), shop.balance(bob)) == (100 + to_ada - to_bob, 100 + to_bob - to_ada)
    [wallet] = shop.account(ada).wallets
    assert (wallet.sent, wallet.received) == (to_bob, to_ada)
    for member_id in (ada, bob):
        proven(shop, member_id, TILLS + 1)


def test_sixteen_members_send_to_one(shop: BookShop) -> None:
    senders = [shop.member(f"s{number}") for number in range(TILLS)]
    for sender in senders:
        shop.earn(sender, 10)
    to = shop.member("receiver")
    results = at_once(lambda n: shop.send(senders[n], to, 10))
    assert len(done(results)) == TILLS
    assert (shop.balance(to), sum(map(shop.balance, senders))) == (10 * TILLS, 0)
    proven(shop, to, TILLS)


def test_the_last_points_are_sent_once(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 10)
    results = at_once(lambda _: shop.send(ada, bob, 4))
    assert len(done(results)) == 2
    assert refusals(results) == [(Refused, "insufficient_balance")] * (TILLS - 2)
    assert (shop.balance(ada), shop.balance(bob)) == (2, 8)
    proven(shop, ada, 3)


def test_one_key_from_sixteen_tills_is_one_transfer(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 100)
    answers = done(at_once(lambda _: shop.send(ada, bob, 5, keyed("k"))))
    assert len({one.answer.model_dump_json() for one in answers}) == 1
    assert sorted(one.replayed for one in answers) == [False] + [True] * (TILLS - 1)
    assert (shop.balance(ada), shop.balance(bob)) == (95, 5)


def test_a_transfer_is_undone_once_by_sixteen_tills(shop: BookShop) -> None:
    ada, bob = shop.member("1"), shop.member("2")
    shop.earn(ada, 10)
    transfer = shop.send(ada, bob, 10).answer.transfer_id
    results = at_once(lambda _: shop.undo_transfer(ada, transfer))
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "already_undone")] * (TILLS - 1)
    assert (shop.balance(ada), shop.balance(bob)) == (10, 0)
    proven(shop, ada, 3)
    proven(shop, bob, 2)
