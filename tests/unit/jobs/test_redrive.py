"""What was given up is tried again once its cause is mended: no message is lost, none goes in circles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from infra.local.redrive import redrive_queue, redrive_relay
from infra.local.stream_records import StretchGoneError
from tests.twins.bookshop import card, sale
from tests.twins.streamed import ARN, Record, image_of
from tests.unit.relay.relayed import SHARD, feed_of, on_plain_table, opened, run

REGION, STAGE = "eu-central-1", "test"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        session: Any = boto3.session.Session()
        client = session.client("sqs", region_name=REGION)
        for name in ("due", "due-dead", "relay-dead"):
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
    assert redrive_queue(sqs, STAGE, "due") == 23
    assert sorted(waiting(sqs, "due")) == sorted((f"{number}", "req-1") for number in range(23))
    assert waiting(sqs, "due-dead") == []
    assert redrive_queue(sqs, STAGE, "due") == 0


def test_no_more_than_asked_for(sqs: Any) -> None:
    put(sqs, "due-dead", *(f"{number}" for number in range(23)))
    assert redrive_queue(sqs, STAGE, "due", most=12) == 12
    assert len(waiting(sqs, "due")) == 12
    assert len(waiting(sqs, "due-dead")) == 11


class Stream:
    """One shard, read in pages of two."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records

    def get_shard_iterator(self, **asked: str) -> dict[str, str]:
        assert (asked["StreamArn"], asked["ShardId"]) == (ARN, SHARD)
        numbers = [one["dynamodb"]["SequenceNumber"] for one in self.records]
        return {"ShardIterator": str(numbers.index(asked["SequenceNumber"]))}

    def get_records(self, **asked: Any) -> dict[str, Any]:
        start = int(asked["ShardIterator"])
        found = [as_the_api_has_it(one) for one in self.records[start : start + 2]]
        end = start + 2 >= len(self.records)
        return {"Records": found} | ({} if end else {"NextShardIterator": str(start + 2)})


def as_the_api_has_it(one: Record) -> Record:
    change = {
        **one["dynamodb"],
        "NewImage": image_of(one),
        "ApproximateCreationDateTime": datetime(2026, 1, 15, tzinfo=UTC),
    }
    return {**one, "dynamodb": change}


def given_up(first: Record, last: Record) -> str:
    """What Lambda leaves of a batch that it gave up."""
    return json.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 101},
            "version": "1.0",
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
                "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
                "batchSize": 1,
                "streamArn": ARN,
            },
        }
    )


def test_what_the_relay_gave_up_comes_into_the_feed_once(sqs: Any) -> None:
    shop, table = opened()
    for number in range(6):
        shop.buy(card("1"), sale(f"A{number}"))
    records, rt = table.entries(), on_plain_table(shop, table)
    run(rt, records[:2])
    run(rt, records[5:])
    put(sqs, "relay-dead", given_up(records[2], records[4]))
    put(sqs, "relay-dead", given_up(records[2], records[4]))
    assert len(feed_of(rt, shop.caller)) == len(records) - 3
    assert redrive_relay(rt, sqs, Stream(records), STAGE) == 2
    assert len({event.entry_id for event in feed_of(rt, shop.caller)}) == len(records)
    assert len(feed_of(rt, shop.caller)) == len(records)
    assert waiting(sqs, "relay-dead") == []


def test_what_cannot_be_relayed_yet_stays_among_the_dead(sqs: Any) -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    records, rt = table.entries(), on_plain_table(shop, table)
    records[0]["dynamodb"]["NewImage"]["body"] = {"B": "AAAA"}
    put(sqs, "relay-dead", given_up(records[0], records[1]))
    with pytest.raises(SystemExit, match="cannot be relayed yet"):
        redrive_relay(rt, sqs, Stream(records), STAGE)
    told = sqs.get_queue_attributes(QueueUrl=address(sqs, "relay-dead"), AttributeNames=["All"])["Attributes"]
    assert told["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_a_stretch_that_the_stream_has_forgotten_is_said_so(sqs: Any) -> None:
    shop, table = opened()
    shop.buy(card("1"), sale("A1"))
    records, rt = table.entries(), on_plain_table(shop, table)
    put(sqs, "relay-dead", given_up(records[0], records[1]))
    with pytest.raises(StretchGoneError):
        redrive_relay(rt, sqs, Stream(records[:1]), STAGE)
