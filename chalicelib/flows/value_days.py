"""The local day on which each fact of an entry took effect, whenever somebody came to write it down.

What passes with its last day is gone on the day after it, or when it came back, where that is later; what time brings,
lets lapse or decides of a tier says its instant; everything else is of the value time of its entry: of the purchase, the
return, the moment at which it was asked for. Entries of an older release do not tell all instants: there it is the entry's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.facts import Body
from chalicelib.kit.periods import Day, day_starts, local_day
from chalicelib.table.journal import Entry

SILENT = frozenset(("account.advanced", "points.extended", "tier.reviewed"))  # no statement has a line for these
_INSTANTS: Mapping[str, str] = {
    "points.activated": "came_at",
    "points.released": "lapsed_at",
    "tier.changed": "at",
    "tier.unpinned": "ended_at",
}
_ZONES_APART_MS = 26 * 3_600_000


def days_of(entry: Entry, zone: str) -> Iterator[Day]:
    """One for each fact, in their order. What follows from a fact is of no day before it."""
    told = entry.header.get("day")
    own = local_day(entry.effective_at, zone) if told is None else int(told)
    before: Day | None = None
    for body in entry.facts:
        day = _day_of(body, own, before, zone)
        yield day
        if body["type"] not in SILENT:
            before = day


def recorded_since(day: Day, zone: str) -> Instant:
    """When at the earliest it was written down what took effect on this day or a later one: never before it did, but for a
    till that is fast, and an entry keeps the day that it had where the program was then."""
    return day_starts(day, zone) - _ZONES_APART_MS - FUTURE_TOLERANCE_MS


def _day_of(body: Body, own: Day, before: Day | None, zone: str) -> Day:
    kind = body["type"]
    at = body.get(_INSTANTS[kind]) if kind in _INSTANTS else None
    if at is not None:
        return local_day(at, zone)
    if kind == "debt.settled":
        return own if before is None else before
    last: Day | None = body.get("expires_on") if kind == "points.expired" and body.get("undoes") is None else None
    if last is None:
        return own
    return last + 1 if before is None else max(last + 1, before)
