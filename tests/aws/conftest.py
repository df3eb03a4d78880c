"""Files, queues and the topic twice over: the twin and moto. Beside each, how a test sees what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.aws.files import Files
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues, sqs_event
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.queues import Queues
from chalicelib.aws.s3_files import S3Files
from chalicelib.aws.sns_topic import SnsTopic
from chalicelib.aws.sqs_queues import SqsQueues
from chalicelib.aws.topic import Topic

REGION = "eu-central-1"
BUCKET = "stampbook-test"


@dataclass(frozen=True)
class Arrived:
    """One message as its consumer finds it."""

    body: str
    attributes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Cloud:
    files: Files
    queues: Queues
    topic: Topic
    received: Callable[[], list[Arrived]]  # from the queue for imports
    receipts: Callable[[], list[str]]  # of what is received from it now
    published: Callable[[], list[Arrived]]  # by a queue that takes all of the topic, raw


@pytest.fixture(params=["twin", "moto"])
def cloud(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    if request.param == "twin":
        yield _twin()
        return
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield _moto()


def _twin() -> Cloud:
    queues, topic = MemoryQueues(), MemoryTopic()

    def received() -> list[Arrived]:
        records = sqs_event("imports", queues.waiting["imports"])["Records"]
        return [
            Arrived(
                record["body"],
                {name: (said["dataType"], said["stringValue"]) for name, said in record["messageAttributes"].items()},
            )
            for record in records
        ]

    def published() -> list[Arrived]:
        return [_arrived(message.text, message.attributes) for message in topic.wire]

    def receipts() -> list[str]:
        return [record["receiptHandle"] for record in sqs_event("imports", queues.waiting["imports"])["Records"]]

    return Cloud(MemoryFiles(), queues, topic, received, receipts, published)


def _moto() -> Cloud:
    sqs, sns, s3 = _client("sqs"), _client("sns"), _client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    imports = sqs.create_queue(QueueName="imports")["QueueUrl"]
    listening = sqs.create_queue(QueueName="listening")["QueueUrl"]
    arn = sns.create_topic(Name="facts")["TopicArn"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=listening, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
    return Cloud(
        S3Files(BUCKET, region=REGION),
        SqsQueues({"imports": imports}, region=REGION),
        SnsTopic(arn, region=REGION),
        lambda: _drained(sqs, imports),
        lambda: [one["ReceiptHandle"] for one in sqs.receive_message(QueueUrl=imports).get("Messages", [])],
        lambda: _drained(sqs, listening),
    )


def _client(service: str) -> Any:
    import boto3

    session: Any = boto3.session.Session()
    return session.client(service, region_name=REGION)


def _drained(sqs: Any, address: str) -> list[Arrived]:
    def batches() -> Iterator[Sequence[dict[str, Any]]]:
        while batch := sqs.receive_message(
            QueueUrl=address, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=60
        ).get("Messages"):
            yield batch

    return [_arrived(one["Body"], one.get("MessageAttributes", {})) for one in _flat(batches())]


def _flat(batches: Iterator[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [one for batch in islice(batches, 100) for one in batch]


def _arrived(body: str, attributes: Mapping[str, Mapping[str, str]]) -> Arrived:
    return Arrived(body, {name: (said["DataType"], said["StringValue"]) for name, said in attributes.items()})
