"""Ports that fail when told to: before a write, after it, by conflict, by throttling, half of it, or by writing late.

The calls of all ports that share one trouble are counted together, so that a fault can be named by its number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeVar

from chalicelib.aws.senders import UnsendableError
from chalicelib.table.protocol import (
    Attrs,
    Key,
    OutcomeUnknown,
    Page,
    Query,
    Table,
    TableError,
    Throttled,
    TransactionCancelled,
    Write,
)

Mishap = Literal["throttled", "lost_before", "lost_after", "conflict", "half"]
CallKind = Literal["read", "transaction", "puts", "stream", "file", "messages", "one message", "carrier", "outside"]
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Late:
    """The answer of a write is lost, and it is applied only when `calls` more calls have been made.

    As on the real engine a transaction then stands or falls by its conditions, and nobody is told; nor of what a carrier does
    not take.
    """

    calls: int


Fault = Mishap | Late


@dataclass(kw_only=True)
class Trouble:
    """The calls numbered in `faults` (from 0, since the last `start`) go wrong.

    A fault that cannot happen to a call (a conflict of a read) leaves it alone. `kinds` are the calls made so far.
    `interrupt` is run before each call, with its number: room for another process that does the same.
    """

    faults: Mapping[int, Fault] = field(default_factory=dict)
    interrupt: Callable[[int], object] | None = None
    kinds: list[CallKind] = field(default_factory=list)
    _late: list[tuple[int, Callable[[], object]]] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return len(self.kinds)

    @property
    def transactions(self) -> list[int]:
        """The numbers of the calls that were one."""
        return [number for number, kind in enumerate(self.kinds) if kind == "transaction"]

    def start(self, faults: Mapping[int, Fault] | None = None) -> None:
        """Count from 0 again; what is late has been given up by now."""
        self.kinds, self.faults, self._late = [], faults or {}, []

    def settle(self) -> None:
        """Whatever is still under way arrives."""
        self._arrive(len(self._late) and max(due for due, _ in self._late))

    def call(self, kind: CallKind) -> Fault | None:
        """Counts a call, and says what happens to it."""
        number = self.calls
        self._arrive(number)
        self.kinds.append(kind)
        if self.interrupt is not None:
            self.interrupt(number)
        return self.faults.get(number)

    def write(self, fault: Fault | None, act: Callable[[], object], lost: Exception) -> None:
        """Does what is written, unless the fault says otherwise."""
        match fault:
            case Late(calls):
                self._late.append((self.calls + calls, act))
                raise lost
            case "lost_before":
                raise lost
            case "lost_after":
                act()
                raise lost
            case _:
                act()

    def _arrive(self, now: int) -> None:
        arriving = [act for due, act in self._late if due <= now]
        self._late = [late for late in self._late if late[0] > now]
        for act in arriving:
            try:
                act()
            except (TransactionCancelled, UnsendableError):
                continue


@dataclass
class FaultyTable(Trouble):
    """Passes everything on to `table`. `meanwhile` is run before each transaction, with how many there were."""

    table: Table
    meanwhile: Callable[[int], object] | None = None

    def get(self, key: Key) -> Attrs | None:
        return self._read(lambda: self.table.get(key))

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return self._read(lambda: self.table.batch_get(keys))

    def query(self, query: Query) -> Page:
        return self._read(lambda: self.table.query(query))

    def batch_put(self, items: Iterable[Attrs]) -> None:
        some = list(items)
        match self.call("puts"):
            case "throttled":
                raise Throttled("slow down")
            case "half":
                self.table.batch_put(some[: len(some) // 2])
                raise Throttled("some of the items were not taken")
            case fault:
                self.write(fault, partial(self.table.batch_put, some), OutcomeUnknown("the answer was lost"))

    def transact(self, writes: Sequence[Write], token: str) -> None:
        before = len(self.transactions)
        fault = self.call("transaction")
        if self.meanwhile is not None:
            self.meanwhile(before)
        refusal = _refusal(fault, writes)
        if refusal is not None:
            raise refusal
        self.write(fault, partial(self.table.transact, tuple(writes), token), OutcomeUnknown("the answer was lost"))

    def _read(self, read: Callable[[], AnswerT]) -> AnswerT:
        match self.call("read"):
            case "throttled":
                raise Throttled("slow down")
            case "lost_before" | "lost_after":
                raise OutcomeUnknown("the answer was lost")
            case _:
                return read()


def _refusal(fault: Fault | None, writes: Sequence[Write]) -> TableError | None:
    if fault == "conflict":
        return TransactionCancelled(["TransactionConflict"] * len(writes))
    return Throttled("slow down") if fault == "throttled" else None
