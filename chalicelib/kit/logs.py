"""The one logger: structured lines on stdout, at the level that the settings ask for.

What is being worked on is said by every line that is written meanwhile, whoever writes it: request id, tenant, operation.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import RESERVED_LOG_ATTRS, LambdaPowertoolsFormatter

from chalicelib.config import log_level

SERVICE = "stampbook"
SAID_BY_EVERY_LINE = ("request_id", "tenant", "operation")


@dataclass(slots=True, eq=False, repr=False)
class Work:
    """A request or a message. What is not known of it at first (its tenant, say) is set as soon as it is."""

    operation: str
    request_id: str = ""
    tenant: str | None = None
    started: float = field(default_factory=perf_counter, init=False)

    @property
    def duration_ms(self) -> float:
        return round((perf_counter() - self.started) * 1000, 2)


_at_hand: ContextVar[Work | None] = ContextVar("_at_hand", default=None)


@contextmanager
def lines_about(work: Work) -> Iterator[None]:
    """Lines in this block are about this work as it is known by then, lines behind it about what was at hand before."""
    before = _at_hand.set(work)
    try:
        yield
    finally:
        _at_hand.reset(before)


class Lines(LambdaPowertoolsFormatter):
    """Powertools' lines. One that tells of no exception, as nearly all do, is put together in one go: powertools looks up
    keys that we never set, tries to read the message as JSON and sets up its writer anew, at twice the CPU."""

    _write = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=str).encode
    _of_the_record = frozenset(RESERVED_LOG_ATTRS)

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            return super().format(record)
        line = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": self.formatTime(record),
            "service": SERVICE,
            "xray_trace_id": self._get_latest_trace_id(),
            **{name: value for name, value in vars(record).items() if name not in self._of_the_record},
        }
        return self._write({name: value for name, value in line.items() if value is not None})


@cache
def logger() -> Logger:
    """Made by whoever has the first line to write, which may be before there is a Runtime: an open route needs none."""
    made = Logger(service=SERVICE, level=log_level(), logger_formatter=Lines(location=None))
    made.addFilter(_say_what_is_at_hand)
    return made


def _say_what_is_at_hand(record: logging.LogRecord) -> bool:
    """What the line says of itself stands."""
    work = _at_hand.get()
    if work is not None:
        for name in SAID_BY_EVERY_LINE:
            record.__dict__.setdefault(name, getattr(work, name))
    return True
