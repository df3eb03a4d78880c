"""What the queue `imports` hands over, as AWS writes it: tests/events holds what was recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.areas.imports.model import Drop, place_of
from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.jobs.operations import list_operations
from chalicelib.aws.memory_queues import Waiting
from chalicelib.errors import InvalidInput
from chalicelib.events.imports import POISON_SECONDS, imports
from tests.unit.imports.drops import Importing, importing, sold

EVENTS = Path(__file__).parents[2] / "events"
JUNE = Drop("stampbook-dev-files", "imports/shop/orders/june 2026 (final).csv", "0123456789abcdef0123456789abcdef")


def recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    return event


def failed(shop: Importing, event: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in imports(shop.rt, event)["batchItemFailures"]]


def names(shop: Importing) -> set[str]:
    return {card.name for card in list_operations(shop.rt, shop.shop.caller, 100, None).items}


def test_a_file_starts_an_operation_that_carries_the_request_id_on() -> None:
    shop = importing()
    assert failed(shop, recorded("s3_through_sqs_one_file")) == []
    operation = shop.operation(JUNE.operation_id)
    assert (operation.name, operation.state, operation.request_id) == (
        "june 2026 (final).csv",
        "queued",
        "C3D13FE58DE4C810",
    )
    (message,) = shop.queues.sent["imports"]
    assert (message.body["do"], message.request_id) == ("route", "C3D13FE58DE4C810")


def test_the_greeting_of_a_new_notification_means_nothing() -> None:
    shop = importing()
    assert failed(shop, recorded("s3_through_sqs_test_event")) == []
    assert (shop.kills.writes, names(shop)) == (0, set())


def test_two_notices_of_one_file_are_one_operation_and_one_message_may_tell_of_many_files() -> None:
    shop = importing()
    assert failed(shop, recorded("s3_through_sqs_duplicates")) == []
    assert names(shop) == {"june 2026 (final).csv", "july.csv"}


def test_poison_fails_alone_and_its_neighbours_pass() -> None:
    shop = importing()
    event = recorded("s3_through_sqs_poison_and_neighbours")
    bad = [record["messageId"] for record in event["Records"] if record["messageId"].startswith("poison")]
    assert failed(shop, event) == bad
    assert failed(shop, event) == bad
    assert names(shop) == {"june 2026 (final).csv", "july.csv"}


def test_what_can_never_be_done_is_a_dead_letter_in_seconds_and_not_in_an_hour() -> None:
    shop = importing()
    event = recorded("s3_through_sqs_poison_and_neighbours")
    poison = {one["receiptHandle"] for one in event["Records"] if one["messageId"] in failed(shop, event)}
    assert shop.queues.returning == dict.fromkeys(poison, POISON_SECONDS)


def test_a_defect_of_one_message_keeps_back_no_other() -> None:
    shop = importing()
    operation = shop.drop(*(sold(f"A-{number}", str(number)) for number in range(9)), parts=4)
    shop.queues.deliver("imports", shop.consume, arrange=lambda waiting: waiting)
    assert shop.operation(operation.operation_id).state == "done"
    damaged = shop.drop(sold("B-1", "1"), key="imports/shop/orders/damaged.csv", parts=1)
    sound = shop.drop(sold("C-1", "1"), key="imports/shop/orders/sound.csv", parts=1)
    shop.queues.deliver("imports", shop.consume, arrange=lambda waiting: _damaged(shop, damaged, waiting))
    assert [message.body["operation"] for message in shop.queues.dead["imports"]] == [damaged.operation_id]
    assert shop.operation(damaged.operation_id).state == "failed"
    assert shop.operation(sound.operation_id).state == "done"


def _damaged(shop: Importing, operation: Operation, waiting: list[Waiting]) -> list[Waiting]:
    """What no code of ours ever wrote."""
    for key in shop.objects.objects:
        if key.startswith(f"work/{operation.operation_id}") and "/part-" in key:
            shop.objects.put(key, b"[[[2,2]]")
    return waiting


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("imports/shop/orders/a.csv", ("shop", 1, "a.csv")),
        ("imports/shop/orders/7/a.csv", ("shop", 7, "a.csv")),
        ("imports/shop/orders/1023/x/a.csv", ("shop", 1023, "x/a.csv")),
        ("imports/shop/orders/2026/a.csv", ("shop", 1, "2026/a.csv")),
        ("imports/shop/orders/07/a.csv", ("shop", 1, "07/a.csv")),
        ("imports/shop/orders/7", ("shop", 1, "7")),
        ("imports/my-shop_2/orders/jüni.csv", ("my-shop_2", 1, "jüni.csv")),
    ],
)
def test_where_a_file_lies_says_whose_it_is(key: str, place: tuple[str, int, str]) -> None:
    assert tuple(place_of(key)) == (*place, None, None)


@pytest.mark.parametrize(
    "key",
    [
        "imports/shop/members/a.csv",
        "imports/shop/orders",
        "imports//orders/a.csv",
        "imports/shop#OP/orders/a.csv",
        "results/shop/orders/a.csv",
        "imports/shop/x/orders/a.csv",
    ],
)
def test_what_lies_elsewhere_is_no_import(key: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        place_of(key)
    assert refusal.value.code == "not_an_import"


def test_the_same_content_in_another_place_is_another_operation() -> None:
    assert len({Drop(*parts).operation_id for parts in [("a", "b", "c"), ("b", "b", "c"), ("a", "x", "c")]}) == 3
