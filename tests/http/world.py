"""A process as a test sees it: twins for all it reaches, a clock with a handle, keys for whom it needs."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.access.operations import issue_api_key
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.kit.caller import Caller, Grant
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import RandomIds
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from chalicelib.table.protocol import Attrs, Key, Table

EVERYTHING = (Grant("*", "modify"),)
SYSTEM = Caller("acme", "", "system", "tests", "tests", (), request_id="test", channel="test")
NOON = 1_768_478_400_000  # 2026-01-15T12:00:00Z


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: Instant = NOON
    seconds: float = 0.0

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.at += round(seconds * 1000)


def twin_runtime(clock: HandClock | None = None, table: Table | None = None) -> Runtime:
    clock = clock or HandClock()
    cloud = (MemoryFiles(), MemoryQueues(), MemoryTopic(), MemoryOutside(), MemorySenders())
    return Runtime(clock, RandomIds(), table or MemoryTable(), ConfigCache(clock), *cloud)


def stored(rt: Runtime) -> dict[Key, Attrs]:
    """Every item of the table, whosever it is."""
    assert isinstance(rt.table, MemoryTable)
    return {key: kept.item for key, kept in rt.table._items.items()}


def key_for(rt: Runtime, tenant: str, *grants: Grant) -> str:
    """A credential of the tenant; without grants it may do everything."""
    issued = issue_api_key(rt, SYSTEM, org="acme", tenant=tenant, name=f"{tenant} till", grants=grants or EVERYTHING)
    return issued.credential
