"""Read what came to a wallet and went from it by day, month or year; in periods to come, what time alone will do.

reads    1 BatchGet of profile and account, 1 Query a MB of entries, newest first, back to the first that matters

A purchase counts in the period of its value time, whenever it was recorded; what expires, on the day after its last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import VOCABULARY, Account, Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.errors import InvalidInput
from chalicelib.flows.opened import open_account
from chalicelib.flows.terms import Terms, period_name, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import FUTURE_TOLERANCE_MS, Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day, date_of, day_of, day_starts, local_day, month_end
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, entries_query, entry_from
from chalicelib.table.pages import every_item

Step = Literal["day", "month", "year"]
MAX_BARS = 400
_KINDS: dict[type[Fact], str] = {
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
    f.PointsPromised: "pending",
}


class Bar(Frozen):
    """One period, by its name (`2026-11-22`, `2026-11`, `2026`): `pending` is what was promised in it, all else what
    was or will be available or gone. `foreseen`: it is not over, and time alone will do what of it lies ahead."""

    period: str
    foreseen: bool
    earned: int
    granted: int
    received: int
    refunded: int
    gained: int
    spent: int
    deducted: int
    sent: int
    converted: int
    expired: int
    cancelled: int
    pending: int


class Histogram(Frozen):
    unit: str
    decimals: int
    items: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class _Bars:
    unit: str
    by: Step
    zone: str
    sums: Mapping[str, Counter[str]]

    def count(self, fact: Fact, at: Instant) -> None:
        """What expired did so on the day after its last, whenever somebody came to say so."""
        day = local_day(at, self.zone)
        if isinstance(fact, f.PointsExpired) and fact.undoes is None and fact.expires_on is not None:
            day = fact.expires_on + 1
        counts = self.sums.get(period_name(self.by, day))
        if counts is None:
            return
        if isinstance(fact, f.PointsConverted):
            counts["converted"] += fact.amount if fact.unit == self.unit else 0
            counts["gained"] += fact.gained if fact.into == self.unit else 0
        elif type(fact) in _KINDS and getattr(fact, "unit", None) == self.unit:
            counts[_KINDS[type(fact)]] += getattr(fact, "amount", 0)


def read_histogram(
    rt: Runtime,
    caller: Caller,
    of: tuple[str, int],
    unit: str | None,
    span: tuple[Day | None, Day | None],
    by: Step = "month",
) -> Histogram:
    """`of` is member and program, `span` the first and the last local day: twelve months up to this one, unless it is
    said. The unit is the program's first, unless it is said. NotFound: member, program. Refuses `unknown_unit`;
    InvalidInput `invalid_span` (ends before it begins, or has more than 400 periods)."""
    terms, now = terms_of(rt, caller.tenant, of[1]), rt.clock.now()
    known = terms.program.unit(unit or terms.program.units[0].code)
    last = month_end(terms.day(now), 0) if span[1] is None else span[1]
    first = month_end(last, -12) + 1 if span[0] is None else span[0]
    names = _names(first, last, by)
    opened = open_account(rt, caller.tenant, *of)
    bars = _Bars(known.code, by, terms.program.zone, {name: Counter() for name in names})
    for entry in _entries(rt, caller.tenant, of, opened.head.version, day_starts(first, terms.program.zone)):
        for body in entry.facts:
            bars.count(VOCABULARY.decode(body), entry.effective_at)
    _foresee(bars, terms, opened.account, day_starts(last + 1, terms.program.zone) - 1)
    ends = {name: day_starts(day + 1, terms.program.zone) for name, day in names.items()}
    return Histogram(
        unit=known.code,
        decimals=known.decimals,
        items=tuple(_bar(name, ends[name] > now, counts) for name, counts in bars.sums.items()),
    )


def _names(first: Day, last: Day, by: Step) -> dict[str, Day]:
    """The periods in their order, each with its last day."""
    if last < first:
        raise InvalidInput("invalid_span", "A span must not end before it begins.", param="until")
    names: dict[str, Day] = {}
    day = first
    while day <= last:
        end = _last_day(day, by)
        names[period_name(by, day)] = end
        if len(names) > MAX_BARS:
            raise InvalidInput("invalid_span", f"A histogram has at most {MAX_BARS} periods.", param="until")
        day = end + 1
    return names


def _last_day(day: Day, by: Step) -> Day:
    date = date_of(day)
    if by == "day":
        return day
    if by == "year":
        return day_of(date.replace(month=12, day=31))
    following = date.replace(year=date.year + date.month // 12, month=date.month % 12 + 1, day=1)
    return day_of(following) - 1


def _entries(rt: Runtime, tenant: str, of: tuple[str, int], version: int, since: Instant) -> Iterator[Entry]:
    """Newest first. An entry is of no time after its recording, but for a till that is fast: those recorded before `since` are of before it."""
    stream = accounts.stream(tenant, *of)
    for attrs in every_item(rt.table, entries_query(stream, 1, max(version, 1), reverse=True)):
        entry = entry_from(stream, attrs)
        if entry.recorded_at < since - FUTURE_TOLERANCE_MS:
            return
        yield entry


def _foresee(bars: _Bars, terms: Terms, account: Account, end: Instant) -> None:
    """Nothing else happens: a copy goes on, from one due instant to the next."""
    while (due := account.next_due_at) is not None and due <= end:
        story = terms.advance(Story(account), due)
        for fact in story.facts:
            bars.count(fact, due)
        account = story.account


def _bar(name: str, foreseen: bool, counts: Counter[str]) -> Bar:
    totals = {kind: counts[kind] for kind in Bar.model_fields if kind not in ("period", "foreseen")}
    return Bar(period=name, foreseen=foreseen, **totals)
