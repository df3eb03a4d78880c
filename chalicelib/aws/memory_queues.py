"""The twin of SqsQueues: keeps what was sent, and delivers it to a consumer the way Lambda does, in any order, or twice."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from chalicelib.aws.queues import Message, QueueName, queued_message

MAX_RECEIVES = 3  # as the template's redrive policies say,
MORE_RECEIVES: Mapping[QueueName, int] = {"imports": 5, "notify": 5}  # where they say another number
Consumer = Callable[[dict[str, Any]], dict[str, Any]]
Arrange = Callable[[list["Waiting"]], list["Waiting"]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message in a queue: `received` times delivered so far."""

    message_id: str
    message: Message
    received: int = 0


class MemoryQueues:
    """`sent` is all that was ever sent; `waiting` is what no consumer has finished; `dead` is what was given up.

    `returning` says in how many seconds a consumer wanted a message to come again, by its receipt.
    """

    def __init__(self) -> None:
        self.sent: defaultdict[QueueName, list[Message]] = defaultdict(list)
        self.waiting: defaultdict[QueueName, list[Waiting]] = defaultdict(list)
        self.dead: defaultdict[QueueName, list[Message]] = defaultdict(list)
        self.returning: dict[str, int] = {}
        self._numbers = count(1)

    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        kept = [_as_it_arrives(message) for message in messages]
        self.sent[queue] += kept
        self.waiting[queue] += [Waiting(f"message-{next(self._numbers)}", message) for message in kept]

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:  # noqa: ARG002
        self.returning[receipt] = seconds

    def bodies(self, queue: QueueName) -> list[dict[str, Any]]:
        """Of all that was ever sent."""
        return [message.body for message in self.sent[queue]]

    def deliver(self, queue: QueueName, consumer: Consumer, *, size: int = 10, arrange: Arrange | None = None) -> int:
        """Everything that waits, and what is sent meanwhile, until the queue is empty; how many batches that took.

        `arrange` puts what waits into another order before each batch; a message it names twice is delivered twice.
        A batch whose consumer raises comes back whole, and one by one what it reports as failed; after its tries a
        message is dead.
        """
        batches = 0
        while self.waiting[queue]:
            waiting = self.waiting[queue]
            batch = (arrange(list(waiting)) if arrange else waiting)[:size]
            ids = {one.message_id for one in batch}
            self.waiting[queue] = [one for one in waiting if one.message_id not in ids]
            self._settle(queue, batch, failed_of(consumer, sqs_event(queue, batch)))
            batches += 1
        return batches

    def _settle(self, queue: QueueName, batch: Sequence[Waiting], failed: set[str]) -> None:
        for one in {one.message_id: one for one in batch if one.message_id in failed}.values():
            if one.received + 1 >= MORE_RECEIVES.get(queue, MAX_RECEIVES):
                self.dead[queue].append(one.message)
            else:
                self.waiting[queue].append(Waiting(one.message_id, one.message, one.received + 1))


def failed_of(consumer: Consumer, event: dict[str, Any]) -> set[str]:
    """The ids of the messages that come back: those reported, or all when the consumer raised."""
    ids = {record["messageId"] for record in event["Records"]}
    try:
        answer = consumer(event)
    except Exception:  # noqa: BLE001 - Lambda asks no questions either: what raised comes back
        return ids
    return ids & {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}


def sqs_event(queue: QueueName, batch: Sequence[Waiting]) -> dict[str, Any]:
    """What Lambda hands a consumer of this queue."""
    return {"Records": [_record(queue, one) for one in batch]}


def _record(queue: QueueName, one: Waiting) -> dict[str, Any]:
    wire = queued_message(one.message)
    attributes = {
        name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
        for name, value in wire.attributes.items()
    }
    return {
        "messageId": one.message_id,
        "receiptHandle": f"{one.message_id}-{one.received + 1}",
        "body": wire.text,
        "attributes": {"ApproximateReceiveCount": str(one.received + 1), "SentTimestamp": "1768478400000"},
        "messageAttributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-central-1:000000000000:stampbook-test-{queue}",
        "awsRegion": "eu-central-1",
    }


def _as_it_arrives(message: Message) -> Message:
    """Through JSON, and within the limits: what SQS would not take, or would change, the twin does not keep either."""
    wire = queued_message(message)
    return Message(json.loads(wire.text), message.request_id, message.delay_seconds)
