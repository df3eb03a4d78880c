"""What the twin has of its own: a clock for its tokens, and one lock for all threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.kit.clock import Instant
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Delete, InvalidRequest, Key, Put, Query
from tests.store.table_items import BEER, fresh, item

MINUTE: Instant = 60_000


class HandClock:
    def __init__(self) -> None:
        self.at: Instant = 0

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.at / 1000

    def sleep(self, seconds: float) -> None:
        self.at += int(seconds * 1000)


def test_a_token_is_remembered_for_ten_minutes() -> None:
    clock = HandClock()
    table = MemoryTable(clock=clock)
    table.transact([Put(item(BEER))], "token")
    table.transact([Delete(BEER)], "other")
    clock.at += 10 * MINUTE
    table.transact([Put(item(BEER))], "token")
    assert table.get(BEER) is None
    clock.at += 1
    table.transact([Put(item(BEER))], "token")
    assert table.get(BEER) is not None


def test_an_empty_token_and_an_unknown_type_are_refused() -> None:
    table = MemoryTable()
    with pytest.raises(InvalidRequest):
        table.transact([Put(item(BEER))], "")
    with pytest.raises(InvalidRequest):
        table.transact([Put({**item(BEER), "price": {"X": "1"}})], fresh())
    with pytest.raises(InvalidRequest):
        table.transact([Put({**item(BEER), "price": {"N": 1}})], fresh())


def test_threads_lose_nothing() -> None:
    table = MemoryTable()

    def put(number: int) -> None:
        table.transact([Put(item(Key("bar", f"{number:03}"), gsi1pk="list", gsi1sk=f"{number % 7}"))], fresh())

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, range(300)))
    assert len(table.query(Query("bar")).items) == 300
    assert len(table.query(Query("list", index="gsi1")).items) == 300
