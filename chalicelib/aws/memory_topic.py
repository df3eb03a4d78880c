"""The twin of SnsTopic: keeps what was published."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib.aws.messages import WireMessage
from chalicelib.aws.topic import Published, published_message


class MemoryTopic:
    """`published` is all of it, for tests to look at; `wire` is the same as a queue would get it."""

    def __init__(self) -> None:
        self.published: list[Published] = []
        self.wire: list[WireMessage] = []

    def publish(self, messages: Sequence[Published]) -> None:
        wire = [published_message(message) for message in messages]
        self.wire += wire
        self.published += [
            Published(message.tenant, message.types, json.loads(one.text), message.request_id)
            for message, one in zip(messages, wire, strict=True)
        ]
