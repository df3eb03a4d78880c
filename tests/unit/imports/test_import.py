"""A shop drops a file, and gets to know of every line what became of it."""

from __future__ import annotations

import pytest

from chalicelib.areas.jobs.model import Operation
from chalicelib.aws.memory_queues import failed_of, sqs_event
from chalicelib.flows.cancel_operation import cancel_operation
from tests.twins import fresh
from tests.unit.imports.drops import Importing, brought_back, importing, sold
from tests.unit.orders_file.csv_file import file_of


def test_every_line_of_the_file_is_in_the_report_in_its_order() -> None:
    shop = importing()
    operation = shop.imported(
        sold("A-1", "1", "100.00"),
        sold("A-1", "1", "20.00"),
        "",
        sold("A-2", "2", purchased_at="yesterday"),
        brought_back("R-1", "A-1", "1", "50.00"),
        sold("A-1", "1", "100.00"),
        brought_back("R-2", "A-9"),
    )
    ada = shop.shop.member_with("1")
    order = shop.shop.order_id("A-1")
    rows = shop.report(operation)
    assert [tuple(row.values())[:7] for row in rows] == [
        ("2", "A-1", "sell", "recorded", ada, order, ""),
        ("3", "A-1", "sell", "recorded", ada, order, ""),
        ("5", "A-2", "unreadable", "refused", "", "", "unreadable_date"),
        ("6", "R-1", "return", "recorded", ada, order, ""),
        ("7", "A-1", "sell", "refused", "", "", "order_number_taken"),
        ("8", "R-2", "return", "refused", "", "", "unknown_sale"),
    ]
    assert all(" " in row["message"] for row in rows if row["code"])
    assert shop.shop.balance(ada) == 70
    assert (operation.rows, operation.counts) == (
        6,
        {"rows": 6, "documents": 5, "sales": 1, "returns": 1, "refused": 3},
    )


def test_a_document_refused_for_one_of_its_lines_says_which_on_the_others() -> None:
    shop = importing()
    operation = shop.imported(sold("A-1", "1"), sold("A-1", "1", "ten"), sold("A-1", "1"))
    messages = [row["message"] for row in shop.report(operation)]
    assert messages[0] == messages[2] == f"Line 3: {messages[1]}"


def test_the_same_file_again_is_the_same_operation_and_nothing_happens() -> None:
    shop = importing()
    first = shop.imported(sold("A-1", "1"), sold("A-2", "2"))
    before, writes = shop.accounts(), shop.kills.writes
    assert shop.imported(sold("A-1", "1"), sold("A-2", "2")) == first
    assert (shop.accounts(), shop.kills.writes) == (before, writes)


def test_the_same_lines_under_another_name_are_repeats() -> None:
    shop = importing()
    shop.imported(sold("A-1", "1"), brought_back("R-1", "A-1"))
    before = shop.accounts()
    again = shop.imported(sold("A-1", "1"), brought_back("R-1", "A-1"), key="imports/shop/orders/again.csv")
    assert shop.told(again) == ["2 A-1 sell repeated", "3 R-1 return repeated"]
    assert shop.accounts() == before


def test_a_file_that_was_changed_is_another_operation() -> None:
    shop = importing()
    first = shop.imported(sold("A-1", "1"))
    second = shop.imported(sold("A-1", "1"), sold("A-2", "1"))
    assert first.operation_id != second.operation_id
    assert shop.told(second) == ["2 A-1 sell repeated", "3 A-2 sell recorded"]


def test_two_files_at_once_enrol_a_new_card_once() -> None:
    shop = importing()
    one = shop.drop(sold("A-1", "new", "10.00"))
    other = shop.drop(sold("B-1", "new", "20.00"), key="imports/shop/orders/other.csv", parts=1)
    shop.work(deal=lambda waiting: waiting[::-1])
    assert {shop.operation(known.operation_id).state for known in (one, other)} == {"done"}
    assert len(shop.accounts()) == 1
    assert shop.shop.balance(shop.shop.member_with("new")) == 30


def test_a_folder_that_is_a_number_names_the_program() -> None:
    shop = importing()
    operation = shop.imported(sold("A-1", "1"), key="imports/shop/orders/2/june.csv")
    assert (operation.state, operation.failure and operation.failure.code) == ("failed", "program_not_found")
    elsewhere = shop.imported(sold("A-1", "1"), key="imports/shop/orders/2026/june.csv")
    assert (elsewhere.state, elsewhere.name) == ("done", "2026/june.csv")


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty_file"), (b"\n \n", "empty_file"), (b"a,b\n1,2\n", "bad_header")]
)
def test_a_file_that_is_none_fails_and_says_why(content: bytes, code: str) -> None:
    shop = importing()
    operation = shop.start(shop.put(content))
    shop.work()
    assert failure_of(shop, operation) == code
    assert shop.queues.dead["imports"] == []


def test_a_file_without_documents_is_done_at_once() -> None:
    shop = importing()
    operation = shop.imported()
    assert (operation.state, operation.rows, shop.report(operation)) == ("done", 0, [])


def test_a_file_that_is_deleted_or_replaced_before_it_is_read_fails() -> None:
    shop = importing()
    deleted = shop.drop(sold("A-1", "1"))
    shop.objects.delete([deleted.details["key"]])
    replaced = shop.drop(sold("A-2", "1"), key="imports/shop/orders/other.csv")
    shop.put(file_of([sold("A-3", "1")]), "imports/shop/orders/other.csv")
    shop.work()
    assert failure_of(shop, deleted) == failure_of(shop, replaced) == "file_gone"


def test_the_file_may_be_deleted_as_soon_as_it_was_read() -> None:
    shop = importing()
    operation = shop.drop(*(sold(f"A-{number}", str(number)) for number in range(8)))
    while shop.operation(operation.operation_id).state == "queued":
        deliver_one(shop)
    shop.objects.delete([operation.details["key"]])
    shop.work()
    assert len(shop.report(shop.operation(operation.operation_id))) == 8


def test_cancelling_stops_at_the_next_chunk_and_keeps_what_is_recorded() -> None:
    shop = importing()
    operation = shop.drop(*(sold(f"A-{number}", "1") for number in range(7)), parts=1)
    while not shop.progress(operation.operation_id).counts.get("rows"):
        deliver_one(shop)
    cancel_operation(shop.rt, shop.shop.caller, fresh(), operation.operation_id)
    shop.work()
    progress = shop.progress(operation.operation_id)
    assert (progress.operation.state, progress.counts["sales"]) == ("cancelled", 3)
    assert shop.shop.account(shop.shop.member_with("1")).orders == 3
    assert shop.queues.dead["imports"] == []


def test_an_operation_cancelled_before_it_began_does_nothing() -> None:
    shop = importing()
    operation = shop.drop(sold("A-1", "1"))
    cancel_operation(shop.rt, shop.shop.caller, fresh(), operation.operation_id)
    shop.work()
    assert (shop.operation(operation.operation_id).state, shop.accounts()) == ("cancelled", {})


def test_work_files_are_gone_when_the_report_is_there() -> None:
    shop = importing()
    operation = shop.imported(*(sold(f"A-{number}", str(number)) for number in range(8)))
    assert sorted(shop.objects.objects) == [operation.details["key"], operation.result]


def failure_of(shop: Importing, operation: Operation) -> str:
    """Its code; a person gets a sentence."""
    ended = shop.operation(operation.operation_id)
    assert ended.state == "failed"
    assert ended.failure is not None
    assert ended.failure.message.endswith(".")
    return ended.failure.code


def deliver_one(shop: Importing) -> None:
    """The first message that waits, alone; what it sends stays for later."""
    first, *rest = shop.queues.waiting["imports"]
    shop.queues.waiting["imports"] = rest
    assert failed_of(shop.consume, sqs_event("imports", [first])) == set()
