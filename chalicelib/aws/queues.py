"""Queues: messages for later, each delivered at least once and in no order. Named by their word, not their address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from chalicelib.aws.messages import WireMessage, wire_message

QueueName = Literal["imports", "due", "automations", "notify", "webhooks", "metrics", "relay_dead"]
MAX_DELAY_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is JSON, at most 256 KB. `request_id` goes along, so that one id finds every line that a request caused."""

    body: dict[str, Any]
    request_id: str = ""
    delay_seconds: int = field(default=0)


def queued_message(message: Message) -> WireMessage:
    """ValueError when SQS would never take it."""
    if not 0 <= message.delay_seconds <= MAX_DELAY_SECONDS:
        raise ValueError(f"a delay of {message.delay_seconds} seconds: at most {MAX_DELAY_SECONDS}")
    return wire_message(message.body, message.delay_seconds, request_id=message.request_id)


class Queues(Protocol):
    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        """All of them, ten a request; raises when one was not taken after bounded repeats: sending again is safe."""

    def come_again(self, queue: QueueName, receipt: str, seconds: int) -> None:
        """The message received with this receipt comes again in so many seconds, unless it is finished by then."""
