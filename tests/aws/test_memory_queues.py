"""The twin delivers as Lambda does: at least once, in no order, a message that fails comes back, until it is dead."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.aws.memory_queues import MAX_RECEIVES, MemoryQueues, Waiting
from chalicelib.aws.queues import Message

Answer = dict[str, Any]


class Consumer:
    """Notes what it gets; reports as failed what has this number, or raises at it."""

    def __init__(self, poison: int | None = None, *, raises: bool = False) -> None:
        self.poison, self.raises = poison, raises
        self.got: list[list[int]] = []

    def __call__(self, event: Answer) -> Answer:
        numbers = {record["messageId"]: json.loads(record["body"])["n"] for record in event["Records"]}
        self.got.append([json.loads(record["body"])["n"] for record in event["Records"]])
        if self.raises and self.poison in numbers.values():
            raise RuntimeError
        failed = [message_id for message_id, number in numbers.items() if number == self.poison]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


@pytest.fixture
def queues() -> MemoryQueues:
    queues = MemoryQueues()
    queues.send("due", [Message({"n": number}) for number in range(3)])
    return queues


def test_everything_is_delivered_in_batches_and_stays_to_be_looked_at(queues: MemoryQueues) -> None:
    consumer = Consumer()
    assert queues.deliver("due", consumer, size=2) == 2
    assert consumer.got == [[0, 1], [2]]
    assert queues.bodies("due") == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert queues.deliver("due", consumer) == 0


def test_what_a_consumer_sends_is_delivered_as_well(queues: MemoryQueues) -> None:
    def consumer(event: Answer) -> Answer:
        number = json.loads(event["Records"][0]["body"])["n"]
        queues.send("due", [Message({"n": number + 3})] if number < 3 else [])
        return {"batchItemFailures": []}

    assert queues.deliver("due", consumer, size=1) == 6


def test_a_poison_message_is_dead_after_its_tries_and_its_neighbours_pass(queues: MemoryQueues) -> None:
    consumer = Consumer(poison=1)
    queues.deliver("due", consumer)
    assert consumer.got == [[0, 1, 2], *[[1]] * (MAX_RECEIVES - 1)]
    assert queues.dead["due"] == [Message({"n": 1})]


def test_a_consumer_that_raises_gets_the_whole_batch_again(queues: MemoryQueues) -> None:
    consumer = Consumer(poison=1, raises=True)
    queues.deliver("due", consumer)
    assert consumer.got == [[0, 1, 2]] * MAX_RECEIVES
    assert len(queues.dead["due"]) == 3


def test_messages_come_in_any_order_and_twice(queues: MemoryQueues) -> None:
    def backwards_and_twice(waiting: list[Waiting]) -> list[Waiting]:
        return [one for one in reversed(waiting) for _ in range(2)]

    consumer = Consumer()
    queues.deliver("due", consumer, size=4, arrange=backwards_and_twice)
    assert consumer.got == [[2, 2, 1, 1], [0, 0]]


def test_what_was_sent_does_not_change_with_the_senders_dict(queues: MemoryQueues) -> None:
    body = {"n": 3}
    queues.send("due", [Message(body)])
    body["n"] = 4
    assert queues.bodies("due")[-1] == {"n": 3}
