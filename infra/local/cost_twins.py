"""The twins on which a shop's use is counted: a clock that is moved, ids in their order, a table that knows its bytes, and
a bucket that counts its requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

from chalicelib.aws.files import FileHead
from chalicelib.aws.memory_files import MemoryFiles
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import Kind, entity_id
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.table.indexes import INDEXES, projected
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import item_bytes
from chalicelib.table.protocol import Attrs, Delete, Key, Put, Write, key_of

OVERHEAD_BYTES = 100  # that Amazon adds to an item, in the table and in each index


@dataclass
class Clock:
    at: Instant
    seconds: float = 0.0

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def move_to(self, text: str) -> None:
        read = parse_rfc3339(text)
        if read is None:
            raise ValueError(text)
        self.at = read[0]


class CountedIds:
    def __init__(self) -> None:
        self._numbers = count(1)

    def entity(self, kind: Kind, at: Instant) -> str:
        return entity_id(kind, at, next(self._numbers))

    def command(self) -> str:
        return f"{next(self._numbers):024x}"

    def salt(self) -> str:
        return f"{next(self._numbers):032x}"


class KeptTable(MemoryTable):
    """Knows what is in it, and which entries the stream has not handed over yet."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[Key, Attrs] = {}
        self.entries: list[Attrs] = []

    def transact(self, writes: Sequence[Write], token: str) -> None:
        super().transact(writes, token)
        for write in writes:
            match write:
                case Put(item):
                    self.items[key_of(item)] = item
                    if item["kind"] == {"S": "entry"}:
                        self.entries.append(item)
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
