"""Read what came to a wallet and went from it by day, month or year; in periods to come, what time alone will do.

reads    1 BatchGet of profile and account, 1 Query a MB of entries, newest first, back to the first that matters

Everything counts on the day on which it took effect, whenever it was recorded (value_days): so a period that is over changes
by what arrives late alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, foreseen
from chalicelib.flows.histogram import Bar, Bars, Span, Step, bars_of
from chalicelib.flows.lost_account import open_to_read
from chalicelib.flows.terms import terms_of
from chalicelib.flows.value_days import counted_days, recorded_since
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import day_starts, local_day
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, entries_query, entry_from
from chalicelib.table.pages import every_item


class Histogram(Frozen):
    unit: str
    decimals: int
    items: tuple[Bar, ...]


def read_histogram(
    rt: Runtime, caller: Caller, of: tuple[str, int], unit: str | None, span: Span, by: Step = "month"
) -> Histogram:
    """`of` is member and program, `span` the first and the last local day: twelve months up to this one, unless it is
    said. The unit is the program's first, unless it is said. NotFound: member, program. Refuses `unknown_unit`;
    InvalidInput `invalid_span` (ends before it begins, or has more than 400 periods)."""
    terms, now = terms_of(rt, caller.tenant, of[1]), rt.clock.now()
    bars = bars_of(terms, unit, span, by, now)
    opened = open_to_read(rt, caller.tenant, *of)
    since = recorded_since(bars.first, bars.zone)
    for entry in entries_since(rt, caller.tenant, of, opened.head.version, since):
        for body, day in zip(entry.facts, counted_days(entry), strict=True):
            bars.count(body, day)
    _foresee(bars, opened.account)
    return Histogram(unit=bars.unit.code, decimals=bars.unit.decimals, items=bars.told(now))


def entries_since(rt: Runtime, tenant: str, of: tuple[str, int], version: int, since: Instant) -> Iterator[Entry]:
    """Newest first."""
    stream = accounts.stream(tenant, *of)
    for attrs in every_item(rt.table, entries_query(stream, 1, max(version, 1), reverse=True)):
        entry = entry_from(stream, attrs)
        if entry.recorded_at < since:
            return
        yield entry


def _foresee(bars: Bars, account: Account) -> None:
    """Nothing else happens: what comes counts when it does, what passes on the day after its last, or when it comes back
    too late."""
    end = day_starts(bars.last + 1, bars.zone)
    for one in takewhile(lambda one: one.at < end, foreseen(account)):
        if one.unit == bars.unit.code:
            last = None if one.comes or one.too_late else one.day
            day = local_day(one.at, bars.zone) if last is None else last + 1
            bars.add(day, "earned" if one.comes else "expired", one.amount)
