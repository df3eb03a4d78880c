"""Sixteen workers at once at what a rule on schedule gives: one run, nothing twice, and no more than there is for all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.flows.give_on_schedule import Given, Occurrence, give_on_schedule
from chalicelib.flows.start_run import start_due_runs
from chalicelib.table.commit import Committed
from chalicelib.table.dynamo import DynamoTable
from tests.engine.test_concurrency import TILLS, StoppedAt, a_shop, at_once, done, proven
from tests.twins import at
from tests.twins.bookshop import BookShop
from tests.twins.scheduled import operations, scheduled

pytestmark = pytest.mark.engine

MONDAY = "2026-06-22T10:10:00Z"
AT_TEN = at("2026-06-22T10:00:00Z")


def on_monday(shop: BookShop) -> BookShop:
    return replace(shop, rt=replace(shop.rt, clock=StoppedAt(at(MONDAY)), queues=MemoryQueues()))


def gift(shop: BookShop, member_id: str) -> Committed[Given]:
    occurrence = Occurrence(1, "gift", AT_TEN, "opr_000000000000000000000000", again=True)
    return Committed(give_on_schedule(shop.rt, shop.caller, occurrence, member_id))


def test_one_occurrence_is_one_gift_and_one_run_whoever_comes(engine_table: DynamoTable) -> None:
    shop = a_shop(engine_table)
    ada = shop.member("1")
    shop.define(scheduled())
    later = on_monday(shop)
    given = [one.answer for one in done(at_once(lambda _: gift(later, ada)))]
    assert len({one.entry_id for one in given}) == 1
    assert Counter(one.came for one in given) == {"given": TILLS}
    assert shop.balance(ada) == 100
    proven(shop, ada, 1)
    at_once(lambda _: Committed(start_due_runs(later.rt, later.caller, at(MONDAY))))
    [run] = operations(later)
    assert run.operation.name == "gift 2026-06-22T10:00:00Z"


def test_no_more_is_given_than_there_is_for_all(engine_table: DynamoTable) -> None:
    shop = a_shop(engine_table)
    some = [shop.member(str(number)) for number in range(TILLS)]
    shop.define(scheduled(limits={"in_all": 5}))
    later = on_monday(shop)
    came = Counter(one.answer.came for one in done(at_once(lambda number: gift(later, some[number]))))
    assert came == {"given": 5, "limits_reached": TILLS - 5}
    assert sum(shop.balance(one) for one in some) == 500
