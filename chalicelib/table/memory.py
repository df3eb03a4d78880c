"""The in-memory twin of the table: the same answers, refusals and costs as DynamoDB, in microseconds.

Safe to use from many threads: one call at a time. What it cannot show: conflicts between transactions under way,
throttling, lost answers, and index reads that lag behind.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from chalicelib.kit.clock import Clock, Instant, SystemClock
from chalicelib.table import limits
from chalicelib.table.attributes import as_attribute, handed_out, taken_in
from chalicelib.table.drawn import drawn, may_draw
from chalicelib.table.indexes import INDEXES, index_key, projected, start_key
from chalicelib.table.meter import Meter, index_units, item_bytes, read_units, write_units
from chalicelib.table.ordered import Ordered, Place
from chalicelib.table.protocol import (
    CONDITION_FAILED,
    Absent,
    AsRead,
    Attrs,
    Check,
    Condition,
    Draw,
    Equals,
    Index,
    InvalidRequest,
    Key,
    Lacks,
    Page,
    Present,
    Put,
    Query,
    TransactionCancelled,
    Write,
)

_TOKEN_LIFE: Instant = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class _Stored:
    item: Attrs
    size: int


class MemoryTable:
    def __init__(self, *, meter: Meter | None = None, clock: Clock | None = None) -> None:
        self.meter = meter or Meter()
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._items: dict[Key, _Stored] = {}
        self._order: dict[Index | None, Ordered] = {index: Ordered() for index in (None, *INDEXES)}
        self._done: dict[str, tuple[Instant, tuple[Write, ...]]] = {}

    def get(self, key: Key) -> Attrs | None:
        limits.check_key(key)
        with self._lock:
            stored = self._items.get(key)
            self.meter.count("get", read_units=read_units([stored.size if stored else 0], consistent=True))
            return handed_out(stored.item) if stored else None

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        if not keys:
            return {}
        limits.check_batch_get(keys)
        with self._lock:
            found = {key: self._items[key] for key in keys if key in self._items}
            units = sum(read_units([found[key].size if key in found else 0], consistent=True) for key in keys)
            self.meter.count("batch_get", read_units=units)
            return {key: handed_out(stored.item) for key, stored in found.items()}

    def query(self, query: Query) -> Page:
        limits.check_query(query)
        start = limits.start_place(query)
        with self._lock:
            places = self._order[query.index].within(query.pk, query.sort, start, reverse=query.reverse)
            found: list[Attrs] = []
            sizes: list[int] = []
            full = False
            for place in places:
                full = sum(sizes) >= limits.PAGE_BYTES
                if full:
                    break
                entry, size = self._entry(place.key, query.index)
                found.append(entry)
                sizes.append(size)
                full = len(found) == query.limit
                if full:
                    break
            self.meter.count("query", read_units=read_units(sizes, consistent=query.index is None))
            last = start_key(query.index, found[-1]) if full else None
            return Page(tuple(handed_out(item) for item in found), last)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        own = tuple(map(_own, writes))
        limits.check_transaction(own, token)
        with self._lock:
            if self._is_repeat(token, own):
                units = 2 * sum(read_units([self._size(write.key)], consistent=True) for write in own)
                self.meter.count("transact", read_units=units)
                return
            reasons = [self._reason(write) for write in own]
            if any(reasons):
                # AWS does not say what a cancelled transaction costs; it has prepared, so: half of what it would have.
                self.meter.count("transact", write_units=sum(map(self._units, own)))
                raise TransactionCancelled(reasons)
            units, follow_up = 2 * sum(map(self._units, own)), sum(map(self._index_units, own))
            for write in own:
                self._apply(write)
            self._done[token] = (self._clock.now(), own)
            self.meter.count("transact", write_units=units, index_units=follow_up)

    def batch_put(self, items: Iterable[Attrs]) -> None:
        rest = iter(items)
        while batch := [Put(taken_in(item)) for item in islice(rest, limits.BATCH_PUT_ITEMS)]:
            limits.check_distinct([put.key for put in batch])
            with self._lock:
                units, follow_up = sum(map(self._units, batch)), sum(map(self._index_units, batch))
                for put in batch:
                    self._apply(put)
                self.meter.count("batch_put", write_units=units, index_units=follow_up)

    def _entry(self, key: Key, index: Index | None) -> tuple[Attrs, int]:
        stored = self._items[key]
        if index is None:
            return stored.item, stored.size
        entry = projected(index, stored.item) or {}
        return entry, item_bytes(entry)

    def _is_repeat(self, token: str, writes: tuple[Write, ...]) -> bool:
        """Whether the token's transaction has been applied. Tokens are forgotten oldest first, ten minutes on."""
        now = self._clock.now()
        while self._done and now - next(iter(self._done.values()))[0] > _TOKEN_LIFE:
            del self._done[next(iter(self._done))]
        if token not in self._done:
            return False
        if self._done[token][1] != writes:
            raise InvalidRequest("the token has been used for other writes")
        return True

    def _reason(self, write: Write) -> str | None:
        if isinstance(write, Draw):
            return None if may_draw(write, self._old(write.key)) else CONDITION_FAILED
        return None if self._holds(write.key, write.condition) else CONDITION_FAILED

    def _holds(self, key: Key, condition: Condition | None) -> bool:
        stored = self._items.get(key)
        match condition:
            case None:
                return True
            case Absent():
                return stored is None
            case Present():
                return stored is not None
            case Equals(attribute, value):
                return stored is not None and stored.item.get(attribute) == as_attribute(value)
            case Lacks(attribute):
                return stored is not None and attribute not in stored.item
            case AsRead(attributes):
                return stored is not None and all(stored.item.get(name) == one for name, one in attributes.items())

    def _size(self, key: Key) -> int:
        stored = self._items.get(key)
        return stored.size if stored else 0

    def _old(self, key: Key) -> Attrs | None:
        stored = self._items.get(key)
        return stored.item if stored else None

    def _new(self, write: Write) -> Attrs | None:
        """What stands there afterwards."""
        match write:
            case Put(item):
                return item
            case Draw():
                return drawn(write, self._old(write.key))
            case _:
                return None

    def _units(self, write: Write) -> int:
        new = self._new(write)
        return write_units(self._size(write.key), item_bytes(new) if new else 0)

    def _index_units(self, write: Write) -> int:
        return 0 if isinstance(write, Check) else index_units(self._old(write.key), self._new(write))

    def _apply(self, write: Write) -> None:
        if isinstance(write, Check):
            return
        key, item = write.key, self._new(write)
        old = self._items.pop(key, None)
        new = _Stored(item, item_bytes(item)) if item else None
        if new:
            self._items[key] = new
        if old is None and new:
            self._order[None].add(key.pk, Place(key.sk, key))
        elif old and new is None:
            self._order[None].remove(key.pk, Place(key.sk, key))
        for index in INDEXES:
            self._move(index, key, old, new)

    def _move(self, index: Index, key: Key, old: _Stored | None, new: _Stored | None) -> None:
        before = index_key(index, old.item) if old else None
        after = index_key(index, new.item) if new else None
        if before == after:
            return
        if before:
            self._order[index].remove(before.pk, Place(before.sk, key))
        if after:
            self._order[index].add(after.pk, Place(after.sk, key))


def _own(write: Write) -> Write:
    match write:
        case Put(item, condition):
            return Put(taken_in(item), condition)
        case Draw(key, left, taken, fresh) if fresh is not None:
            return Draw(key, left, taken, taken_in(fresh))
        case _:
            return write
