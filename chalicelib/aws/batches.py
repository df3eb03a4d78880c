"""Batches of messages, sent until each message was taken: SQS and SNS take some of a batch and refuse the others."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.aws.errors import CloudError, RefusedByServiceError
from chalicelib.aws.messages import WireMessage, requests

ROUNDS = 6
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

Send = Callable[[Sequence[tuple[str, WireMessage]]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Batches:
    sleep: Callable[[float], None]
    _jitter: random.Random = field(default_factory=random.SystemRandom)

    def send(self, messages: Iterable[WireMessage], send: Send) -> None:
        """Every message, or CloudError; messages before the one that failed have been sent by then."""
        for batch in requests(messages):
            self._send(batch, send)

    def _send(self, batch: Sequence[WireMessage], send: Send) -> None:
        waiting = {str(number): message for number, message in enumerate(batch)}
        failures: Sequence[dict[str, Any]] = ()
        for attempt in range(ROUNDS):
            self._pause(attempt)
            failures = send(list(waiting.items())).get("Failed") or ()
            _refuse_hopeless(failures)
            waiting = {failure["Id"]: waiting[failure["Id"]] for failure in failures}
            if not waiting:
                return
        raise CloudError(f"{len(waiting)} messages were not taken: {failures[0].get('Message', failures[0]['Code'])}")

    def _pause(self, attempt: int) -> None:
        if attempt:
            self.sleep(self._jitter.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt)))


def _refuse_hopeless(failures: Sequence[dict[str, Any]]) -> None:
    for failure in failures:
        if failure["SenderFault"]:
            raise RefusedByServiceError(f"a message was refused: {failure.get('Message', '')}", failure["Code"])
