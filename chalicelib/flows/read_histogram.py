"""Read what came to a wallet and went from it by day, month or year; in periods to come, what time alone will do.

reads    1 BatchGet of profile and account, 1 Query a MB of entries, newest first, back to the first that matters

A purchase counts in the period of its value time, whenever it was recorded; what expires, on the day after its last.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, foreseen
from chalicelib.areas.feeds.model import on_their_days
from chalicelib.flows.histogram import Bar, Bars, Span, Step, bars_of
from chalicelib.flows.opened import open_account
from chalicelib.flows.terms import terms_of
from chalicelib.flows.value_days import recorded_since
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import encode
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
    opened = open_account(rt, caller.tenant, *of)
    since = recorded_since(bars.first, bars.zone)
    for entry in _entries(rt, caller.tenant, of, opened.head.version, since):
        told = entry.header.get("day")
        own = local_day(entry.effective_at, bars.zone) if told is None else told
        for body, day in on_their_days(entry.facts, own, entry.header.get("came_on", ())):
            bars.count(body, day)
    _foresee(bars, opened.account)
    return Histogram(unit=bars.unit.code, decimals=bars.unit.decimals, items=bars.told(now))


def _entries(rt: Runtime, tenant: str, of: tuple[str, int], version: int, since: Instant) -> Iterator[Entry]:
    """Newest first."""
    stream = accounts.stream(tenant, *of)
    for attrs in every_item(rt.table, entries_query(stream, 1, max(version, 1), reverse=True)):
        entry = entry_from(stream, attrs)
        if entry.recorded_at < since:
            return
        yield entry


def _foresee(bars: Bars, account: Account) -> None:
    """Nothing else happens: a copy goes on, from one due instant to the next."""
    for due, fact in foreseen(account, day_starts(bars.last + 1, bars.zone) - 1):
        bars.count(encode(fact), local_day(due, bars.zone))
