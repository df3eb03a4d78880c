"""Queues on SQS."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.aws.batches import Batches
from chalicelib.aws.client import LazyClient
from chalicelib.aws.messages import WireMessage
from chalicelib.aws.queues import Message, QueueName, queued_message
from chalicelib.config import required


class SqsQueues:
    """`addresses` are the queues' URLs by name. One that is missing is a ConfigurationError only when it is sent to."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        *,
        region: str,
        endpoint: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._addresses = addresses
        self._client = LazyClient("sqs", region, endpoint)
        self._batches = Batches(sleep)

    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        address = self._address(queue)
        self._batches.send(
            [queued_message(message) for message in messages],
            lambda batch: self._client.call(
                "send_message_batch", QueueUrl=address, Entries=[_entry(*one) for one in batch]
            ),
        )

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:
        address = self._address(queue)
        self._client.call(
            "change_message_visibility", QueueUrl=address, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def _address(self, queue: QueueName) -> str:
        return required(f"STAMPBOOK_QUEUE_{queue.upper()}", self._addresses.get(queue))


def _entry(number: str, message: WireMessage) -> dict[str, Any]:
    return {
        "Id": number,
        "MessageBody": message.text,
        "MessageAttributes": message.attributes,
        "DelaySeconds": message.delay_seconds,
    }
