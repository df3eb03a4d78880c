"""What comes of a file does not depend on how it is cut up, who works on it, or in which order messages arrive."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest

from chalicelib.aws.memory_queues import Waiting, failed_of, sqs_event
from chalicelib.events.imports import imports
from chalicelib.flows.job_lease import LEASE_MS
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Key
from tests.twins.bookshop import card, sale
from tests.twins.faulty import FaultyTable
from tests.unit.imports.drops import Importing, brought_back, importing, sold
from tests.unit.imports.tricky import TRICKY, dealt_badly, outcome, random_file, tricky_shop


def test_a_tricky_file_comes_out_as_somebody_who_reads_it_from_the_top_would_say() -> None:
    shop = tricky_shop()
    operation = shop.imported(*TRICKY)
    assert shop.told(operation) == [
        "2 R-0 return refused unknown_sale",
        "3 A-1 sell recorded",
        "4 A-2 sell recorded",
        "5 B-1 sell recorded",
        "6 A-2 sell refused order_number_taken",
        "7 R-1 return recorded",
        "9 C-1 sell recorded",
        "10 C-1 sell recorded",
        "11 R-2 return refused return_of_another_member",
        "12 D-1 unreadable refused unreadable_number",
        "13 C-1 sell refused order_number_taken",
        "14 R-3 return refused sku_not_sold",
        "15 OLD sell refused order_number_taken",
        "16 A-1 sell repeated",
        "17 E-1 sell recorded",
        "18 F-1 sell recorded",
        "19 F-2 sell recorded",
        "20 G-1 sell refused invalid_identifier",
    ]
    balances = {name: account["wallets"][0]["available"] for name, account in shop.accounts().items()}
    assert balances == {"ada": 140, "bob": 60, "new": 207, "zoe": 20, "+442079460000": 37}


@pytest.mark.parametrize("parts", [1, 4, 16])
@pytest.mark.parametrize("chunk_rows", [1, 3, 1000])
def test_the_number_of_parts_and_chunks_changes_nothing(parts: int, chunk_rows: int) -> None:
    plain, cut = tricky_shop(), tricky_shop()
    expected = outcome(plain, plain.imported(*TRICKY, parts=1, chunk_rows=1000))
    operation = cut.drop(*TRICKY, parts=parts, chunk_rows=chunk_rows)
    cut.work(dealt_badly(Random(parts)), size=3)
    assert outcome(cut, operation) == expected


@pytest.mark.parametrize("seed", range(12))
def test_any_file_in_any_number_of_parts_dealt_badly_comes_out_the_same(seed: int) -> None:
    lines = random_file(Random(seed))
    plain = tricky_shop()
    expected = outcome(plain, plain.imported(*lines, parts=1, chunk_rows=1000))
    assert "recorded" in expected[1]
    for parts in (4, 16):
        cut = tricky_shop()
        operation = cut.drop(*lines, parts=parts, chunk_rows=2)
        cut.work(dealt_badly(Random(seed)), size=3)
        assert outcome(cut, operation) == expected
        assert cut.queues.dead["imports"] == []


def test_every_message_once_more_when_all_is_done_changes_nothing() -> None:
    shop = tricky_shop()
    operation = shop.imported(*TRICKY)
    before, sent = outcome(shop, operation), list(shop.queues.sent["imports"])
    shop.kills.writes = 0
    for message in sent:
        shop.queues.send("imports", [message])
        shop.work()
    assert outcome(shop, operation) == before
    assert shop.queues.dead["imports"] == []


def test_a_return_waits_for_a_sale_further_down_in_no_file() -> None:
    for parts in (1, 16):
        shop = importing()
        operation = shop.imported(brought_back("R-1", "A-1"), sold("A-1", "1"), parts=parts)
        assert shop.told(operation) == ["2 R-1 return refused unknown_sale", "3 A-1 sell recorded"]


def test_a_return_goes_to_the_account_of_a_sale_made_long_before() -> None:
    shop = importing()
    shop.shop.buy(card("zoe"), sale("OLD"))
    operation = shop.imported(
        brought_back("R-1", "OLD", sku="book-1"), *(sold(f"A-{number}", "zoe") for number in range(5)), parts=16
    )
    assert (operation.parts, operation.counts["returns"]) == (1, 1)


def test_a_worker_whose_lease_is_over_writes_nothing_more_and_the_next_one_finishes() -> None:
    """It stood still at some call of its own, between two writes; what was under way by then is carried out."""
    plain = FaultyTable(MemoryTable())
    shop, chunk = with_a_chunk_to_do(plain)
    assert failed_of(shop.consume, sqs_event("imports", [chunk])) == set()
    leased, *writes = plain.transactions
    assert len(writes) >= 4  # three documents, and that they are done
    for number in sorted({*range(leased + 1, plain.calls)} - {*writes}):
        table = FaultyTable(MemoryTable())
        shop, chunk = with_a_chunk_to_do(table)
        there = list[set[Key]]()

        def stands_still(
            call: int, number: int = number, shop: Importing = shop, table: FaultyTable = table, there: Any = there
        ) -> None:
            if call == number:
                shop.shop.clock.at += LEASE_MS
                there.append(orders_in(table))

        table.interrupt = stands_still
        failed = failed_of(shop.consume, sqs_event("imports", [chunk]))
        table.interrupt = None
        assert [orders_in(table)] == there, f"call {number}"
        assert failed == {chunk.message_id} or number > writes[-2]  # behind the last document all is done
        shop.work()
        assert {key.sk for key in orders_in(table)} == {"S"}
        assert len(orders_in(table)) == 3


def with_a_chunk_to_do(table: FaultyTable) -> tuple[Importing, Waiting]:
    """An import of three sales in one chunk, which is all that waits; the table's calls are counted from here."""
    shop = importing(table=table)
    shop.drop(*(sold(f"A-{number}", "1") for number in range(3)), parts=1)
    (route,) = shop.queues.waiting["imports"]
    assert failed_of(shop.consume, sqs_event("imports", [route])) == set()
    chunk = shop.queues.waiting["imports"][-1]
    shop.queues.waiting["imports"] = [chunk]
    table.start()
    return shop, chunk


def orders_in(table: FaultyTable) -> set[Key]:
    assert isinstance(table.table, MemoryTable)
    return {key for key, one in table.table._items.items() if one.item["kind"] == {"S": "order"}}


def test_nobody_else_takes_up_a_chunk_that_is_in_hand_until_its_lease_is_over() -> None:
    shop, chunk = with_a_chunk_to_do(FaultyTable(MemoryTable()))
    operation_id = chunk.message.body["operation"]
    event = sqs_event("imports", [chunk])
    shop.kills.at = shop.kills.writes + 2  # the lease and one document are written
    assert failed_of(shop.consume, event) == {chunk.message_id}
    assert failed_of(partial(imports, shop.rt), event) == {chunk.message_id}
    assert shop.progress(operation_id).counts == {}
    shop.work()
    assert shop.told(shop.operation(operation_id))[0] == "2 A-0 sell recorded"
