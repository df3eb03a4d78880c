"""The keys this process has seen lately, so that a busy client costs no Get per request.

A key may go on working for FRESH_SECONDS after it was revoked, in processes other than the one that revoked it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from chalicelib.areas.access.model import ApiKey
from chalicelib.table.protocol import Table

FRESH_SECONDS = 5.0
KEYS_KEPT = 1_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Seen:
    table: Table  # a process may know several tables: a key of one opens no other
    key: ApiKey
    at: float


@dataclass(eq=False, repr=False)
class KeyCache:
    """For any number of threads: what several steps change, one at a time changes."""

    _kept: OrderedDict[str, _Seen] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, table: Table, key_id: str, now: float) -> ApiKey | None:
        with self._lock:
            seen = self._kept.get(key_id)
        if seen is None or seen.table is not table or now - seen.at >= FRESH_SECONDS:
            return None
        return seen.key

    def keep(self, table: Table, key: ApiKey, now: float) -> None:
        with self._lock:
            self._kept[key.id] = _Seen(table, key, now)
            self._kept.move_to_end(key.id)
            if len(self._kept) > KEYS_KEPT:
                self._kept.popitem(last=False)

    def forget(self, key_id: str) -> None:
        with self._lock:
            self._kept.pop(key_id, None)

    def __len__(self) -> int:
        return len(self._kept)
