"""Draws: two numbers that move in place, alike on the twin, moto and DynamoDB Local."""

from __future__ import annotations

import pytest

from chalicelib.table.protocol import CONDITION_FAILED as FAILED
from chalicelib.table.protocol import Absent, Check, Draw, Present, Put, Table, TransactionCancelled, Write
from tests.store.table_items import BEER, RUM, WINE, fresh, item

FRESH = item(BEER, left=10, taken=0, kind="cask")


def refusals(table: Table, *writes: Write) -> tuple[str | None, ...]:
    """Why each of them is refused; nothing where all are done."""
    try:
        table.transact(writes, fresh())
    except TransactionCancelled as cancelled:
        return cancelled.reasons
    return ()


def test_the_first_draw_begins_with_what_is_there_where_nobody_has_drawn(table: Table) -> None:
    assert refusals(table, Draw(BEER, -3, 3, FRESH)) == ()
    assert table.get(BEER) == item(BEER, left=7, taken=3, kind="cask")


def test_the_next_draws_from_what_is_left_whatever_it_thinks_there_was(table: Table) -> None:
    table.transact([Draw(BEER, -3, 3, FRESH)], fresh())
    assert refusals(table, Draw(BEER, -7, 7, item(BEER, left=99, taken=0, kind="keg", of="Kraków"))) == ()
    assert table.get(BEER) == item(BEER, left=0, taken=10, kind="cask", of="Kraków")
    assert refusals(table, Draw(BEER, -1, 1, FRESH)) == (FAILED,)


def test_a_draw_of_more_than_there_is_writes_nothing(table: Table) -> None:
    assert refusals(table, Put(item(WINE)), Draw(BEER, -11, 11, FRESH)) == (None, FAILED)
    assert (table.get(WINE), table.get(BEER)) == (None, None)


@pytest.mark.parametrize(
    ("draw", "done"),
    [
        (Draw(BEER, -4, 4), True),
        (Draw(BEER, -5, 5), False),
        (Draw(BEER, -4, 4, FRESH), True),
        (Draw(BEER, -5, 5, FRESH), False),
        (Draw(BEER, 6, -6), True),
        (Draw(BEER, 7, -7), False),
        (Draw(BEER, 6, -6, FRESH), True),
        (Draw(BEER, -4, -6), True),
        (Draw(BEER, -4, -7), False),
        (Draw(BEER, 100, 0), True),
        (Draw(BEER, 0, 0), True),
        (Draw(RUM, -1, 1), False),
        (Draw(RUM, 1, 0), False),
        (Draw(RUM, 1, -1), False),
        (Draw(RUM, 1, -1, item(RUM, left=5, taken=0)), False),
        (Draw(RUM, 0, 0, item(RUM, left=5, taken=0)), True),
    ],
)
def test_neither_number_falls_below_nothing_and_what_is_not_there_gives_nothing(
    table: Table, draw: Draw, done: bool
) -> None:
    table.transact([Put(item(BEER, left=4, taken=6))], fresh())
    assert (refusals(table, draw) == ()) is done


def test_what_is_closed_only_takes_back(table: Table) -> None:
    table.transact([Put(item(BEER, left=-2, taken=6, closed=1))], fresh())
    assert refusals(table, Draw(BEER, 5, -5)) == ()
    assert refusals(table, Draw(BEER, -1, 1)) == (FAILED,)
    assert refusals(table, Draw(BEER, 3, 0)) == (FAILED,)
    assert table.get(BEER) == item(BEER, left=3, taken=1, closed=1)


def test_a_draw_stands_beside_other_writes(table: Table) -> None:
    table.transact([Put(item(WINE, left=1, taken=0))], fresh())
    writes: list[Write] = [Draw(BEER, -1, 1, FRESH), Draw(WINE, -1, 1), Put(item(RUM), Absent())]
    assert refusals(table, *writes) == ()
    assert refusals(table, Check(RUM, Present()), *writes[:2]) == (None, None, FAILED)
    assert refusals(table, *writes) == (None, FAILED, FAILED)


def test_the_same_draw_sent_twice_is_one(table: Table, engine: str) -> None:
    if engine == "moto":
        pytest.skip("moto ignores the token and applies a repeated transaction again")
    token = fresh()
    for _ in range(2):
        table.transact([Draw(BEER, -3, 3, FRESH)], token)
    assert table.get(BEER) == item(BEER, left=7, taken=3, kind="cask")


def test_a_draw_may_begin_an_item_in_an_index_and_leaves_it_there(table: Table) -> None:
    table.transact([Draw(BEER, -1, 1, {**FRESH, **item(BEER, gsi1pk="list", gsi1sk="beer")})], fresh())
    table.transact([Draw(BEER, -1, 1)], fresh())
    assert table.get(BEER) == item(BEER, left=8, taken=2, kind="cask", gsi1pk="list", gsi1sk="beer")
