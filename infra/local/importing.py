"""A file of orders into the bucket, and its import followed to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from chalicelib.areas.jobs.model import Operation, Progress
from chalicelib.areas.jobs.operations import get_operation
from chalicelib.errors import NotFound
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Clock
from infra.local.cloud import Cloud
from infra.local.ministack import EngineError

PATIENCE = 240.0  # seconds without any progress; a chunk whose worker died is taken up again sooner

Told = Callable[[int, int], None]  # rows done, rows in all


class ImportFailedError(Exception):
    """The import came to another end than it should; the message is the operation's own."""


class StoodStillError(EngineError):
    """Nothing moves any more, though nothing has ended either."""


class Standstill:
    """Looks on: when nothing has changed for too long, something is broken, and waiting mends nothing."""

    def __init__(self, clock: Clock, what: str) -> None:
        self._clock, self._what = clock, what
        self._since, self._seen = clock.monotonic(), object()

    def saw(self, figure: object) -> None:
        if figure != self._seen:
            self._since, self._seen = self._clock.monotonic(), figure
        elif self._clock.monotonic() - self._since > PATIENCE:
            raise StoodStillError(
                f"{self._what} has stood still for {PATIENCE:.0f} seconds. The dead-letter queues say why."
            )


def import_orders(cloud: Cloud, caller: Caller, name: str, content: BinaryIO, told: Told) -> Operation:
    """The finished operation of this file, dropped as the caller's tenant would. ImportFailedError if it is not done."""
    dropped = cloud.drop(f"imports/{caller.tenant}/orders/{name}", content)
    return follow_import(cloud, caller, dropped.operation_id, told)


def follow_import(cloud: Cloud, caller: Caller, operation_id: str, told: Told) -> Operation:
    standstill = Standstill(cloud.rt.clock, "The import")
    while True:
        progress = progress_of(cloud, caller, operation_id)
        standstill.saw(progress)
        if progress is not None and progress.operation.rows is not None:
            told(progress.counts.get("rows", 0), progress.operation.rows)
        if progress is not None and progress.operation.finished:
            return _done(progress.operation)
        cloud.wait()


def progress_of(cloud: Cloud, caller: Caller, operation_id: str) -> Progress | None:
    """None as long as nobody has begun it."""
    try:
        return get_operation(cloud.rt, caller, operation_id)
    except NotFound:
        return None


def _done(operation: Operation) -> Operation:
    if operation.failure is not None:
        raise ImportFailedError(f"The import failed: {operation.failure.message}")
    if operation.state != "done":
        raise ImportFailedError(f"The import was {operation.state}.")
    return operation
