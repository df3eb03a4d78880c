"""A dead-letter queue, worked off by a command: messages are held in rounds, and deleted when their second life has begun.

Whoever holds a message has it for a quarter of an hour, and longer for as long as it says so. A command that is killed
says nothing any more: its messages come back by themselves, and the next run finds them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from chalicelib.aws.errors import CloudError
from chalicelib.kit.clock import Clock

Message = dict[str, Any]

AT_ONCE = 10  # of one request
HELD_SECONDS = 900
HELD_AGAIN_AFTER = HELD_SECONDS / 3


@dataclass
class DeadLetters:
    """Not to be shared by threads. `held` are the messages at hand, by their ids."""

    sqs: Any
    name: str
    clock: Clock
    held: dict[str, Message] = field(default_factory=dict)
    _since: float = 0.0  # when the oldest of what is held was last said to be

    def __post_init__(self) -> None:
        self._since = self.clock.monotonic()
        self._address = str(self.sqs.get_queue_url(QueueName=self.name)["QueueUrl"])

    def waiting(self) -> int:
        """How many may be held now; those that somebody else holds are not among them."""
        return self._number("ApproximateNumberOfMessages")

    def elsewhere(self) -> int:
        """How many are in somebody's hands: another run's, or those of one that was killed."""
        return self._number("ApproximateNumberOfMessagesNotVisible")

    def hold(self, most: int) -> list[Message]:
        """So many more at most, each once; none when nothing is left."""
        found: dict[str, Message] = {}
        while len(found) < most and (batch := self._received(min(AT_ONCE, most - len(found)))):
            found |= {message["MessageId"]: message for message in batch}
            self.held |= found
            self.keep()
        return list(found.values())

    def keep(self) -> None:
        """Called now and then during a long work: what is held stays held. Mostly it has been said lately."""
        if self.clock.monotonic() - self._since < HELD_AGAIN_AFTER:
            return
        self._since = self.clock.monotonic()
        self._visible_in(HELD_SECONDS, list(self.held.values()))

    def delete(self, messages: Sequence[Message]) -> None:
        for some in _by_ten(messages):
            entries = [{"Id": str(at), "ReceiptHandle": one["ReceiptHandle"]} for at, one in enumerate(some)]
            _all_done(self.sqs.delete_message_batch(QueueUrl=self._address, Entries=entries))
            for one in some:
                del self.held[one["MessageId"]]

    def release(self) -> None:
        """What is still held comes back at once, for the next run."""
        self._visible_in(0, list(self.held.values()))
        self.held.clear()

    def _visible_in(self, seconds: int, messages: Sequence[Message]) -> None:
        for some in _by_ten(messages):
            entries = [
                {"Id": str(at), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": seconds}
                for at, one in enumerate(some)
            ]
            _all_done(self.sqs.change_message_visibility_batch(QueueUrl=self._address, Entries=entries))

    def _received(self, most: int) -> list[Message]:
        answer = self.sqs.receive_message(
            QueueUrl=self._address,
            MaxNumberOfMessages=most,
            MessageAttributeNames=["All"],
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=1,
        )
        found: list[Message] = answer.get("Messages", [])
        return found

    def _number(self, name: str) -> int:
        told = self.sqs.get_queue_attributes(QueueUrl=self._address, AttributeNames=[name])
        return int(told["Attributes"][name])


def _by_ten(messages: Sequence[Message]) -> Iterator[list[Message]]:
    rest = iter(messages)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _all_done(answer: dict[str, Any]) -> None:
    """A batch is answered with 200 when some of it failed as well."""
    if failed := answer.get("Failed"):
        raise CloudError(f"{len(failed)} messages of a batch: {failed[0].get('Message') or failed[0]['Code']}")
