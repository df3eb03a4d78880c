"""What was given up is tried again once its cause is mended: no message is lost, none goes in circles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
from moto import mock_aws

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.imports.model import Drop
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.flows.give_up_operation import give_up_operation
from chalicelib.flows.job_messages import Step
from chalicelib.flows.start_import import start_import
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Attrs, Table
from infra.local.redrive import MOST, dead_letters, main, redrive_imports, redrive_queue
from infra.local.redrive_relay import Redriven, redrive_relay
from tests.twins.bookshop import BookShop, card, open_shop, sale
from tests.twins.streamed import ARN, StreamedTable, image_of
from tests.unit.imports.drops import sold
from tests.unit.orders_file.csv_file import file_of
from tests.unit.relay.relayed import SHARD, counts_of, feed_of, on_plain_table, run
from tests.unit.relay.test_trouble import BrokenTopic

REGION, STAGE = "eu-central-1", "test"
SYSTEM = Caller("org", "", "system", "tests", "tests", (), "test", "test")


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        session: Any = boto3.session.Session()
        client = session.client("sqs", region_name=REGION)
        for name in ("due", "due-dead", "imports", "imports-dead", "relay-dead"):
            client.create_queue(QueueName=f"stampbook-{STAGE}-{name}")
        yield client


def address(sqs: Any, name: str) -> str:
    return str(sqs.get_queue_url(QueueName=f"stampbook-{STAGE}-{name}")["QueueUrl"])


def put(sqs: Any, name: str, *bodies: str) -> None:
    told = {"request_id": {"DataType": "String", "StringValue": "req-1"}}
    for body in bodies:
        sqs.send_message(QueueUrl=address(sqs, name), MessageBody=body, MessageAttributes=told)


def waiting(sqs: Any, name: str) -> list[tuple[str, str]]:
    """Body and request id of all that lies in a queue."""
    found: list[tuple[str, str]] = []
    where = address(sqs, name)
    while batch := sqs.receive_message(
        QueueUrl=where, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
    ).get("Messages"):
        found += [(one["Body"], one["MessageAttributes"]["request_id"]["StringValue"]) for one in batch]
    return found


def test_dead_messages_go_back_to_their_queue_whole(sqs: Any) -> None:
    put(sqs, "due-dead", *(f"{number}" for number in range(23)))
    assert redrive_queue(dead_letters(sqs, STAGE, "due"), STAGE, "due") == 23
    assert sorted(waiting(sqs, "due")) == sorted((f"{number}", "req-1") for number in range(23))
    assert waiting(sqs, "due-dead") == []
    assert redrive_queue(dead_letters(sqs, STAGE, "due"), STAGE, "due") == 0


def test_no_more_than_asked_for(sqs: Any) -> None:
    put(sqs, "due-dead", *(f"{number}" for number in range(23)))
    assert redrive_queue(dead_letters(sqs, STAGE, "due"), STAGE, "due", most=12) == 12
    assert len(waiting(sqs, "due")) == 12
    assert len(waiting(sqs, "due-dead")) == 11


def given_up(arrived: Instant, start: int = 1, size: int = 3, until: Instant | None = None) -> str:
    """What Lambda leaves of a batch that it gave up: nothing of the entries, but when the stream had them."""
    first, last = (rfc3339(one // 1000 * 1000) for one in (arrived, arrived if until is None else until))
    return json.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 101},
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": f"{800000000003126276000 + start}",
                "endSequenceNumber": f"{800000000003126276000 + start + size - 1}",
                "approximateArrivalOfFirstRecord": first,
                "approximateArrivalOfLastRecord": last,
                "batchSize": size,
                "streamArn": ARN,
            },
        }
    )


def registered() -> tuple[BookShop, StreamedTable]:
    """A shop that the jobs know, and the stream with all that its opening wrote."""
    table = StreamedTable()
    shop = open_shop(table)
    issue_api_key(shop.rt, SYSTEM, org="org", tenant="shop", name="till", grants=shop.caller.grants)
    return shop, table


def test_what_the_relay_gave_up_comes_into_the_feed_once(sqs: Any) -> None:
    shop, table = registered()
    for number in range(6):
        shop.buy(card("1"), sale(f"A{number}"))
    records, rt = table.entries(), on_plain_table(shop, table)
    run(rt, records[:2])
    run(rt, records[5:])
    put(sqs, "relay-dead", given_up(shop.clock.at), given_up(shop.clock.at))
    assert len(feed_of(rt, shop.caller)) == len(records) - 3
    told = relay_redriven(rt, sqs)
    assert (told.messages, told.stood_for, told.missing) == (2, 3, 3)
    assert told.found == len(records)
    assert len({event.entry_id for event in feed_of(rt, shop.caller)}) == len(records)
    assert len(feed_of(rt, shop.caller)) == len(records)
    assert waiting(sqs, "relay-dead") == []


def test_what_is_in_the_feed_and_was_never_published_is_published_and_not_told_twice(sqs: Any) -> None:
    shop, table = registered()
    for number in range(3):
        shop.buy(card("1"), sale(f"A{number}"))
    records, rt = table.entries(), on_plain_table(shop, table)
    assert run(replace(rt, topic=BrokenTopic()), records)
    assert len(feed_of(rt, shop.caller)) == len(records)
    put(sqs, "relay-dead", given_up(shop.clock.at))
    assert relay_redriven(rt, sqs).messages == 1
    assert len(feed_of(rt, shop.caller)) == len(records) == counts_of(rt, shop.caller)["entries"]
    assert len(cast(MemoryTopic, rt.topic).published) == len(records)


def test_what_cannot_be_read_yet_stays_among_the_dead(sqs: Any) -> None:
    shop, table = registered()
    shop.buy(card("1"), sale("A1"))
    rt = on_plain_table(shop, table)
    damage(rt.table, image_of(table.entries()[0]))
    put(sqs, "relay-dead", given_up(shop.clock.at))
    told = relay_redriven(rt, sqs)
    assert told.messages == 0
    assert [line.split(" ")[0:2] for line in told.stayed] == [["Entry", "1"]]
    assert "cannot be read by this version" in told.stayed[0]
    rt.table.batch_put([image_of(table.entries()[0])])
    assert relay_redriven(rt, sqs).messages == 1
    assert len(feed_of(rt, shop.caller)) == len(table.entries())


def relay_redriven(rt: Runtime, sqs: Any) -> Redriven:
    return redrive_relay(rt, dead_letters(sqs, STAGE, "relay", rt.clock), MOST)


def damage(table: Table, image: Attrs) -> None:
    """What no code of ours ever wrote."""
    table.batch_put([{**image, "body": {"B": b"damaged"}}])


def test_without_an_address_and_a_cloud_that_answers_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "--endpoint", "http://127.0.0.1:9"]) == 2
    assert "127.0.0.1:9" in capsys.readouterr().err


# --- imports -------------------------------------------------------------------------------------------------------------


def test_an_import_that_has_failed_is_named_and_one_that_goes_on_is_not(sqs: Any) -> None:
    failing, running = dropped_into_a_shop("june.csv"), "opr_000000000000000000000000"
    desk, operation = failing
    assert give_up_operation(desk.rt, Step("route", "shop", operation))
    steps = [{"do": "route", "tenant": "shop", "operation": one} for one in (operation, operation, running)]
    put(sqs, "imports-dead", *(json.dumps(step) for step in steps), "{}", "no json")
    moved, told = redrive_imports(desk.rt, dead_letters(sqs, STAGE, "imports"), STAGE)
    assert (moved, len(waiting(sqs, "imports"))) == (5, 5)
    assert sorted(told) == sorted(
        [
            f"{operation} of shop (june.csv) has failed, given_up, and stays so: drop its file again under another name.",
            f"{running} of shop is not there: its message dies again.",
        ]
    )
    desk, operation = dropped_into_a_shop("july.csv")
    put(sqs, "imports-dead", json.dumps({"do": "route", "tenant": "shop", "operation": operation}))
    assert redrive_imports(desk.rt, dead_letters(sqs, STAGE, "imports"), STAGE) == (1, [])


def test_a_file_of_members_that_has_failed_is_named_as_well(sqs: Any) -> None:
    desk, operation = dropped_into_a_shop("vip.csv", "segments/vip")
    assert give_up_operation(desk.rt, Step("route", "shop", operation, job="members"))
    step = {"job": "members", "do": "route", "tenant": "shop", "operation": operation}
    put(sqs, "imports-dead", json.dumps(step))
    moved, told = redrive_imports(desk.rt, dead_letters(sqs, STAGE, "imports"), STAGE)
    assert (moved, len(told), waiting(sqs, "imports")) == (1, 1, [(json.dumps(step), "req-1")])
    assert told[0].startswith(f"{operation} of shop (vip.csv) has failed, given_up")


def dropped_into_a_shop(name: str, folder: str = "orders") -> tuple[BookShop, str]:
    shop, _ = registered()
    content = file_of((sold("N-1", "0001"),))
    files = cast(MemoryFiles, shop.rt.files)
    key = f"imports/shop/{folder}/{name}"
    files.put(key, content)
    head = files.head(key)
    assert head is not None
    operation = start_import(shop.rt, Drop("bucket", key, head.etag), "req-1")
    assert operation is not None
    return shop, operation.operation_id
