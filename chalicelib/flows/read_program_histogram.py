"""Read what came to all wallets of a program and went from them by day, month or year, and what time alone will do: from
counters.

reads    1 Query of the tenant's counts by day, a MB a request

The counters move in the very transaction that puts an entry into the feed: they are as far as the feed is, and are the sum
of the histograms of all accounts. A day is the one on which a fact took effect where the program was then (value_days).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import COUNTED_BY_DAY, day_and_kind, day_expiring, instant_ahead
from chalicelib.flows.histogram import Bar, Bars, Span, Step, bars_of
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.pages import every_item


class ProgramHistogram(Frozen):
    """`uncounted_entries` are those of the whole tenant, whatever they are about, of which nothing is in it: counted by an
    older release, or not readable by this one. Counting anew brings it to zero."""

    program_id: int
    unit: str
    decimals: int
    uncounted_entries: int
    items: tuple[Bar, ...]


def read_program_histogram(
    rt: Runtime, caller: Caller, program_id: int, unit: str | None, span: Span, by: Step = "month"
) -> ProgramHistogram:
    """As `read_histogram` of an account. NotFound: program. Refuses `unknown_unit`; InvalidInput `invalid_span`."""
    terms, now = terms_of(rt, caller.tenant, program_id), rt.clock.now()
    bars = bars_of(terms, unit, span, by, now)
    total: Counter[str] = Counter()
    for attrs in every_item(rt.table, store.every_day_query(caller.tenant)):
        total.update(store.counts_from(attrs))
    _count(bars, f"{program_id}/{bars.unit.code}", total)
    return ProgramHistogram(
        program_id=program_id,
        unit=bars.unit.code,
        decimals=bars.unit.decimals,
        uncounted_entries=total["entries"] - total[COUNTED_BY_DAY] + total["entries_unreadable"],
        items=bars.told(now),
    )


def _count(bars: Bars, of: str, total: Mapping[str, int]) -> None:
    """What passes with its last day is gone on the day after it."""
    for name, amount in total.items():
        if name.startswith(f"day/{of}/"):
            bars.add(*day_and_kind(name), amount)
        elif name.startswith(f"expiring/{of}/"):
            bars.add(day_expiring(name) + 1, "expired", amount)
        elif name.startswith(f"coming/{of}/"):
            bars.add(local_day(instant_ahead(name), bars.zone), "earned", amount)
        elif name.startswith(f"passing/{of}/"):
            bars.add(local_day(instant_ahead(name), bars.zone), "expired", amount)
