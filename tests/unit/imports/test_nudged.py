"""Whoever thinks that an import is stuck drops its file once more: what it waits for is sent again, nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.aws.memory_queues import failed_of, sqs_event
from chalicelib.flows.cancel_operation import cancel_operation
from tests.twins import fresh
from tests.unit.imports.drops import Importing, importing, sold
from tests.unit.orders_file.csv_file import file_of

LINES = [sold(f"A-{number}", str(number)) for number in range(12)]


def dropped(parts: int = 4) -> tuple[Importing, str]:
    shop = importing()
    return shop, shop.drop(*LINES, parts=parts, chunk_rows=2).operation_id


def again(shop: Importing) -> list[dict[str, Any]]:
    """What the same file, dropped once more, sends. Whatever waited before is lost."""
    shop.queues.waiting["imports"] = []
    before = len(shop.queues.sent["imports"])
    shop.start(shop.put(file_of(LINES)))
    return shop.queues.bodies("imports")[before:]


def deliver_first(shop: Importing, do: str) -> None:
    one = next(known for known in shop.queues.waiting["imports"] if known.message.body["do"] == do)
    shop.queues.waiting["imports"].remove(one)
    assert failed_of(shop.consume, sqs_event("imports", [one])) == set()


def done(shop: Importing, operation_id: str) -> bool:
    """The import comes to its end, each document recorded by it once."""
    shop.work()
    operation = shop.operation(operation_id)
    return (operation.state, operation.counts.get("sales")) == ("done", len(LINES))


def test_a_queued_import_gets_its_routing_pass_again() -> None:
    shop, operation_id = dropped()
    assert again(shop) == [{"do": "route", "tenant": "shop", "operation": operation_id}]
    assert done(shop, operation_id)


def test_a_running_import_gets_the_chunks_of_its_unfinished_parts_again() -> None:
    shop, operation_id = dropped()
    deliver_first(shop, "route")
    deliver_first(shop, "chunk")
    while not shop.operation(operation_id).parts_done:
        deliver_first(shop, "chunk")
    parts = shop.progress(operation_id).parts
    assert {part.done for part in parts} == {True, False}
    sent = again(shop)
    assert {message["do"] for message in sent} == {"chunk"}
    assert [(one["part"], one["chunk"], one["offset"]) for one in sent] == [
        (part.number, part.chunk, part.offset) for part in parts if not part.done
    ]
    assert done(shop, operation_id)


def test_an_import_that_waits_only_for_its_report_gets_the_join_again() -> None:
    shop, operation_id = dropped(parts=1)
    deliver_first(shop, "route")
    while not shop.operation(operation_id).all_parts_done:
        deliver_first(shop, "chunk")
    assert again(shop) == [{"do": "join", "tenant": "shop", "operation": operation_id}]
    assert done(shop, operation_id)


def test_a_nudge_while_all_goes_well_changes_nothing() -> None:
    calm, calm_id = dropped()
    calm.work()
    shop, operation_id = dropped()
    while shop.operation(operation_id).state != "done":
        kept = list(shop.queues.waiting["imports"])
        again(shop)
        shop.queues.waiting["imports"] = [*kept, *shop.queues.waiting["imports"]]
        one = shop.queues.waiting["imports"].pop(0)
        failed_of(shop.consume, sqs_event("imports", [one]))
    assert done(shop, operation_id)
    assert shop.told(shop.operation(operation_id)) == calm.told(calm.operation(calm_id))
    assert shop.accounts() == calm.accounts()


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_a_finished_import_is_left_alone(end: str) -> None:
    shop, operation_id = dropped()
    if end == "cancelled":
        cancel_operation(shop.rt, shop.shop.caller, fresh(), operation_id)
    if end == "failed":
        deliver_first(shop, "route")
        shop.objects.delete([key for key in shop.objects.objects if key.startswith("work/")])
    shop.work()
    assert shop.operation(operation_id).state == end
    assert again(shop) == []
