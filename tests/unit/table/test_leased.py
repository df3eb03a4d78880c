"""Whoever holds a table until a moment writes to it until that moment, and reads from it as long as they like."""

from __future__ import annotations

import pytest

from chalicelib.errors import Busy
from chalicelib.table.leased import LeasedTable
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Absent, Attrs, Key, Put
from tests.twins import StandingClock, at

UNTIL = at("2026-06-15")


def item(name: str) -> Attrs:
    return {"pk": {"S": "shop"}, "sk": {"S": name}, "kind": {"S": "thing"}, "v": {"N": "1"}}


def test_until_its_end_a_lease_lets_write() -> None:
    table = MemoryTable()
    leased = LeasedTable(table, StandingClock(UNTIL - 1), UNTIL)
    leased.transact([Put(item("a"), Absent())], "token")
    leased.batch_put([item("b")])
    assert sorted(key.sk for key in table._items) == ["a", "b"]


@pytest.mark.parametrize("late", [0, 1])
def test_from_its_end_on_nothing_is_written_and_all_can_be_read(late: int) -> None:
    table = MemoryTable()
    table.batch_put([item("there")])
    leased = LeasedTable(table, StandingClock(UNTIL + late), UNTIL)
    with pytest.raises(Busy):
        leased.transact([Put(item("a"), Absent())], "token")
    with pytest.raises(Busy):
        leased.batch_put([item("b")])
    there = Key("shop", "there")
    assert list(table._items) == [there]
    assert leased.get(there) == leased.batch_get([there])[there] == item("there")
