"""Laws of the days on which things happened, whenever somebody came to write them down: reckoned from facts alone.

What was told of days that are over stays as it was, whatever else happens and whether or not somebody settles what is due.
But for a purchase or return that is recorded late: it changes its own day, and those since on which what it brought passed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from chalicelib.areas.accounts.model import Account, foreseen
from chalicelib.areas.accounts.model import facts as f
from chalicelib.kit.facts import Fact
from chalicelib.table.journal import Entry
from tests.simulation.law import law
from tests.simulation.reckoned import date_of, day_at

Days = Counter[tuple[str, int, str]]  # how much of a unit, on a day, of a kind
KINDS: dict[type[Fact], str] = {
    f.PointsEarned: "earned",
    f.PointsActivated: "earned",
    f.PointsGranted: "granted",
    f.PointsReceived: "received",
    f.PointsRefunded: "refunded",
    f.PointsSpent: "spent",
    f.PointsCaptured: "spent",
    f.PointsDeducted: "deducted",
    f.PointsSent: "sent",
    f.PointsExpired: "expired",
    f.PointsCancelled: "cancelled",
    f.PointsConverted: "converted",
    f.PointsPromised: "pending",
}
DOCUMENTS = ("record_event", "record_order", "return_order")


def days_of(entry: Entry, facts: Iterable[Fact], zone: str) -> Iterator[int]:
    """On which each fact of an entry took effect. A debt is paid by what came just before."""
    own = paid = day_at(entry.effective_at, zone)
    for fact in facts:
        day = paid if isinstance(fact, f.DebtSettled) else _day_of(fact, own, zone)
        paid = paid if isinstance(fact, f.PointsExtended) else day
        yield day


def told_by(facts: Iterable[Fact], days: Iterable[int]) -> Days:
    """What the facts of an entry add to days."""
    return _days(zip(facts, days, strict=True))


def ahead_of(account: Account, until: int, zone: str) -> Days:
    """What time alone adds to days by an instant."""
    days: Days = Counter()
    for one in takewhile(lambda one: one.at <= until, foreseen(account)):
        last = None if one.comes or one.too_late else one.day
        day = day_at(one.at, zone) if last is None else last + 1
        days[one.unit, day, "earned" if one.comes else "expired"] += one.amount
    return days


def is_late(entry: Entry, zone: str) -> bool:
    """A document of a day that is over when it comes."""
    return entry.header["operation"] in DOCUMENTS and day_at(entry.effective_at, zone) < day_at(entry.recorded_at, zone)


def ask_days(before: Account, after: Account, entry: Entry, told: Days, zone: str) -> None:
    """Of one entry, which is all that lies between the two."""
    now = entry.recorded_at
    changed = Counter(told)
    changed.update(ahead_of(after, now, zone))
    changed.subtract(ahead_of(before, now, zone))
    today, own = day_at(now, zone), day_at(entry.effective_at, zone)
    for (unit, day, kind), amount in changed.items():
        law(
            not amount or day >= today or (is_late(entry, zone) and day >= own),
            f"{entry.header['operation']} of {date_of(own)} makes the {unit} {kind} on {date_of(day)} {amount} more",
        )


def _days(told: Iterable[tuple[Fact, int]]) -> Days:
    days: Days = Counter()
    for fact, day in told:
        for unit, kind, amount in _of(fact):
            days[unit, day, kind] += amount
    return days


def _of(fact: Any) -> Iterator[tuple[str, str, int]]:
    if type(fact) in KINDS:
        yield fact.unit, KINDS[type(fact)], fact.amount
    if isinstance(fact, f.PointsConverted):
        yield fact.into, "gained", fact.gained


def _day_of(fact: Fact, own: int, zone: str) -> int:
    """What passes with its last day is gone on the day after it; what came or lapsed by time, or came back too late, when
    it did."""
    if isinstance(fact, f.PointsEarned | f.PointsActivated | f.PointsExpired) and fact.came_at is not None:
        return day_at(fact.came_at, zone)
    if isinstance(fact, f.PointsReleased) and fact.lapsed_at is not None:
        return day_at(fact.lapsed_at, zone)
    if isinstance(fact, f.PointsExpired) and fact.undoes is None and fact.expires_on is not None:
        return fact.expires_on + 1
    return own
