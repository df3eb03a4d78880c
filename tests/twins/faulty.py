"""A table that fails when told to: before a write, after it, by conflict, by throttling, or by writing late."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from chalicelib.table.protocol import (
    Attrs,
    Key,
    OutcomeUnknown,
    Page,
    Query,
    Table,
    Throttled,
    TransactionCancelled,
    Write,
)

Mishap = Literal["throttled", "lost_before", "lost_after", "conflict"]
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Late:
    """The answer of a transaction is lost, and it is applied only when `calls` more calls have been made.

    As on the real engine it then stands or falls by its conditions, and nobody is told.
    """

    calls: int


Fault = Mishap | Late


@dataclass
class FaultyTable:
    """Passes everything on to `table`, but the calls numbered in `faults` (from 0, since the last `start`) go wrong.

    A fault that cannot happen to a call (a conflict of a read) leaves it alone. `transactions` are the numbers of those
    calls that were one. `meanwhile` is run before each of them, with how many there were: room for somebody faster.
    """

    table: Table
    faults: Mapping[int, Fault] = field(default_factory=dict)
    meanwhile: Callable[[int], object] | None = None
    calls: int = 0
    transactions: list[int] = field(default_factory=list)
    _late: list[tuple[int, tuple[Write, ...], str]] = field(default_factory=list)

    def start(self, faults: Mapping[int, Fault] | None = None) -> None:
        """Count from 0 again; what is late has been given up by now."""
        self.calls, self.transactions, self.faults, self._late = 0, [], faults or {}, []

    def settle(self) -> None:
        """Whatever is still under way arrives."""
        self._arrive(len(self._late) and max(due for due, _, _ in self._late))

    def get(self, key: Key) -> Attrs | None:
        return self._read(lambda: self.table.get(key))

    def batch_get(self, keys: Sequence[Key]) -> dict[Key, Attrs]:
        return self._read(lambda: self.table.batch_get(keys))

    def query(self, query: Query) -> Page:
        return self._read(lambda: self.table.query(query))

    def batch_put(self, items: Iterable[Attrs]) -> None:
        self.table.batch_put(items)

    def transact(self, writes: Sequence[Write], token: str) -> None:
        number, fault = self.calls, self._next()
        if self.meanwhile is not None:
            self.meanwhile(len(self.transactions))
        self.transactions.append(number)
        match fault:
            case Late(calls):
                self._late.append((self.calls + calls, tuple(writes), token))
                raise OutcomeUnknown("late")
            case "conflict":
                raise TransactionCancelled(["TransactionConflict"] * len(writes))
            case "throttled":
                raise Throttled("slow down")
            case "lost_before":
                raise OutcomeUnknown("the request was lost")
            case "lost_after":
                self.table.transact(writes, token)
                raise OutcomeUnknown("the answer was lost")
            case None:
                self.table.transact(writes, token)

    def _read(self, read: Callable[[], AnswerT]) -> AnswerT:
        match self._next():
            case "throttled":
                raise Throttled("slow down")
            case "lost_before" | "lost_after":
                raise OutcomeUnknown("the answer was lost")
            case _:
                return read()

    def _next(self) -> Fault | None:
        self._arrive(self.calls)
        fault = self.faults.get(self.calls)
        self.calls += 1
        return fault

    def _arrive(self, now: int) -> None:
        arriving = [late for late in self._late if late[0] <= now]
        self._late = [late for late in self._late if late[0] > now]
        for _, writes, token in arriving:
            try:
                self.table.transact(writes, token)
            except TransactionCancelled:
                continue
