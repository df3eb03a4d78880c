"""A queue as its client sees it, by a clock that tests move: who holds a message has it until that time is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

from chalicelib.kit.clock import Clock
from tests.twins.killing import Killed, Kills


@dataclass
class DeadQueue:
    """As much of the SQS client as redriving asks for. Once killed, a process asks nothing any more."""

    clock: Clock
    kills: Kills = field(default_factory=Kills)
    bodies: dict[str, str] = field(default_factory=dict)
    held_until: dict[str, float] = field(default_factory=dict)
    gone: bool = False
    _numbers: Any = field(default_factory=count)

    def put(self, *bodies: str) -> None:
        self.bodies |= {f"message-{next(self._numbers)}": body for body in bodies}

    def visible(self) -> list[str]:
        now = self.clock.monotonic()
        return [name for name in self.bodies if self.held_until.get(name, now) <= now]

    def get_queue_url(self, QueueName: str) -> dict[str, str]:  # noqa: N803 (as the client has it)
        return {"QueueUrl": QueueName}

    def get_queue_attributes(self, AttributeNames: list[str], **_: Any) -> dict[str, Any]:  # noqa: N803
        seen = len(self.visible())
        told = {
            "ApproximateNumberOfMessages": str(seen),
            "ApproximateNumberOfMessagesNotVisible": str(len(self.bodies) - seen),
        }
        return {"Attributes": {name: told[name] for name in AttributeNames}}

    def receive_message(self, MaxNumberOfMessages: int, VisibilityTimeout: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        names = self.visible()[:MaxNumberOfMessages]
        self.held_until |= dict.fromkeys(names, self.clock.monotonic() + VisibilityTimeout)
        return {"Messages": [{"MessageId": one, "ReceiptHandle": one, "Body": self.bodies[one]} for one in names]}

    def delete_message_batch(self, Entries: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        for entry in Entries:
            self._write(partial(self.bodies.pop, entry["ReceiptHandle"]))
        return {}

    def change_message_visibility_batch(self, Entries: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        now = self.clock.monotonic()
        self._write(
            lambda: self.held_until.update({one["ReceiptHandle"]: now + one["VisibilityTimeout"] for one in Entries})
        )
        return {}

    def _write(self, act: Callable[[], object]) -> None:
        if self.gone:
            raise Killed
        try:
            self.kills.write(act)
        except Killed:
            self.gone = True
            raise
