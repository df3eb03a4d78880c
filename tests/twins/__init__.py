"""In-memory twins: a clock that stands still until told, and a Runtime on the twins of table and cloud."""

from __future__ import annotations

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.kit import clock
from chalicelib.kit.caller import Caller, Grant
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import RandomIds
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Table


class StandingClock(clock.StandingClock):
    """Moved in words: `2026-01-31T12:00:00Z`, or a day for its noon."""

    def move_to(self, text: str) -> None:
        self.at = at(text)
        self.elapsed += 60.0


def at(text: str) -> Instant:
    """`2026-01-31T12:00:00Z`, or `2026-01-31` for its noon in UTC."""
    read = parse_rfc3339(text if "T" in text else f"{text}T12:00:00Z")
    assert read is not None, text
    return read[0]


def runtime_on(table: Table | None = None, now: str = "2026-06-15") -> tuple[Runtime, StandingClock]:
    standing = StandingClock(at(now))
    cloud = (MemoryFiles(), MemoryQueues(), MemoryTopic())
    return Runtime(standing, RandomIds(), table or MemoryTable(), ConfigCache(standing), *cloud), standing


def caller_of(tenant: str = "shop") -> Caller:
    everything = (Grant("*", "modify"),)
    return Caller("org", tenant, "api_key", "key_1", "till", everything, "req-1", "native")


def fresh() -> Command:
    return Command(RandomIds().command())
