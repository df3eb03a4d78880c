"""What flows on accounts answer: made from the entry alone, so a repeat says what the first call said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.kit.base import Frozen
from chalicelib.kit.facts import Body, Fact
from chalicelib.kit.ids import EntryRef, entry_id, owner_kind
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay, Time
from chalicelib.table.journal import Entry

FactT = TypeVar("FactT", bound=Fact)
_UNDOABLE = frozenset(
    fact.type
    for fact in (
        f.PointsEarned,
        f.PointsSpent,
        f.PointsCancelled,
        f.PointsGranted,
        f.PointsDeducted,
        f.PointsRefunded,
        f.PointsPromised,
        f.PointsHeld,
        f.PointsCaptured,
        f.PointsSent,
        f.PointsReceived,
        f.PointsConverted,
    )
)


class LineAmount(Frozen):
    line_no: int
    amount: int


class Earning(Frozen):
    """One credit. `earning_id` names it for ever (none in a simulation); amounts are in the unit's smallest part.
    A pending one can be used from `available_at` on, or when its event comes."""

    earning_id: str | None
    unit: str
    amount: int
    rule_id: str | None
    expires_on: CalendarDay | None
    lines: tuple[LineAmount, ...] = ()
    pending: bool = False
    available_at: Time | None = None
    event: str | None = None


class Capped(Frozen):
    """What a cap cut off: of a `transaction`, a `period` or the `balance`; or a limit of its rule: for each `member`, or its
    `budget`."""

    unit: str
    amount: int
    cap: str
    rule_id: str | None


class Expired(Frozen):
    unit: str
    amount: int
    expires_on: CalendarDay | None


class Cancelled(Frozen):
    """Taken back; `short` is what was due but no longer there."""

    unit: str
    amount: int
    short: int
    rule_id: str | None


class PaidBack(Frozen):
    """Points that had paid for it."""

    unit: str
    amount: int


class CalledOff(Frozen):
    """Pending earnings, or a part of them, that will not come."""

    unit: str
    amount: int
    rule_id: str | None


class Hold(Frozen):
    """Points set aside. `hold_id` is its number in the account, `amount` what it still has; one without `lapses_at`
    stands until it is captured or released."""

    hold_id: int
    unit: str
    amount: int
    lapses_at: Time | None


class Standing(Frozen):
    """How the account stood right after the operation, when it was recorded."""

    balances: dict[str, int]
    tier: str | None


def owner_of(entry: Entry) -> str:
    """Whose account an entry is of."""
    return entry.stream.pk.rsplit("#", 1)[1]


def group_of(entry: Entry) -> str | None:
    """The group whose account an entry is of; None for a member's."""
    owner = owner_of(entry)
    return owner if owner_kind(owner) == "group" else None


def facts_of(entry: Entry, of: type[FactT]) -> tuple[FactT, ...]:
    """Those of one type: nothing else of the entry is decoded."""
    return tuple(fact for _, fact in numbered(entry, of))


def numbered(entry: Entry, of: type[FactT]) -> Iterator[tuple[int, FactT]]:
    """The facts of one type, each with its number among those of the entry that can be undone, from 1. Expiries and what
    else nobody undoes have none (0): there may be hundreds of them in one entry."""
    for number, body in numbered_bodies(entry):
        if body["type"] == of.type:
            fact = VOCABULARY.decode(body)
            assert isinstance(fact, of)  # noqa: S101 - the vocabulary has one class for a type
            yield number, fact


def numbered_bodies(entry: Entry, facts: Iterable[Body] | None = None) -> Iterator[tuple[int, Body]]:
    """Every fact as it is written, or as these have it, numbered as above."""
    number = 0
    for body in entry.facts if facts is None else facts:
        undoable = body["type"] in _UNDOABLE
        number += undoable
        yield number if undoable else 0, body


def earnings_of(entry: Entry) -> tuple[Earning, ...]:
    given: list[tuple[int, f.PointsEarned | f.PointsPromised]] = [
        *numbered(entry, f.PointsEarned),
        *numbered(entry, f.PointsPromised),
    ]
    return tuple(
        Earning(
            earning_id=id_of(entry, number),
            unit=fact.unit,
            amount=fact.amount,
            rule_id=fact.rule or None,
            expires_on=fact.expires_on,
            lines=tuple(LineAmount(line_no=line_no, amount=amount) for line_no, amount in fact.lines),
            pending=isinstance(fact, f.PointsPromised),
            available_at=fact.releases_at if isinstance(fact, f.PointsPromised) else None,
            event=(fact.event or None) if isinstance(fact, f.PointsPromised) else None,
        )
        for number, fact in sorted(given, key=lambda one: one[0])
    )


def capped_of(entry: Entry) -> tuple[Capped, ...]:
    return tuple(map(capped_told, facts_of(entry, f.PointsCapped)))


def capped_told(fact: f.PointsCapped) -> Capped:
    return Capped(unit=fact.unit, amount=fact.amount, cap=fact.cap, rule_id=fact.rule or None)


def expiries_of(entry: Entry) -> tuple[Expired, ...]:
    facts = facts_of(entry, f.PointsExpired)
    return tuple(Expired(unit=fact.unit, amount=fact.amount, expires_on=fact.expires_on) for fact in facts)


def cancelled_of(entry: Entry) -> tuple[Cancelled, ...]:
    facts = facts_of(entry, f.PointsCancelled)
    return tuple(
        Cancelled(unit=fact.unit, amount=fact.amount, short=fact.short, rule_id=fact.rule or None) for fact in facts
    )


def given_back_of(entry: Entry) -> tuple[PaidBack, ...]:
    return tuple(PaidBack(unit=fact.unit, amount=fact.amount) for fact in facts_of(entry, f.PointsRefunded))


def called_off_of(entry: Entry) -> tuple[CalledOff, ...]:
    facts = facts_of(entry, f.PromiseCancelled)
    return tuple(CalledOff(unit=fact.unit, amount=fact.amount, rule_id=fact.rule or None) for fact in facts)


def standing_of(entry: Entry) -> Standing:
    after: Any = entry.header["after"]
    told = after.get("now", after)
    return Standing(balances=told["balances"], tier=told["tier"] or None)


def pin_of(entry: Entry) -> tuple[bool, Day | None]:
    """Whether the account was pinned to its tier after the entry, and until when: None for good. One of before entries told
    it knows of the pin that it set itself, unless that ended in it."""
    after: Any = entry.header["after"]
    if "pinned" in after:
        return True, after["pinned"]
    told = [body for body in entry.facts if body["type"] in (f.TierPinned.type, f.TierUnpinned.type)]
    last = VOCABULARY.decode(told[-1]) if told else None
    return (True, last.until) if isinstance(last, f.TierPinned) else (False, None)


def left_in_hold(entry: Entry, hold_id: int) -> int:
    """What a hold that the entry tells of still had after it."""
    after: Any = entry.header["after"]
    return int(after["holds"][str(hold_id)])


def id_of(entry: Entry, number: int = 0) -> str:
    """Of the entry as a whole, or of its fact of this number."""
    owner = entry.stream.pk.rsplit("#", 1)[1]
    return entry_id(EntryRef(owner, entry.stream.program, entry.sequence, number))
