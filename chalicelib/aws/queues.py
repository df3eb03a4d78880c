"""Queues: messages for later, each delivered at least once and in no order. Named by their word, not their address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

QueueName = Literal["imports", "due", "automations", "notify", "webhooks", "metrics"]


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is JSON, at most 256 KB. `request_id` goes along, so that one id finds every line that a request caused."""

    body: dict[str, Any]
    request_id: str = ""
    delay_seconds: int = field(default=0)


class Queues(Protocol):
    def send(self, queue: QueueName, messages: Sequence[Message]) -> None:
        """All of them, ten a request; raises when one was not taken after bounded repeats: sending again is safe."""
