"""A hold that is taken and lapses at once, on Amazon's own engine: each of its points goes one way.

Some tills' clocks are behind: for them it has not lapsed yet. The table knows one order of events, and they follow it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import Refused
from chalicelib.flows.capture_hold import Captured
from chalicelib.flows.settle_account import settle_account
from chalicelib.kit.clock import ARRIVAL_MS, Instant
from chalicelib.kit.periods import parse_day
from chalicelib.table.commit import Committed
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, StoppedAt, a_shop, at_once, done, proven, refusals
from tests.twins import at, by_hand
from tests.twins.bookshop import TODAY, BookShop

LAPSES = at(TODAY) + 60_000
BEFORE, AFTER = LAPSES - 1, LAPSES + 1
JOB_KNOWS = LAPSES + ARRIVAL_MS


def showing(shop: BookShop, time: Instant) -> BookShop:
    """The same shop through a till whose clock shows this."""
    clock = StoppedAt(time)
    return replace(shop, rt=replace(shop.rt, clock=clock, config=ConfigCache(clock)))


@pytest.fixture
def shop(engine_table: DynamoTable) -> BookShop:
    return a_shop(engine_table)


def ways(results: list[Any], kind: type[Any]) -> int:
    return sum(isinstance(one.answer, kind) for one in done(results))


def test_a_hold_is_captured_in_parts_while_it_lapses(shop: BookShop) -> None:
    """Eight tills capture a tenth of the account each, eight spend what the lapse sets free."""
    ada = shop.member("1")
    shop.earn(ada, 100)
    number = by_hand.hold(shop, ada, 60, at=LAPSES).answer.hold_id
    early, late = showing(shop, BEFORE), showing(shop, AFTER)

    def act(till: int) -> Committed[Any]:
        return late.spend(ada, 5) if till % 2 else by_hand.capture(early, ada, number, 10, keep_rest=True)

    results = at_once(act)
    captured = ways(results, Captured)
    assert captured <= 6
    assert refusals(results) == [(Refused, "hold_closed")] * (TILLS // 2 - captured)
    late.spend(ada, 1)  # whoever comes last finds it lapsed or taken
    wallet = late.account(ada).wallets[0]
    assert (wallet.held, wallet.spent) == (0, captured * 10 + TILLS // 2 * 5 + 1)
    assert wallet.available == 100 - wallet.spent
    assert by_hand.holds(late, ada) == []
    proven(late, ada, 2 + captured + TILLS // 2 + 1)


def test_a_hold_that_lapses_is_released_or_captured_or_over_but_once(shop: BookShop) -> None:
    """The due job, tills that capture all of it and tills that release it."""
    today, ada = parse_day(TODAY), shop.member("1")
    assert today is not None
    shop.earn(ada, 100)
    number = by_hand.hold(shop, ada, 60, at=LAPSES).answer.hold_id
    early, late = showing(shop, BEFORE), showing(shop, JOB_KNOWS)
    settled: list[bool] = []

    def act(till: int) -> Committed[Any]:
        if till % 4 == 0:
            settled.append(settle_account(late.rt, late.caller, today, ada, 1))
            return Committed(settled[-1], replayed=False)
        return by_hand.capture(early, ada, number) if till % 2 else by_hand.release(early, ada, number)

    results = at_once(act)
    ended = len(done(results)) - len(settled)
    assert ended + sum(settled) == 1
    assert refusals(results) == [(Refused, "hold_closed")] * (TILLS - len(settled) - ended)
    wallet = late.account(ada).wallets[0]
    assert (wallet.held, wallet.available) == (0, 100 - wallet.spent)
    assert wallet.spent == 60 * ways(results, Captured)
    proven(late, ada, 3)


def test_points_are_held_anew_while_others_lapse(shop: BookShop) -> None:
    """Sixteen want twenty of what two holds leave: what lapses is held again, and never more than there is."""
    ada = shop.member("1")
    shop.earn(ada, 100)
    for _ in range(2):
        by_hand.hold(shop, ada, 40, at=LAPSES)
    early, late = showing(shop, BEFORE), showing(shop, AFTER)
    results = at_once(lambda till: by_hand.hold(late if till % 2 else early, ada, 20))
    assert len(done(results)) == 5
    assert refusals(results) == [(Refused, "insufficient_balance")] * (TILLS - 5)
    wallet = late.account(ada).wallets[0]
    assert (wallet.held, wallet.available) == (100, 0)
    assert [one.amount for one in by_hand.holds(late, ada)] == [20] * 5
    proven(late, ada, 3 + 5)
