"""The commit loop: read, decide, write in one transaction; again on conflict, a bounded number of times.

A decision is made afresh on every attempt, from what it then reads. The answer is a function of the entry written, so
the first call, its repeat and a call whose answer was lost all say the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from chalicelib.errors import Busy, StampbookError
from chalicelib.kit.clock import Clock
from chalicelib.kit.command import Command
from chalicelib.kit.ids import Ids
from chalicelib.table.journal import Entry, entry_from
from chalicelib.table.protocol import Key, OutcomeUnknown, Table, Throttled, TransactionCancelled, Write

MAX_ATTEMPTS = 15
MAX_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.25


class Means(Protocol):
    @property
    def table(self) -> Table: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What one attempt would write. `entry` is the main entry, which the answer is made from and by which a lost answer
    is recognised. `done_if` names the keys whose failed condition means that this command was carried out before."""

    entry: Entry
    writes: tuple[Write, ...]
    done_if: frozenset[Key] = frozenset()


AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Committed(Generic[AnswerT]):
    """`replayed`: the command had been carried out before and nothing was written now."""

    answer: AnswerT
    replayed: bool = False


def commit(
    means: Means,
    command: Command,
    decide: Callable[[], Plan],
    answer: Callable[[Entry], AnswerT],
    recall: Callable[[], Entry | None],
) -> Committed[AnswerT]:
    """Carry the command out once. `recall` finds the entry of an earlier run of the same command, or None.

    Raises what `decide` raises (unless the command was carried out before), and Busy after 15 attempts or 2 seconds.
    """
    run = _Run(means, command, decide, recall)
    started = means.clock.monotonic()
    for attempt in range(MAX_ATTEMPTS):
        outcome = run.attempt()
        if outcome is not None:
            entry, replayed = outcome
            return Committed(answer(entry), replayed)
        pause = _pause(attempt)
        if means.clock.monotonic() - started + pause > MAX_SECONDS:
            break
        means.clock.sleep(pause)
    raise Busy("busy", "Too many changes at once to the same data. Send the request again, with the same key.")


@dataclass(slots=True)
class _Run:
    means: Means
    command: Command
    decide: Callable[[], Plan]
    recall: Callable[[], Entry | None]
    doubts: list[Entry] = field(default_factory=list)  # entries whose transaction lost its answer

    def attempt(self) -> tuple[Entry, bool] | None:
        """The entry and whether it was made by an earlier run; None when it is worth another attempt."""
        try:
            return self._settled() or self._planned()
        except (Throttled, OutcomeUnknown):
            return None

    def _settled(self) -> tuple[Entry, bool] | None:
        """A lost answer may come true late: look at every place it would show before anything is decided again."""
        for entry in self.doubts:
            stored = self.means.table.get(entry.key)
            if stored is not None and entry_from(entry.stream, stored).header["command"] == self.command.id:
                return entry, False
        return None

    def _planned(self) -> tuple[Entry, bool] | None:
        try:
            plan = self.decide()
        except StampbookError:
            before = None if self.command.dry_run else self.recall()
            if before is None:
                raise
            return before, True
        return (plan.entry, False) if self.command.dry_run else self._written(plan)

    def _written(self, plan: Plan) -> tuple[Entry, bool] | None:
        try:
            self.means.table.transact(plan.writes, self.means.ids.command())
        except TransactionCancelled as cancelled:
            failed = {write.key for write, reason in zip(plan.writes, cancelled.reasons, strict=True) if reason}
            before = self.recall() if failed & plan.done_if else None
            return None if before is None else (before, True)
        except OutcomeUnknown:
            self.doubts.append(plan.entry)
            return None
        return plan.entry, False


def _pause(attempt: int) -> float:
    """Full jitter: many writers that collide once should not collide again."""
    return random.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311
