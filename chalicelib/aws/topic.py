"""The topic: one message per journal entry, from which queues take what their filter policy names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.aws.messages import WireMessage, wire_message


@dataclass(frozen=True, slots=True)
class Published:
    """`types` are the types of the entry's facts; filter policies look at them and at the tenant."""

    tenant: str
    types: tuple[str, ...]
    body: dict[str, Any]
    request_id: str = ""


def published_message(message: Published) -> WireMessage:
    return wire_message(message.body, tenant=message.tenant, types=message.types, request_id=message.request_id)


class Topic(Protocol):
    def publish(self, messages: Sequence[Published]) -> None:
        """All of them, ten a request; raises when one was not taken after bounded repeats: publishing again is safe."""
