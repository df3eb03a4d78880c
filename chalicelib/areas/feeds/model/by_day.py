"""What came to wallets and went from them, by the local day on which it counts; and what time alone will do, by when.

Of each program and unit there are, in the unit's smallest part,

    day/{program}/{unit}/{day}/{kind}         what happened, in the words of KINDS
    expiring/{program}/{unit}/{day}           what time alone will let pass with its last day
    coming/{program}/{unit}/{instant}         what time alone will make available at that instant
    passing/{program}/{unit}/{instant}        what of it, or of what is held, comes too late then and passes at once

and each is the sum of the same over all accounts. What lots hold is in the facts (liability); what waits for an instant,
or is held until one, an entry tells itself, as what it changes: `ahead`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib.areas.feeds.model.liability import Change
from chalicelib.kit.clock import Instant, instant, moment
from chalicelib.kit.facts import Body
from chalicelib.kit.periods import QUARTER_MS, Day, day_of, iso_day

KINDS = {
    "points.earned": "earned",
    "points.activated": "earned",
    "points.granted": "granted",
    "points.received": "received",
    "points.refunded": "refunded",
    "points.spent": "spent",
    "points.captured": "spent",
    "points.deducted": "deducted",
    "points.sent": "sent",
    "points.expired": "expired",
    "points.cancelled": "cancelled",
    "points.converted": "converted",
    "points.promised": "pending",
}

Happened = tuple[Day, str, str, int]  # when, unit, kind, amount


class Told(NamedTuple):
    """An entry as far as it is counted: `days` are the local ones on which its facts took effect, one for each, `ahead` what
    it changes of what time alone will do to what is promised or held: what, unit, day or quarter of an hour, and how much;
    `counted_of` the segments that its buyer was in, of those of which orders are counted."""

    program: int
    facts: Sequence[Body]
    days: Sequence[Day]
    ahead: Sequence[tuple[str, str, int, int]] = ()
    counted_of: Sequence[str] = ()


def happened(fact: Body, day: Day) -> Iterator[Happened]:
    """What a fact of this day counts as."""
    kind = KINDS.get(fact["type"])
    if kind is None:
        return
    yield day, fact["unit"], kind, fact["amount"]
    if kind == "converted":
        yield day, fact["into"], "gained", fact["gained"]


def by_day(told: Told) -> Iterator[Change]:
    """What an entry changes, by the names of counts, beside what lots hold."""
    for fact, on in zip(told.facts, told.days, strict=True):
        if fact["type"] in KINDS:
            for day, unit, kind, amount in happened(fact, on):
                yield f"day/{told.program}/{unit}/{iso_day(day)}/{kind}", amount
    for what, unit, when, amount in told.ahead:
        yield f"{what}/{told.program}/{unit}/{_AHEAD[what](when)}", amount


@lru_cache(maxsize=10_000)
def quarter_name(quarter: int) -> str:
    """As 2026-07-01T22:00Z."""
    return f"{moment(quarter * QUARTER_MS):%Y-%m-%dT%H:%MZ}"


def day_and_kind(name: str) -> tuple[Day, str]:
    """Of a count's name that begins with `day/`."""
    *_, day, kind = name.split("/")
    return _day(day), kind


def day_expiring(name: str) -> Day:
    return _day(name.rpartition("/")[2])


def instant_ahead(name: str) -> Instant:
    """Of a count's name that begins with `coming/` or `passing/`."""
    return instant(datetime.fromisoformat(name.rpartition("/")[2]))


def _day(text: str) -> Day:
    return day_of(date.fromisoformat(text))


_AHEAD: dict[str, Any] = {"expiring": iso_day, "coming": quarter_name, "passing": quarter_name}
