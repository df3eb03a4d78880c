"""What did not commit and matters all the same: somebody was refused. Counted by the minute, so that a flood costs little."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from chalicelib.kit.clock import Instant
from chalicelib.table.protocol import Table

MINUTE_MS = 60_000
MOST_COUNTED = 1_000  # keys and codes of which a process keeps count at once
TYPES = {
    "invalid_credential": "access.refused",
    "missing_grant": "access.refused",
    "wrong_proof": "proof.refused",
    "proof_locked": "proof.refused",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """`times`: at least so often within the minute that begins at `at`, with this key and code, by one process. `operation` and
    `request_id` are of the last that was written down."""

    at: Instant
    code: str
    key_id: str
    key_name: str
    operation: str
    request_id: str
    process: str
    times: int

    @property
    def type(self) -> str:
        return TYPES.get(self.code, "access.refused")


@dataclass(eq=False, repr=False)
class RefusalCounts:
    """How often each was refused in this minute, for any number of threads."""

    _kept: OrderedDict[tuple[str, ...], tuple[Table, Instant, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def worth_writing(self, table: Table, who: tuple[str, ...], now: Instant) -> int | None:
        """How often by now, where that is to be written down: the first time, the tenth, the hundredth …"""
        minute = now // MINUTE_MS * MINUTE_MS
        with self._lock:
            on, begun, times = self._kept.get(who, (table, minute, 0))
            times = times + 1 if begun == minute and on is table else 1
            self._kept[who] = (table, minute, times)
            self._kept.move_to_end(who)
            if len(self._kept) > MOST_COUNTED:
                self._kept.popitem(last=False)
        return times if times == 10 ** (len(str(times)) - 1) else None
