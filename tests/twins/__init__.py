"""In-memory twins: a clock that stands still until told, and a Runtime on the twins of table and cloud."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.kit.caller import Caller, Grant
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import RandomIds
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Table


@dataclass
class StandingClock:
    """Stands at `at` until it is moved; sleeping moves only its monotonic side."""

    at: Instant
    elapsed: float = 0.0

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds

    def move_to(self, text: str) -> None:
        self.at = at(text)
        self.elapsed += 60.0


def at(text: str) -> Instant:
    """`2026-01-31T12:00:00Z`, or `2026-01-31` for its noon in UTC."""
    read = parse_rfc3339(text if "T" in text else f"{text}T12:00:00Z")
    assert read is not None, text
    return read[0]


def runtime_on(table: Table | None = None, now: str = "2026-06-15") -> tuple[Runtime, StandingClock]:
    clock = StandingClock(at(now))
    cloud = (MemoryFiles(), MemoryQueues(), MemoryTopic())
    return Runtime(clock, RandomIds(), table or MemoryTable(), ConfigCache(clock), *cloud), clock


def caller_of(tenant: str = "shop") -> Caller:
    everything = (Grant("*", "modify"),)
    return Caller("org", tenant, "api_key", "key_1", "till", everything, "req-1", "native")


def fresh() -> Command:
    return Command(RandomIds().command())
