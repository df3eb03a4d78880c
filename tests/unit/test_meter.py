"""Sizes and units by DynamoDB's published rules, and the twin's meter on real requests."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost, Meter, index_units, item_bytes, number_bytes, read_units, write_units
from chalicelib.table.protocol import Absent, Attrs, Check, Delete, Key, Put, Query, TransactionCancelled

BEER, WINE = Key("bar", "beer"), Key("bar", "wine")


def item(key: Key, **texts: str) -> Attrs:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}} | {name: {"S": text} for name, text in texts.items()}


def sized(key: Key, size: int) -> Attrs:
    return item(key, body="x" * (size - item_bytes(item(key, body=""))))


# --- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "beer"}, 4),
        ({"S": "żubr"}, 5),
        ({"S": "🍺"}, 4),
        ({"B": b"\x00\x01\x02"}, 3),
        ({"BOOL": False}, 1),
        ({"NULL": True}, 1),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"S": "c"}]}, 3 + 1 + 2 + 1 + 1),
        ({"M": {"k": {"S": "ab"}, "jj": {"S": "c"}}}, 3 + 1 + 1 + 2 + 1 + 2 + 1),
        ({"L": [{"L": []}]}, 3 + 1 + 3),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "22"]}, 4),
    ],
)
def test_the_size_of_a_value(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"n": value}) == len("n") + size


def test_the_name_of_an_attribute_counts_in_utf8() -> None:
    assert item_bytes({"ł": {"S": "x"}}) == 3


@pytest.mark.parametrize(
    ("number", "size"),
    [
        ("0", 1),
        ("7", 2),
        ("12", 2),
        ("123", 3),
        ("12345", 4),
        ("100", 2),
        ("120", 3),
        ("100000", 2),
        ("-5", 3),
        ("-123", 4),
        ("1.5", 3),
        ("12.34", 3),
        ("0.05", 2),
        ("0.001", 2),
        ("9" * 38, 20),
    ],
)
def test_the_size_of_a_number_is_what_dynamodb_local_counts(number: str, size: int) -> None:
    assert number_bytes(number) == size


# --- units -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "units"), [(0, 0, 1), (0, 1, 1), (0, 1024, 1), (0, 1025, 2), (5000, 10, 5), (10, 5000, 5)]
)
def test_a_write_costs_the_larger_of_old_and_new(old: int, new: int, units: int) -> None:
    assert write_units(old, new) == units


@pytest.mark.parametrize(
    ("sizes", "strong", "eventual"), [([], 1.0, 0.5), ([4096], 1.0, 0.5), ([4097], 2.0, 1.0), ([100] * 41, 2.0, 1.0)]
)
def test_a_query_rounds_the_sum(sizes: list[int], strong: float, eventual: float) -> None:
    assert read_units(sizes, consistent=True) == strong
    assert read_units(sizes, consistent=False) == eventual


LISTED = item(BEER, gsi1pk="list", gsi1sk="1", card="a", price="1")


@pytest.mark.parametrize(
    ("old", "new", "units"),
    [
        (None, item(BEER), 0),
        (None, LISTED, 1),
        (LISTED, None, 1),
        (LISTED, item(BEER), 1),
        (LISTED, LISTED, 0),
        (LISTED, {**LISTED, "price": {"S": "2"}}, 0),
        (LISTED, {**LISTED, "card": {"S": "b"}}, 1),
        (LISTED, {**LISTED, "gsi1sk": {"S": "2"}}, 2),
        (LISTED, {**LISTED, "card": {"S": "b" * 2000}}, 2),
        (None, {**LISTED, "body": {"S": "b" * 2000}}, 1),
        (None, {**LISTED, "gsi2pk": {"S": "h"}, "gsi2sk": {"S": "1"}}, 2),
        (None, item(BEER, gsi1pk="list"), 0),
    ],
    ids=[
        "not indexed",
        "enters",
        "deleted",
        "leaves",
        "unchanged",
        "something else changes",
        "card changes",
        "moves",
        "card grows past 1 KB",
        "only what is projected counts",
        "enters two",
        "half a key",
    ],
)
def test_an_index_costs_what_changes_in_it(old: Attrs | None, new: Attrs | None, units: int) -> None:
    assert index_units(old, new) == units


# --- the meter -------------------------------------------------------------------------------------------------------


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def test_a_transaction_pays_twice_for_the_table_and_once_for_indexes(table: MemoryTable) -> None:
    table.transact([Put(item(BEER, gsi1pk="list", gsi1sk="1")), Put(sized(WINE, 1500))], "1")
    assert table.meter.cost == Cost(transact=1, write_units=6, index_units=1)


def test_replacing_a_large_item_by_a_small_one_pays_for_the_large_one(table: MemoryTable) -> None:
    table.transact([Put(sized(BEER, 2500))], "1")
    before = table.meter.cost
    table.transact([Put(item(BEER))], "2")
    assert table.meter.cost - before == Cost(transact=1, write_units=6)


def test_checks_and_deletes_pay_for_what_is_there(table: MemoryTable) -> None:
    table.transact([Put(sized(BEER, 2500))], "1")
    before = table.meter.cost
    table.transact([Delete(BEER), Check(WINE, Absent())], "2")
    assert table.meter.cost - before == Cost(transact=1, write_units=6 + 2)


def test_a_cancelled_transaction_is_a_request_and_pays_for_its_preparation(table: MemoryTable) -> None:
    table.transact([Put(item(BEER))], "1")
    before = table.meter.cost
    with pytest.raises(TransactionCancelled):
        table.transact([Put(item(BEER), Absent()), Put(item(WINE, gsi1pk="list", gsi1sk="1"))], "2")
    assert table.meter.cost - before == Cost(transact=1, write_units=2)


def test_a_repeated_transaction_pays_a_read(table: MemoryTable) -> None:
    table.transact([Put(item(BEER)), Put(item(WINE))], "1")
    before = table.meter.cost
    table.transact([Put(item(BEER)), Put(item(WINE))], "1")
    assert table.meter.cost - before == Cost(transact=1, read_units=4.0)


def test_reads(table: MemoryTable) -> None:
    table.batch_put([sized(BEER, 5000), item(WINE, gsi1pk="list", gsi1sk="1")])
    start = table.meter.cost
    assert start == Cost(batch_put=1, write_units=6, index_units=1)

    table.get(BEER)
    assert (got := table.meter.cost) - start == Cost(get=1, read_units=2.0)
    table.batch_get([BEER, WINE, Key("bar", "gin")])
    assert (batched := table.meter.cost) - got == Cost(batch_get=1, read_units=4.0)
    table.query(Query("bar"))
    assert (queried := table.meter.cost) - batched == Cost(query=1, read_units=2.0)
    table.query(Query("list", index="gsi1"))
    assert (listed := table.meter.cost) - queried == Cost(query=1, read_units=0.5)
    assert listed.requests == 5


def test_sixty_puts_are_three_requests(table: MemoryTable) -> None:
    table.batch_put(item(Key("bar", f"{n}")) for n in range(60))
    assert table.meter.cost == Cost(batch_put=3, write_units=60)


def test_two_tables_may_share_a_meter() -> None:
    meter = Meter()
    for table in (MemoryTable(meter=meter), MemoryTable(meter=meter)):
        table.get(BEER)
    assert meter.cost == Cost(get=2, read_units=2.0)


def test_costs_add_up() -> None:
    assert Cost(get=1, read_units=0.5) + Cost(query=2, write_units=3) == Cost(
        get=1, query=2, read_units=0.5, write_units=3
    )
