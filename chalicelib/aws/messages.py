"""Messages on the wire, for SQS and SNS alike: text, attributes, and how many fit into one request.

A queue that takes from the topic does so by raw delivery, so a consumer finds the same body and the attribute
`request_id` whichever way a message came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

MAX_MESSAGES = 10
MAX_BYTES = 256 * 1024  # of one message, and of one request


@dataclass(frozen=True, slots=True)
class WireMessage:
    text: str
    attributes: dict[str, dict[str, str]]
    delay_seconds: int = 0

    @property
    def size(self) -> int:
        named = sum(len(name) + sum(map(_size, value.values())) for name, value in self.attributes.items())
        return _size(self.text) + named


def wire_message(body: dict[str, Any], delay_seconds: int = 0, **attributes: str | tuple[str, ...]) -> WireMessage:
    """Attributes that say nothing are left out: neither service takes an empty one."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    said = {name: _attribute(value) for name, value in attributes.items() if value}
    message = WireMessage(text, said, delay_seconds)
    if message.size > MAX_BYTES:
        raise ValueError(f"a message of {message.size} bytes: at most {MAX_BYTES} can be sent")
    return message


def requests(messages: Iterable[WireMessage]) -> Iterator[list[WireMessage]]:
    """The messages in their order, as few requests as the limits allow."""
    batch: list[WireMessage] = []
    size = 0
    for message in messages:
        if len(batch) == MAX_MESSAGES or (batch and size + message.size > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += message.size
    if batch:
        yield batch


def _attribute(value: str | tuple[str, ...]) -> dict[str, str]:
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    return {"DataType": "String.Array", "StringValue": json.dumps(value, separators=(",", ":"))}


def _size(text: str) -> int:
    return len(text.encode())
