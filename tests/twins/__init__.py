"""In-memory twins: a clock that stands still until told, and a Runtime on the twins of table and cloud."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
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


class Drawn:
    """What looks random and is the same every time a test runs: a byte more or less, compressed, may cost a unit more."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, seed: str) -> None:
        self._seed, self._numbers = seed, count()

    def hex(self, size: int) -> str:
        return sha256(f"{self._seed} {next(self._numbers)}".encode()).hexdigest()[: 2 * size]


drawn = Drawn()  # begun anew for every test: see tests/conftest.py


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
    cloud = (MemoryFiles(), MemoryQueues(), MemoryTopic(), MemoryOutside(), MemorySenders())
    return Runtime(standing, RandomIds(), table or MemoryTable(), ConfigCache(standing), *cloud), standing


def caller_of(tenant: str = "shop") -> Caller:
    everything = (Grant("*", "modify"),)
    return Caller("org", tenant, "api_key", "key_1", "till", everything, "req-1", "native")


def fresh() -> Command:
    return Command(drawn.hex(12))
