"""Workers of a run die at every write there is; whoever comes next gives the rest, and nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest

from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.queues import Message
from chalicelib.events.due import due
from chalicelib.events.imports import imports
from chalicelib.flows.start_run import start_due_runs
from chalicelib.runtime import Runtime
from tests.twins.bookshop import BookShop, open_shop
from tests.twins.killing import Killed, KillingFiles, KillingQueues, KillingTable, Kills, When
from tests.twins.scheduled import counts, scheduled

MONDAY = "2026-06-22T10:10:00Z"


@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_a_worker_dies_everybody_gets_it_once(when: When) -> None:
    """At every write of the table, the bucket and the queues; another takes up what it was at once the lease is over."""
    for number in range(1_000):
        shop = open_shop(rules=[])
        some = [shop.member(str(one)) for one in range(3)]
        shop.define(scheduled(audience={"members": some}))  # one part
        shop.clock.move_to(MONDAY)
        kills = Kills(number, when)
        mortal = replace(
            shop.rt,
            table=KillingTable(shop.rt.table, kills),
            files=KillingFiles(shop.rt.files, kills),
            queues=KillingQueues(shop.rt.queues, kills),
        )
        shop.rt.queues.send("due", [Message({"tenant": "shop", "rules_until": shop.clock.at}, "hour")])
        work_off(shop, mortal)
        assert [shop.balance(one) for one in some] == [100] * 3
        assert counts(shop) == {"rows": 3, "given": 3}
        if number >= kills.writes:
            break
    assert number > 12


def work_off(shop: BookShop, mortal: Runtime) -> None:
    """Both queues, by a worker who may die; what they were at comes again, to another."""
    rt = mortal

    def consume(consumer: Callable[[Runtime, dict[str, Any]], dict[str, Any]], event: dict[str, Any]) -> dict[str, Any]:
        nonlocal rt
        try:
            return consumer(rt, event)
        except Killed:
            rt = shop.rt
            shop.clock.at += 300_000
            raise RuntimeError("nobody answers") from None

    queues = cast(MemoryQueues, shop.rt.queues)
    queues.deliver("due", partial(consume, due))
    queues.deliver("imports", partial(consume, imports), size=1)
    start_due_runs(shop.rt, shop.caller, shop.clock.at)  # an hour later
    queues.deliver("imports", partial(consume, imports), size=1)
