"""Sixteen tills at once on Amazon's own engine: nothing twice, nothing lost, one answer to one question.

A till that is told `busy` sends the same again, as clients are told to, so no outcome rests on the machine's speed.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from chalicelib.areas.members.operations import get_member, list_members
from chalicelib.areas.orders.operations import get_order, list_orders
from chalicelib.errors import Busy, Conflict, Refused, StampbookError
from chalicelib.kit.clock import Instant, SystemClock
from chalicelib.kit.ids import RandomIds
from chalicelib.table.commit import Committed
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from chalicelib.table.journal import Head, entries_query, entry_from, verified
from chalicelib.table.keys import owner_stream
from tests.twins import at
from tests.twins.bookshop import TODAY, BookShop, card, goods_back, keyed, line, member, open_shop, sale

TILLS = 16
AnswerT = TypeVar("AnswerT")


class StoppedAt(SystemClock):
    """It is always the same time, whenever the test runs; pauses are real."""

    def __init__(self, time: Instant) -> None:
        self._time = time

    def now(self) -> Instant:
        return self._time


def a_shop(table: DynamoTable, program: dict[str, Any] | None = None) -> BookShop:
    """Opened in a tenant of its own; its tills wait in real time."""
    opened = open_shop(table, tenant=uuid4().hex, now=TODAY, program=program)
    clock = StoppedAt(at(TODAY))
    rt = replace(opened.rt, clock=clock, ids=RandomIds(), config=ConfigCache(clock))
    return BookShop(rt, opened.clock, opened.caller)


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def at_once(act: Callable[[int], Committed[AnswerT]], tills: int = TILLS) -> list[Committed[AnswerT] | StampbookError]:
    """What each till answered or how it was refused; all begin together."""
    together = Barrier(tills)

    def run(number: int) -> Committed[AnswerT] | StampbookError:
        together.wait()
        return insisted(partial(act, number))

    with ThreadPoolExecutor(tills) as pool:
        return list(pool.map(run, range(tills)))


def insisted(act: Callable[[], Committed[AnswerT]]) -> Committed[AnswerT] | StampbookError:
    for _ in range(100):
        try:
            return act()
        except Busy:
            continue
        except StampbookError as refusal:
            return refusal
    raise AssertionError("busy for ever")


def done(results: list[Committed[AnswerT] | StampbookError]) -> list[Committed[AnswerT]]:
    return [result for result in results if isinstance(result, Committed)]


def refusals(results: list[Committed[AnswerT] | StampbookError]) -> list[tuple[type[StampbookError], str]]:
    return [(type(result), result.code) for result in results if isinstance(result, StampbookError)]


def proven(shop: BookShop, owner: str, entries: int) -> None:
    """The account of a member or a group is what its journal says, which has so many entries, each following the one before;
    and so does each of the profile's."""
    proof = shop.proof(owner)
    assert proof.matches, proof
    assert proof.entries == proof.version == entries
    for program in (0, 1):
        stream, head = owner_stream(shop.caller.tenant, owner, program), Head()
        for attrs in shop.rt.table.query(entries_query(stream, 1, 9999)).items:
            entry = entry_from(stream, attrs)
            assert verified(entry, head)
            head = entry.head


def everybody(shop: BookShop) -> list[str]:
    return [one.member_id for one in list_members(shop.rt, shop.caller, 100, None).items]


def test_sixteen_orders_of_one_member(shop: BookShop) -> None:
    ada = shop.member("1")
    results = at_once(lambda n: shop.buy(member(ada), sale(f"A{n}", (n + 1) * 100)))
    assert not any(one.replayed for one in done(results))
    assert len({one.answer.order_id for one in done(results)}) == TILLS
    assert len({one.answer.entry_id for one in done(results)}) == TILLS
    account = shop.account(ada)
    assert account.orders == TILLS
    assert account.wallets[0].earned == sum(range(1, TILLS + 1))
    assert len(list_orders(shop.rt, shop.caller, ada, 100, None).items) == TILLS
    proven(shop, ada, TILLS)


@pytest.mark.parametrize("known", [True, False], ids=["of a member", "of an unknown card"])
def test_one_order_from_sixteen_tills(shop: BookShop, known: bool) -> None:
    if known:
        shop.member("1")
    results = at_once(lambda _: shop.buy(card("1"), sale("A1")))
    answers = done(results)
    assert len(answers) == TILLS, refusals(results)
    assert len({one.answer.model_dump_json() for one in answers}) == 1
    assert sorted(one.replayed for one in answers) == [False] + [True] * (TILLS - 1)
    [ada] = everybody(shop)
    assert shop.account(ada).wallets[0].earned == 100
    proven(shop, ada, 1)


def test_one_number_with_sixteen_contents(shop: BookShop) -> None:
    results = at_once(lambda n: shop.buy(card("1"), sale("A1", (n + 1) * 100)))
    [won] = done(results)
    assert refusals(results) == [(Conflict, "order_number_taken")] * (TILLS - 1)
    [ada] = everybody(shop)
    assert shop.account(ada).wallets[0].available == won.answer.account.balances["points"]
    proven(shop, ada, 1)


def test_more_is_never_returned_than_was_bought(shop: BookShop) -> None:
    """Ten books of ten euros; sixteen tills each take one back."""
    order = shop.buy(card("1"), sale("A1", line(1, 100_00, sku="book", quantity="10"))).answer
    results = at_once(lambda n: shop.bring_back(order.order_id, goods_back(f"R{n}", 10_00, sku="book")))
    assert len(done(results)) == 10
    assert refusals(results) == [(Refused, "returned_more_than_bought")] * 6
    assert sorted(one.answer.full for one in done(results)) == [False] * 9 + [True]
    assert get_order(shop.rt, shop.caller, order.order_id).fully_returned
    [wallet] = shop.account(order.member_id).wallets
    assert (wallet.available, wallet.cancelled) == (0, 100)
    proven(shop, order.member_id, 11)


def test_two_returns_of_a_whole_order(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A1")).answer
    results = at_once(lambda n: shop.bring_back(order.order_id, goods_back(f"R{n}", 100_00)), tills=2)
    assert len(done(results)) == 1
    assert refusals(results) == [(Refused, "returned_more_than_bought")]
    proven(shop, order.member_id, 2)


def test_one_return_from_sixteen_tills(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A1")).answer
    results = at_once(lambda _: shop.bring_back(order.order_id, goods_back("R1", 30_00)))
    answers = done(results)
    assert len({one.answer.model_dump_json() for one in answers}) == 1
    assert sorted(one.replayed for one in answers) == [False] + [True] * (TILLS - 1)
    assert shop.account(order.member_id).wallets[0].available == 70
    proven(shop, order.member_id, 2)


def test_two_enrolled_with_one_card(shop: BookShop) -> None:
    results = at_once(lambda _: shop.enrol("1"))
    assert len(done(results)) == 1
    assert refusals(results) == [(Conflict, "identifier_taken")] * (TILLS - 1)
    [ada] = everybody(shop)
    assert done(results)[0].answer == get_member(shop.rt, shop.caller, ada)
    assert shop.member_with("1") == ada


def test_sixteen_first_orders_of_one_unknown_card_enrol_one_member(shop: BookShop) -> None:
    results = at_once(lambda n: shop.buy(card("1"), sale(f"A{n}")))
    [ada] = everybody(shop)
    assert {one.answer.member_id for one in done(results)} == {ada}
    assert len(done(results)) == TILLS
    assert shop.account(ada).wallets[0].available == TILLS * 100
    proven(shop, ada, TILLS)


def test_an_enrolment_and_a_first_order_with_one_card_are_one_member(shop: BookShop) -> None:
    acts: list[Callable[[], Committed[Any]]] = [
        lambda: shop.enrol("1"),
        lambda: shop.buy(card("1"), sale("A1")),
    ]
    enrolled, bought = at_once(lambda n: acts[n](), tills=2)
    [ada] = everybody(shop)
    assert isinstance(bought, Committed)
    assert isinstance(enrolled, Committed) or enrolled.code == "identifier_taken"
    assert shop.account(ada).wallets[0].available == 100
    proven(shop, ada, 1)


def test_one_key_from_sixteen_tills_is_one_earning(shop: BookShop) -> None:
    ada = shop.member("1")
    results = at_once(lambda _: shop.earn(ada, 5, keyed("k")))
    answers = done(results)
    assert len({one.answer.model_dump_json() for one in answers}) == 1
    assert sorted(one.replayed for one in answers) == [False] + [True] * (TILLS - 1)
    assert shop.balance(ada) == 5
    proven(shop, ada, 1)


def test_one_key_for_sixteen_wishes_serves_one(shop: BookShop) -> None:
    ada = shop.member("1")
    results = at_once(lambda n: shop.earn(ada, n + 1, keyed("k", f"body {n}")))
    [won] = done(results)
    assert refusals(results) == [(Conflict, "idempotency_key_reused")] * (TILLS - 1)
    assert won.answer.earning is not None
    assert shop.balance(ada) == won.answer.earning.amount
    proven(shop, ada, 1)


def test_the_last_points_are_spent_once(shop: BookShop) -> None:
    ada = shop.member("1")
    shop.earn(ada, 10)
    results = at_once(lambda _: shop.spend(ada, 4))
    assert len(done(results)) == 2
    assert refusals(results) == [(Refused, "insufficient_balance")] * (TILLS - 2)
    assert shop.balance(ada) == 2
    proven(shop, ada, 3)


def test_everything_at_once(shop: BookShop) -> None:
    order = shop.buy(card("1"), sale("A0")).answer
    ada = order.member_id
    acts: list[Callable[[int], Committed[Any]]] = [
        lambda n: shop.buy(card("1"), sale(f"A{n + 1}", 10_00)),
        lambda n: shop.bring_back(order.order_id, goods_back(f"R{n}", 10_00, quantity="0.1")),
        lambda _: shop.earn(ada, 3),
        lambda _: shop.spend(ada, 2),
    ]
    assert refusals(at_once(lambda n: acts[n % 4](n))) == []
    [wallet] = shop.account(ada).wallets
    assert (wallet.earned, wallet.cancelled, wallet.spent) == (100 + 40 + 12, 40, 8)
    proven(shop, ada, 1 + TILLS)
