"""The pulse of a stage, every few minutes: what it finds is a line of the log, and metrics by which alarms go off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.events.log import noted
from chalicelib.flows.take_pulse import take_pulse as measured
from chalicelib.kit.logs import logger
from chalicelib.kit.metrics import Measured, embedded
from chalicelib.runtime import Runtime

DELAYS = Measured((), {"relay_behind_ms": "Milliseconds", "due_since_ms": "Milliseconds"})


def take_pulse(rt: Runtime, event: Mapping[str, Any]) -> None:
    """Raising means that Lambda tries again: let it."""
    with noted("take_pulse", str(event.get("id", ""))) as note:
        delays = measured(rt)
        told = {"relay_behind_ms": delays.relay_behind_ms, "due_since_ms": delays.due_since_ms}
        logger().info("pulse", extra=told | embedded(DELAYS))
        note.done = 1
