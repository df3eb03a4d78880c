"""The shop that docs/guides/cost.md is counted on: twins of table and cloud that know what is asked of them and what they hold.

Ids are counted, not drawn, and durations in log lines counted as if they had four digits, so that figures are the same every time.
"""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, BinaryIO

from chalicelib.aws.files import FileHead
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.aws.memory_outside import MemoryOutside
from chalicelib.aws.memory_queues import MemoryQueues
from chalicelib.aws.memory_senders import MemorySenders
from chalicelib.aws.memory_topic import MemoryTopic
from chalicelib.aws.topic import Published
from chalicelib.kit.clock import Instant, StandingClock
from chalicelib.kit.ids import Kind, entity_id
from chalicelib.kit.logs import logger
from chalicelib.runtime import Runtime
from chalicelib.table.config import ConfigCache
from chalicelib.table.indexes import INDEXES, projected
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost, item_bytes
from chalicelib.table.protocol import Attrs, Delete, Key, Put, Write, key_of
from infra.local.pages.facts import taken_by

OVERHEAD_BYTES = 100  # that Amazon adds to an item, in the table and in each index
Numbered = tuple[int, Attrs]
_DURATION = re.compile(rb'("duration_ms": ?)[\d.]+')


@dataclass(frozen=True, slots=True)
class Used:
    """By `of` orders, entries or accounts. `puts` and `gets` are requests to S3, `sent` messages to queues, `taken` those
    that queues took of what was published, `entries` what the stream will hand over."""

    of: int
    table: Cost
    log_bytes: int
    answer_bytes: int = 0
    published: int = 0
    taken: int = 0
    sent: int = 0
    puts: int = 0
    gets: int = 0
    entries: int = 0


class DrawnIds:
    """The same ids every time, and no shorter than others when they are compressed."""

    def __init__(self) -> None:
        self._dice = Random(2)  # noqa: S311 - drawn again, not to be kept secret

    def entity(self, kind: Kind, at: Instant) -> str:
        return entity_id(kind, at, self._dice.getrandbits(80))

    def command(self) -> str:
        return f"{self._dice.getrandbits(96):024x}"

    def salt(self) -> str:
        return f"{self._dice.getrandbits(128):032x}"


class KeptTable(MemoryTable):
    """Knows what is in it, and which entries the stream has not handed over yet, numbered as it numbers them."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[Key, Attrs] = {}
        self.entries: list[Numbered] = []
        self._numbers = count(1)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        super().transact(writes, token)
        for write in writes:
            match write:
                case Put(item):
                    self.items[key_of(item)] = item
                    if item["kind"] == {"S": "entry"}:
                        self.entries.append((next(self._numbers), item))
                case Delete(key):
                    del self.items[key]

    def stored(self) -> int:
        """Bytes, as they are billed."""
        indexed = (projected(index, item) for index in INDEXES for item in self.items.values())
        return sum(item_bytes(one) + OVERHEAD_BYTES for one in (*self.items.values(), *(one for one in indexed if one)))


class CountingFiles(MemoryFiles):
    def __init__(self) -> None:
        super().__init__()
        self.puts = self.gets = 0

    def head(self, key: str) -> FileHead | None:
        self.gets += 1
        return super().head(key)

    @contextmanager
    def open(self, key: str, *, start: int = 0, etag: str | None = None) -> Iterator[BinaryIO]:
        self.gets += 1
        with super().open(key, start=start, etag=etag) as stream:
            yield stream

    def put(self, key: str, data: bytes, content_type: str = "application/octet-stream") -> None:
        self.puts += 1
        super().put(key, data, content_type)


@dataclass
class Shop:
    clock: StandingClock
    table: KeptTable
    files: CountingFiles
    queues: MemoryQueues
    topic: MemoryTopic
    log: io.StringIO
    queues_of_the_topic: Mapping[str, Sequence[Any]]  # and what each of them takes
    rt: Runtime = field(init=False)

    def __post_init__(self) -> None:
        cloud = (self.files, self.queues, self.topic, MemoryOutside(), MemorySenders())
        self.rt = Runtime(self.clock, DrawnIds(), self.table, ConfigCache(self.clock), *cloud)

    def used(self, of: int, act: Callable[[], int]) -> Used:
        """What the act used; it answers how many bytes went out."""
        before = self.table.meter.cost
        marks = self.log.tell(), len(self.topic.published), self._sent(), self.files.puts, self.files.gets
        waiting = len(self.table.entries)
        answered = act()
        lines = _DURATION.sub(rb"\g<1>12.34", self.log.getvalue()[marks[0] :].encode())
        published, sent = self.topic.published[marks[1] :], self._sent() - marks[2]
        told = len(published), taken(self.queues_of_the_topic, published)
        puts, gets = self.files.puts - marks[3], self.files.gets - marks[4]
        entries = len(self.table.entries) - waiting
        return Used(of, self.table.meter.cost - before, len(lines), answered, *told, sent, puts, gets, entries)

    def _sent(self) -> int:
        return sum(map(len, self.queues.sent.values()))


def taken(queues: Mapping[str, Sequence[Any]], messages: Iterable[Published]) -> int:
    """How many messages the queues get of these: a queue that takes several facts of an entry gets it once."""
    return sum(len({queue for fact in one.types for queue in taken_by(fact, queues)}) for one in messages)


def metrics_of(lines: str) -> int:
    """How many metrics these log lines make: Amazon bills each name with each combination of values it is told apart by."""
    found = set()
    for line in map(json.loads, lines.splitlines()):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            for names in directive["Dimensions"]:
                told = tuple(str(line[name]) for name in names)
                found |= {(metric["Name"], *names, *told) for metric in directive["Metrics"]}
    return len(found)


@contextmanager
def kept_log() -> Iterator[io.StringIO]:
    """What the logger writes goes here, as it would be written in production, instead of to the person."""
    log, handler = io.StringIO(), logger().registered_handler
    before = handler.setStream(log) if isinstance(handler, logging.StreamHandler) else None
    try:
        yield log
    finally:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(before)
