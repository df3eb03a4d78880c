"""Topic and queues that take what they are given and do nothing with it, so that no twin's work is counted as a handler's."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.aws.queues import Message, QueueName
from chalicelib.aws.topic import Published


class SilentTopic:
    def publish(self, messages: Sequence[Published]) -> None:
        """Taken."""


class SilentQueues:
    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        """Taken."""

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:
        """As it likes."""
