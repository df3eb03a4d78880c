"""The commit loop: read, decide, write in one transaction; again on conflict, a bounded number of times.

A decision is made afresh on every attempt, from what it then reads. The answer is a function of the entry written, so
the first call, its repeat and a call whose answer was lost all say the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from chalicelib.errors import Busy, StampbookError
from chalicelib.kit.clock import Clock
from chalicelib.kit.command import Command
from chalicelib.kit.ids import Ids
from chalicelib.table.damaged import DamagedItemError
from chalicelib.table.journal import Entry, hash_of, is_new_entry
from chalicelib.table.protocol import (
    CONDITION_FAILED,
    Key,
    OutcomeUnknown,
    Table,
    Throttled,
    TransactionCancelled,
    Write,
)

MAX_ATTEMPTS = 15
MAX_SECONDS = 2.0
FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.25
_JITTER = random.SystemRandom()


class Outdated(Exception):
    """What a decision would rest on changed while it was read: worth another attempt."""


class Means(Protocol):
    @property
    def table(self) -> Table: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def ids(self) -> Ids: ...


class Limited(Protocol):
    """What a plan takes of things that are limited for all, without having read them."""

    def look(self, refused: frozenset[Key]) -> None:
        """The condition of these writes has failed: find out what is left, so that the next decision knows."""

    def foresee(self) -> bool:
        """Whether the plan would get what it takes; where not, the next decision knows. Nothing is written."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plan:
    """What one attempt would write. `entry` is the main entry, which the answer is made from and by which a lost answer
    is recognised. `done_if` names the keys whose failed condition means that this command was carried out before.
    `limited` is asked about whatever of its own was refused, before it is decided anew."""

    entry: Entry
    writes: tuple[Write, ...]
    done_if: frozenset[Key] = frozenset()
    limited: Limited | None = None


AnswerT = TypeVar("AnswerT")
FoundT = TypeVar("FoundT")


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
    A dry run answers what the command would, from the same decision and the same memory, and writes nothing.
    """
    run = _Run(means, command, decide, recall)
    outcome = persist(means, run.attempt) or run.last_look()
    if outcome is None:
        raise busy()
    entry, replayed = outcome
    return Committed(answer(entry), replayed)


def read_patiently(means: Means, read: Callable[[], FoundT]) -> FoundT:
    """For what an operation reads before its commit: as patient with the table as the commit is, then Busy."""

    def attempt() -> tuple[FoundT] | None:
        try:
            return (read(),)
        except (Throttled, OutcomeUnknown):
            return None

    found = persist(means, attempt)
    if found is None:
        raise busy()
    return found[0]


def settle(means: Means, decide: Callable[[], tuple[FoundT, Sequence[Write]]]) -> FoundT:
    """For items without a journal: write what `decide` says, from what it then reads, and answer as it does; then Busy.

    An answer may be lost after its write was applied: `decide` must recognise its own work and then write nothing.
    """

    def attempt() -> tuple[FoundT] | None:
        try:
            answer, writes = decide()
            if writes:
                means.table.transact(writes, means.ids.command())
        except (Throttled, OutcomeUnknown, TransactionCancelled):
            return None
        return (answer,)

    settled = persist(means, attempt)
    if settled is None:
        raise busy()
    return settled[0]


@dataclass(slots=True, eq=False, repr=False)
class _Run:
    means: Means
    command: Command
    decide: Callable[[], Plan]
    recall: Callable[[], Entry | None]
    doubts: list[Entry] = field(default_factory=list)  # entries whose transaction lost its answer
    taken: frozenset[Key] = frozenset()

    def attempt(self) -> tuple[Entry, bool] | None:
        """The entry and whether it was made by an earlier run; None when it is worth another attempt."""
        try:
            return self._planned()
        except (Throttled, OutcomeUnknown, Outdated):
            return None

    def last_look(self) -> tuple[Entry, bool] | None:
        """The answer of the last attempt may have been lost as well."""
        try:
            return self._settled()
        except (Throttled, OutcomeUnknown):
            return None

    def _settled(self) -> tuple[Entry, bool] | None:
        """A lost answer may come true late: look at every place where it would show.

        Always after a decision has read what it rests on, never before: a transaction that arrives between look and
        read would be decided upon as if it were somebody else's, and carried out twice. One that arrives after the read
        meets the conditions of the next. By its hash, not its command: another run of the command may stand there.
        """
        for entry in self.doubts:
            stored = self.means.table.get(entry.key)
            if stored is not None and hash_of(stored) == entry.hash:
                return entry, False
        return None

    def _carried_out(self) -> tuple[Entry, bool] | None:
        """Asked when this attempt cannot go on: has the command been carried out, late by this run or by one before?"""
        own = self._settled()
        if own is not None:
            return own
        before = self.recall()
        return None if before is None else (before, True)

    def _planned(self) -> tuple[Entry, bool] | None:
        try:
            plan = self.decide()
        except StampbookError:
            carried_out = self._carried_out()
            if carried_out is None:
                raise
            return carried_out
        if self.command.dry_run:
            return self._carried_out() or self._foreseen(plan)
        return self._settled() or self._written(plan)

    def _foreseen(self, plan: Plan) -> tuple[Entry, bool] | None:
        return (plan.entry, False) if plan.limited is None or plan.limited.foresee() else None

    def _must_not_stand_before(self, taken: frozenset[Key]) -> None:
        """DamagedItemError where that is so twice in a row: the item that the journal leads up to is gone, or is an old one."""
        if taken and taken == self.taken:
            keys = ", ".join(f"{key.pk} {key.sk}" for key in taken)
            raise DamagedItemError(f"{keys}: is there already, and what it leads up to is gone or stands before it")
        self.taken = taken

    def _written(self, plan: Plan) -> tuple[Entry, bool] | None:
        try:
            self.means.table.transact(plan.writes, self.means.ids.command())
        except TransactionCancelled as cancelled:
            failed = {write.key for write, reason in zip(plan.writes, cancelled.reasons, strict=True) if reason}
            if failed & plan.done_if:
                return self._carried_out()
            self._must_not_stand_before(taken_entries(plan, cancelled))
            if plan.limited is not None:
                plan.limited.look(refused(plan, cancelled))
            return None
        except OutcomeUnknown:
            self.doubts.append(plan.entry)
            return None
        return plan.entry, False


def refused(plan: Plan, cancelled: TransactionCancelled) -> frozenset[Key]:
    """Writes whose own condition failed, and not the haste of others."""
    reasons = zip(plan.writes, cancelled.reasons, strict=True)
    return frozenset(write.key for write, reason in reasons if reason == CONDITION_FAILED)


def taken_entries(plan: Plan, cancelled: TransactionCancelled) -> frozenset[Key]:
    """The places of new entries, where nothing failed but that somebody's entry is in them: whatever these entries belong to
    stands as it was read, and everybody who writes an entry moves it in the same transaction."""
    failed = [
        (write, reason) for write, reason in zip(plan.writes, cancelled.reasons, strict=True) if reason is not None
    ]
    taken = [write.key for write, reason in failed if reason == CONDITION_FAILED and is_new_entry(write)]
    return frozenset(taken) if len(taken) == len(failed) else frozenset()


def persist(means: Means, attempt: Callable[[], FoundT | None]) -> FoundT | None:
    """Attempt until there is an outcome; None when patience is at its end. Bounds for writes that are no command, too."""
    started = means.clock.monotonic()
    for count in range(MAX_ATTEMPTS):
        outcome = attempt()
        if outcome is not None:
            return outcome
        pause = _pause(count)
        if means.clock.monotonic() - started + pause > MAX_SECONDS:
            return None
        means.clock.sleep(pause)
    return None


def busy() -> Busy:
    return Busy("busy", "Too many changes at once to the same data. Send the request again, with the same key.")


def _pause(attempt: int) -> float:
    """Full jitter: many writers that collide once should not collide again."""
    return _JITTER.uniform(0, min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt))
