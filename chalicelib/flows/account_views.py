"""What flows on accounts answer: made from the entry alone, so a repeat says what the first call said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.kit.base import Frozen
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.kit.wire import CalendarDay
from chalicelib.table.journal import Entry

ADDRESSABLE = (
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


class LineAmount(Frozen):
    line_no: int
    amount: int


class Earning(Frozen):
    """One credit. `earning_id` names it for ever (none in a simulation); amounts are in the unit's smallest part."""

    earning_id: str | None
    unit: str
    amount: int
    rule_id: str | None
    expires_on: CalendarDay | None
    lines: tuple[LineAmount, ...] = ()


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


class Standing(Frozen):
    """How the account stood right after the operation."""

    balances: dict[str, int]
    tier: str | None


def facts_of(entry: Entry) -> tuple[Fact, ...]:
    return tuple(VOCABULARY.decode(body) for body in entry.facts)


def earnings_of(entry: Entry) -> tuple[Earning, ...]:
    return tuple(_earnings(entry))


def expiries_of(entry: Entry) -> tuple[Expired, ...]:
    facts = [fact for fact in facts_of(entry) if isinstance(fact, f.PointsExpired)]
    return tuple(Expired(unit=fact.unit, amount=fact.amount, expires_on=fact.expires_on) for fact in facts)


def cancelled_of(entry: Entry) -> tuple[Cancelled, ...]:
    facts = [fact for fact in facts_of(entry) if isinstance(fact, f.PointsCancelled)]
    return tuple(
        Cancelled(unit=fact.unit, amount=fact.amount, short=fact.short, rule_id=fact.rule or None) for fact in facts
    )


def standing_of(entry: Entry) -> Standing:
    after: Any = entry.header["after"]
    return Standing(balances=after["balances"], tier=after["tier"] or None)


def id_of(entry: Entry, fact: Fact | None = None) -> str:
    """Of the entry as a whole (fact 0), or of one of its facts that can be undone, counted from 1."""
    owner = entry.stream.pk.rsplit("#", 1)[1]
    number = 0 if fact is None else 1 + _addressable(entry).index(fact)
    return entry_id(EntryRef(owner, entry.stream.program, entry.sequence, number))


def _addressable(entry: Entry) -> list[Fact]:
    """Expiries have no ids, nor has what time brings: there may be hundreds in one entry, and nobody undoes them."""
    return [fact for fact in facts_of(entry) if isinstance(fact, ADDRESSABLE)]


def _earnings(entry: Entry) -> Iterator[Earning]:
    for fact in facts_of(entry):
        if isinstance(fact, f.PointsEarned):
            yield Earning(
                earning_id=id_of(entry, fact),
                unit=fact.unit,
                amount=fact.amount,
                rule_id=fact.rule or None,
                expires_on=fact.expires_on,
                lines=tuple(LineAmount(line_no=line_no, amount=amount) for line_no, amount in fact.lines),
            )
