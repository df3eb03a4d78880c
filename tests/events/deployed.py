"""The functions as Lambda runs them: app.py's own stubs, in the environment that the template gives them, on moto."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from chalice.local import LambdaContext
from moto import mock_aws

from app import app
from chalicelib import bootstrap, config
from chalicelib.runtime import Runtime
from infra.local.table_template import create_table, table_arguments
from tests.twins.bookshop import BookShop, open_shop

REGION, STAGE, BUCKET = "eu-central-1", "test", "stampbook-dev-files"
LONG_AGO = "2020-06-15"  # what is bought then is due before today, whenever the tests run


@dataclass(frozen=True)
class Functions:
    clients: dict[str, Any]
    queues: dict[str, str]

    @property
    def rt(self) -> Runtime:
        """What the stubs work with."""
        return bootstrap.runtime()

    def invoke(self, function: str, event: Any) -> Any:
        """As Lambda does, by the name under which Chalice deploys it."""
        handler = app if function == "api_handler" else app.handler_map[function]
        return handler(event, LambdaContext(function, memory_size=512))

    def failed(self, function: str, event: Any) -> list[str]:
        """What it reports of a batch: these come again, the others are done."""
        return [one["itemIdentifier"] for one in self.invoke(function, event)["batchItemFailures"]]

    def open_shop(self, tenant: str) -> BookShop:
        """Of long ago, and so is what it does."""
        return open_shop(self.rt.table, now=LONG_AGO, tenant=tenant)

    def as_of_now(self, shop: BookShop) -> BookShop:
        return replace(shop, rt=self.rt)

    def received(self, queue: str) -> list[dict[str, Any]]:
        """Up to ten messages as Lambda hands them over; they are gone from the queue."""
        records = self._come(queue)
        self._done(queue, records)
        return records

    def work_off(self, queue: str) -> None:
        """Until the queue is empty; nothing may fail."""
        while records := self._come(queue):
            assert self.failed(queue, {"Records": records}) == []
            self._done(queue, records)

    def _come(self, queue: str) -> list[dict[str, Any]]:
        came = self.clients["sqs"].receive_message(
            QueueUrl=self.queues[queue],
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        return [_record(one) for one in came.get("Messages", [])]

    def _done(self, queue: str, records: list[dict[str, Any]]) -> None:
        for one in records:
            self.clients["sqs"].delete_message(QueueUrl=self.queues[queue], ReceiptHandle=one["receiptHandle"])


@contextmanager
def cloud() -> Iterator[Functions]:
    """Functions on a bucket, queues and a topic. They have no table: each test gives them one."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        clients = _clients("dynamodb", "s3", "sqs", "sns")
        clients["s3"].create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        queues = {name: clients["sqs"].create_queue(QueueName=name)["QueueUrl"] for name in config.SENT_TO}
        settings = {
            "AWS_REGION": REGION,
            "STAMPBOOK_STAGE": STAGE,
            "STAMPBOOK_TABLE": table_arguments(STAGE)["TableName"],
            "STAMPBOOK_BUCKET": BUCKET,
            "STAMPBOOK_TOPIC": clients["sns"].create_topic(Name="facts")["TopicArn"],
            **{f"STAMPBOOK_QUEUE_{name.upper()}": address for name, address in queues.items()},
        }
        for name, value in settings.items():
            environment.setenv(name, value)
        _forget()
        yield Functions(clients, queues)
    _forget()


@contextmanager
def emptied(functions: Functions) -> Iterator[Functions]:
    """With a table of their own and empty queues, in a new process."""
    table = create_table(functions.clients["dynamodb"], STAGE)
    _forget()
    yield functions
    functions.clients["dynamodb"].delete_table(TableName=table)
    for name in functions.queues:
        while functions.received(name):
            continue


def _forget() -> None:
    """A new process: what was read and built once is built again."""
    config.settings.cache_clear()
    bootstrap.runtime.cache_clear()


def _clients(*services: str) -> dict[str, Any]:
    import boto3

    session: Any = boto3.session.Session()
    return {service: session.client(service, region_name=REGION) for service in services}


def _record(message: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        name: {"stringValue": said["StringValue"], "dataType": said["DataType"]}
        for name, said in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
    }
