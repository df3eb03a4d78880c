"""A key is used once: its repeat gets the first answer, whatever has happened since; another request is a conflict."""

from __future__ import annotations

import pytest

from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import Conflict
from chalicelib.flows.update_member import update_member
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import fresh
from tests.twins.bookshop import BookShop, card, dry, goods_back, keyed, open_shop, refused, sale
from tests.unit.flows.seen import everything, nameless
from tests.unit.flows.wishes import OPERATIONS, opened

KEYED = [name for name in OPERATIONS if name != "settle_due"]


def block(shop: BookShop, member_id: str) -> None:
    update_member(shop.rt, shop.caller, fresh(), member_id, MemberUpdate(status="blocked"))


@pytest.mark.parametrize("name", KEYED)
def test_the_same_key_and_body_is_the_same_answer(name: str) -> None:
    _, shop, ada = opened()
    first = OPERATIONS[name].act(shop, ada, keyed("k"))
    there = everything(shop)
    shop.clock.move_to("2026-06-16")
    assert OPERATIONS[name].act(shop, ada, keyed("k")) == Committed(first.answer, replayed=True)
    shop.clock.move_to("2026-06-15")
    assert not first.replayed
    assert everything(shop) == there


@pytest.mark.parametrize("name", KEYED)
def test_the_same_key_for_another_body_is_a_conflict(name: str) -> None:
    _, shop, ada = opened()
    OPERATIONS[name].act(shop, ada, keyed("k"))
    there = everything(shop)
    with refused("idempotency_key_reused", "Idempotency-Key", Conflict):
        OPERATIONS[name].act(shop, ada, keyed("k", "another body"))
    assert everything(shop) == there


@pytest.mark.parametrize("name", KEYED)
def test_one_key_is_for_one_operation(name: str) -> None:
    _, shop, ada = opened()
    shop.earn(ada, 1, keyed("k", "an earning"))
    with refused("idempotency_key_reused", "Idempotency-Key", Conflict):
        OPERATIONS[name].act(shop, ada, keyed("k"))


@pytest.mark.parametrize("name", KEYED)
@pytest.mark.parametrize("guarded", [False, True], ids=["without a key", "with a key"])
def test_a_dry_run_writes_nothing_and_answers_as_the_real_one(name: str, guarded: bool) -> None:
    table, shop, ada = opened()
    there = everything(shop)
    table.start()
    tried = OPERATIONS[name].act(shop, ada, keyed("k", dry_run=True) if guarded else dry())
    assert table.transactions == []
    assert everything(shop) == there
    assert not tried.replayed
    real = OPERATIONS[name].act(shop, ada, keyed("k") if guarded else fresh())
    assert nameless(tried.answer) == nameless(real.answer)
    assert not real.replayed


@pytest.mark.parametrize("name", KEYED)
def test_a_dry_run_of_what_is_done_answers_as_its_repeat(name: str) -> None:
    _, shop, ada = opened()
    first = OPERATIONS[name].act(shop, ada, keyed("k"))
    assert OPERATIONS[name].act(shop, ada, keyed("k", dry_run=True)) == Committed(first.answer, replayed=True)


@pytest.mark.parametrize("name", ["record_order", "return_order", "earn_points", "spend_points"])
def test_what_was_done_before_the_member_was_blocked_is_answered_still(name: str) -> None:
    _, shop, ada = opened()
    first = OPERATIONS[name].act(shop, ada, keyed("k"))
    block(shop, ada)
    assert OPERATIONS[name].act(shop, ada, keyed("k")) == Committed(first.answer, replayed=True)


def test_a_spend_of_everything_is_answered_again_though_nothing_is_left() -> None:
    shop = open_shop()
    ada = shop.member("1")
    shop.earn(ada, 10)
    first = shop.spend(ada, 10, keyed("k"))
    assert shop.spend(ada, 10, keyed("k")) == Committed(first.answer, replayed=True)
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 10)
    assert shop.balance(ada) == 0


def test_a_refusal_is_not_remembered() -> None:
    shop = open_shop()
    ada = shop.member("1")
    with refused("insufficient_balance", "amount"):
        shop.spend(ada, 10, keyed("k"))
    shop.earn(ada, 10)
    assert not shop.spend(ada, 10, keyed("k")).replayed
    assert shop.balance(ada) == 0


def test_two_tenants_may_use_one_key() -> None:
    shop = open_shop()
    other = open_shop(shop.rt.table, tenant="other")
    first, second = shop.enrol("1", keyed("k")), other.enrol("1", keyed("k"))
    assert not second.replayed
    assert first.answer.member_id != second.answer.member_id


@pytest.mark.parametrize("command", [fresh(), keyed("first"), keyed("second")], ids=["no key", "its key", "another"])
def test_an_order_sent_again_is_the_same_order_with_whatever_key(command: Command) -> None:
    shop = open_shop()
    first = shop.buy(card("1"), sale("A1"), keyed("first"))
    assert shop.buy(card("1"), sale("A1"), command) == Committed(first.answer, replayed=True)
    assert shop.balance(first.answer.member_id) == 100


@pytest.mark.parametrize("command", [fresh(), keyed("first"), keyed("second")], ids=["no key", "its key", "another"])
def test_a_return_sent_again_is_the_same_return_with_whatever_key(command: Command) -> None:
    """The first brought everything back, so a new one would be refused."""
    shop = open_shop()
    order = shop.buy(card("1"), sale("A1")).answer
    first = shop.bring_back(order.order_id, goods_back("R1", 100_00), keyed("first"))
    assert shop.bring_back(order.order_id, goods_back("R1", 100_00), command) == Committed(first.answer, replayed=True)
    assert shop.balance(order.member_id) == 0


def test_a_dry_run_of_a_taken_number_is_refused_as_the_real_one() -> None:
    shop = open_shop()
    order = shop.buy(card("1"), sale("A1")).answer
    with refused("order_number_taken", "number", Conflict):
        shop.buy(card("1"), sale("A1", 1_00), dry())
    shop.bring_back(order.order_id, goods_back("R1", 1_00))
    with refused("return_number_taken", "number", Conflict):
        shop.bring_back(order.order_id, goods_back("R1", 2_00), dry())
