"""Sixteen tills at once on what is limited for all, on Amazon's own engine: had to the last, and never more of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from uuid import uuid4

import pytest

from chalicelib.areas.quotas.model import Quota, differences
from chalicelib.errors import Refused
from chalicelib.kit.ids import RandomIds
from chalicelib.table.commit import Committed
from chalicelib.table.config import ConfigCache
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, StoppedAt, at_once, done, insisted, refusals
from tests.twins import at, caller_of, runtime_on
from tests.twins.bookshop import TODAY
from tests.twins.rationed import Rationed, Took, taken

GONE = (Refused, "stock_gone")


@pytest.fixture
def shop(engine_table: DynamoTable) -> Rationed:
    clock = StoppedAt(at(TODAY))
    rt, _ = runtime_on(engine_table)
    return Rationed(replace(rt, clock=clock, ids=RandomIds(), config=ConfigCache(clock)), caller_of(uuid4().hex))


def another_till(shop: Rationed) -> Rationed:
    return replace(shop, rt=replace(shop.rt, config=ConfigCache(shop.rt.clock)))


def sound(shop: Rationed, takers: list[str]) -> None:
    """What is left and what they have by their journals is all there is."""
    stand = shop.stand()
    assert differences(shop.quota(), stand) == ()
    assert stand.taken == sum(map(shop.told, takers))


def who(till: int) -> str:
    return f"mem_{till}"


def test_the_last_one_goes_to_one_of_sixteen_whose_slices_differ(shop: Rationed) -> None:
    shop.limit(600)
    shop.take("early", 599)
    results = at_once(lambda till: another_till(shop).take(who(till), 1))
    assert len(done(results)) == 1
    assert refusals(results) == [GONE] * (TILLS - 1)
    assert shop.stand().left == 0
    sound(shop, ["early", *map(who, range(TILLS))])


def test_the_only_one_goes_to_one_of_sixteen(shop: Rationed) -> None:
    shop.limit(1)
    results = at_once(lambda till: another_till(shop).take(who(till), 1))
    assert len(done(results)) == 1
    assert refusals(results) == [GONE] * (TILLS - 1)


def until_none_is_left(shop: Rationed, till: int, most: int) -> Committed[int]:
    dice, had, number = Random(till), 0, 0
    while True:
        amount, number = dice.randint(1, most), number + 1
        one = insisted(partial(shop.take, f"{who(till)}_{number}", amount, part=True))
        if not isinstance(one, Committed):
            assert one.code == "stock_gone"
            return Committed(had)
        had += taken(one).amount


def test_a_thousand_go_by_ones_to_sevens_to_the_very_last(shop: Rationed) -> None:
    shop.limit(1_000)
    results = at_once(lambda till: until_none_is_left(another_till(shop), till, 7))
    assert sum(one.answer for one in done(results)) == 1_000
    assert (shop.stand().left, shop.stand().taken) == (0, 1_000)
    assert differences(shop.quota(), shop.stand()) == ()


def test_a_thousand_all_or_nothing_leave_less_than_anybody_wanted(shop: Rationed) -> None:
    """Nobody is refused what is there: of those who want four, as many are served as there are fours."""
    shop.limit(1_001)

    def act(till: int) -> Committed[int]:
        till_of_it, had = another_till(shop), 0
        while True:
            one = insisted(partial(till_of_it.take, f"{who(till)}_{had}", 4))
            if not isinstance(one, Committed):
                return Committed(had)
            had += 1

    results = at_once(act)
    assert sum(one.answer for one in done(results)) == 250
    assert shop.stand().left == 1


def test_what_some_give_back_others_take_at_once(shop: Rationed) -> None:
    """Eight bring back what they had of all there was while eight want as much, again and again: then all of it is had."""
    shop.limit(640)
    had = [taken(shop.take(who(till), 80)) for till in range(8)]

    def act(till: int) -> Committed[Took]:
        mine = another_till(shop)
        if till < 8:
            return mine.give_back(who(till), had[till])
        while True:
            one = insisted(partial(mine.take, who(till), 80))
            if isinstance(one, Committed):
                return one
            shop.rt.clock.sleep(0.05)
            mine = another_till(replace(shop, rt=replace(shop.rt, clock=StoppedAt(at("2026-06-16")))))

    assert len(done(at_once(act))) == TILLS
    assert shop.stand().left == 0
    sound(shop, [who(till) for till in range(TILLS)])


def test_a_total_falls_and_rises_while_sixteen_take(shop: Rationed) -> None:
    shop.limit(2_000)

    def act(till: int) -> Committed[int]:
        if till == 0:
            for total in (900, 1_500, 600, 1_200):
                shop.limit(total)
            return Committed(0)
        return until_none_is_left(another_till(shop), till, 9)

    results = at_once(act)
    assert refusals(results) == []
    stand = shop.stand()
    assert differences(shop.quota(), stand) == ()
    later = another_till(replace(shop, rt=replace(shop.rt, clock=StoppedAt(at("2026-06-16")))))
    assert later.quota() == Quota("stock", "0001#lamps", 1_200)
    if stand.left:
        later.take("last", stand.left)
    taken_in_all = sum(one.answer for one in done(results))
    assert taken_in_all + stand.left == 1_200
