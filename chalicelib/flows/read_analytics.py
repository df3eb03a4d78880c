"""Read what became of a tenant's members, orders, tiers and referrals, and what a segment bought, by day, week, month or year: from counters.

reads    1 Query of the tenant's counts by day, a MB a request: of those since the first day asked for, where no total is told

The counters move in the very transaction that puts an entry into the feed: they are as far as the feed is, and nothing is in
them twice. A day is the one on which a fact took effect where the program was then (value_days); who enrolled, and whom
members brought in, by UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import ANALYSED
from chalicelib.areas.programs import store as programs
from chalicelib.areas.segments import store as segments
from chalicelib.areas.tiers import store as tiers
from chalicelib.flows.histogram import Span, Step, periods_of, span_of
from chalicelib.kit.amounts import rounded
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day, local_day, parse_day, period_of
from chalicelib.runtime import Runtime
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Query

BarT = TypeVar("BarT", "OrderBar", "SegmentBar")
DAYS_APART = 2  # at most, of a day in any zone and the UTC day on which it was recorded, however fast a till's clock


class EnrolledBar(Frozen):
    """One period, by its name: `enrolled` are those who became members in it."""

    period: str
    enrolled: int


class MemberAnalytics(Frozen):
    """`members` are all who ever enrolled. `uncounted_entries`: those of the days read of which nothing is in it, for an older
    release counted them or this one cannot read them."""

    members: int
    uncounted_entries: int
    items: tuple[EnrolledBar, ...]


class OrderBar(Frozen):
    """One period: `orders` of members by day of purchase, what they came to, and on average; `returns` by the day of the return.
    `kept_…`: of whoever was no member when they were recorded."""

    period: str
    orders: int
    value: int
    average: int | None
    returns: int
    returned: int
    kept_orders: int
    kept_value: int
    kept_returns: int
    kept_returned: int


class CurrencyOrders(Frozen):
    """In the smallest part of the currency."""

    currency: str
    items: tuple[OrderBar, ...]


class OrderAnalytics(Frozen):
    """A currency in which nothing was bought or came back in these periods is left out."""

    program_id: int
    uncounted_entries: int
    currencies: tuple[CurrencyOrders, ...]


class SegmentBar(Frozen):
    """One period: what was bought by whoever was in the segment as they bought, by day of purchase. What came back is in it."""

    period: str
    orders: int
    value: int
    average: int | None


class CurrencyOfSegment(Frozen):
    currency: str
    items: tuple[SegmentBar, ...]


class SegmentMetrics(Frozen):
    """`counts_orders`: whether it is counted now."""

    segment_id: str
    program_id: int
    counts_orders: bool
    uncounted_entries: int
    currencies: tuple[CurrencyOfSegment, ...]


class TierNow(Frozen):
    """How many accounts, of members or groups, stand on a tier: as far as each has been brought."""

    tier_id: str
    accounts: int


class MovesOnTier(Frozen):
    tier_id: str
    joined: int
    left: int


class TierBar(Frozen):
    """One period: who came to stand on which tier in it, and who stands there no more. Tiers that nobody moved on are left out."""

    period: str
    tiers: tuple[MovesOnTier, ...]


class TierAnalytics(Frozen):
    program_id: int
    uncounted_entries: int
    tiers: tuple[TierNow, ...]
    items: tuple[TierBar, ...]


class ReferralBar(Frozen):
    period: str
    invited: int
    registered: int
    purchased: int
    expired: int


class ReferralAnalytics(Frozen):
    """The funnel: how often what happened, by the day on which it did."""

    uncounted_entries: int
    items: tuple[ReferralBar, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Periods from first to last, and how many counts of what kind are in each."""

    first: Day
    last: Day
    by: Step
    sums: Mapping[str, Counter[str]]

    @property
    def currencies(self) -> list[str]:
        """With which the kinds of orders begin."""
        return sorted({kind.split("/")[0] for sums in self.sums.values() for kind in sums})

    def add(self, day: str, kind: str, amount: int) -> None:
        number = parse_day(day)
        if number is not None and self.first <= number <= self.last:
            self.sums[period_of(self.by, number)][kind] += amount


def analyse_members(rt: Runtime, caller: Caller, span: Span, by: Step = "month") -> MemberAnalytics:
    """InvalidInput `invalid_span`."""
    asked = _asked(span, by, local_day(rt.clock.now(), "UTC"))
    total = _total(rt, store.every_day_query(caller.tenant))
    members = 0
    for (day,), amount in _under(total, "enrolled/"):
        members += amount
        asked.add(day, "enrolled", amount)
    items = tuple(EnrolledBar(period=name, enrolled=sums["enrolled"]) for name, sums in asked.sums.items())
    return MemberAnalytics(members=members, uncounted_entries=_uncounted(total), items=items)


def analyse_orders(rt: Runtime, caller: Caller, program_id: int, span: Span, by: Step = "month") -> OrderAnalytics:
    """NotFound: program. InvalidInput `invalid_span`."""
    program = programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    asked = _asked(span, by, local_day(rt.clock.now(), program.zone))
    total = _total(rt, _since(rt, caller.tenant, asked))
    for (currency, day, kind), amount in _under(total, f"orders/{program_id}/"):
        asked.add(day, f"{currency}/{kind}", amount)
    return OrderAnalytics(
        program_id=program_id,
        uncounted_entries=_uncounted(total),
        currencies=tuple(CurrencyOrders(currency=one, items=_bars(OrderBar, one, asked)) for one in asked.currencies),
    )


def measure_segment(
    rt: Runtime, caller: Caller, segment_id: str, program_id: int, span: Span, by: Step = "month"
) -> SegmentMetrics:
    """NotFound: segment, program. InvalidInput `invalid_span`."""
    config = rt.config.load(rt.table, caller.tenant)
    program, segment = programs.program(config, program_id), segments.segment(config, segment_id)
    asked = _asked(span, by, local_day(rt.clock.now(), program.zone))
    total = _total(rt, _since(rt, caller.tenant, asked))
    for (currency, day, kind), amount in _under(total, f"bought/{segment_id}/{program_id}/"):
        asked.add(day, f"{currency}/{kind}", amount)
    return SegmentMetrics(
        segment_id=segment_id,
        program_id=program_id,
        counts_orders=segment.counts_orders and segment.state == "active",
        uncounted_entries=_uncounted(total),
        currencies=tuple(
            CurrencyOfSegment(currency=one, items=_bars(SegmentBar, one, asked)) for one in asked.currencies
        ),
    )


def analyse_tiers(rt: Runtime, caller: Caller, program_id: int, span: Span, by: Step = "month") -> TierAnalytics:
    """Every tier that the program has now, in the ladder's order, and behind them those that still have somebody. NotFound:
    program. InvalidInput `invalid_span`."""
    config = rt.config.load(rt.table, caller.tenant)
    asked = _asked(span, by, local_day(rt.clock.now(), programs.program(config, program_id).zone))
    total = _total(rt, store.every_day_query(caller.tenant))
    standing: Counter[str] = Counter()
    for (tier, day, kind), amount in _under(total, f"stood/{program_id}/"):
        standing[tier] += amount if kind == "joined" else -amount
        asked.add(day, f"{tier}/{kind}", amount)
    scheme = tiers.scheme(config, program_id)
    ladder = [] if scheme is None else [one.tier_id for one in scheme.tiers]
    others = [tier for tier, many in sorted(standing.items()) if many and tier not in ladder]
    return TierAnalytics(
        program_id=program_id,
        uncounted_entries=_uncounted(total),
        tiers=tuple(TierNow(tier_id=tier, accounts=standing[tier]) for tier in (*ladder, *others)),
        items=tuple(TierBar(period=name, tiers=_moves(sums, ladder)) for name, sums in asked.sums.items()),
    )


def analyse_referrals(rt: Runtime, caller: Caller, span: Span, by: Step = "month") -> ReferralAnalytics:
    """InvalidInput `invalid_span`."""
    asked = _asked(span, by, local_day(rt.clock.now(), "UTC"))
    total = _total(rt, _since(rt, caller.tenant, asked))
    for (day, state), amount in _under(total, "referrals/"):
        asked.add(day, state, amount)
    items = tuple(_referral_bar(name, sums) for name, sums in asked.sums.items())
    return ReferralAnalytics(uncounted_entries=_uncounted(total), items=items)


def _asked(span: Span, by: Step, today: Day) -> _Asked:
    first, last = span_of(span, today)
    return _Asked(first, last, by, {name: Counter() for name in periods_of(first, last, by)})


def _since(rt: Runtime, tenant: str, asked: _Asked) -> Query:
    """Whatever took effect on a day was recorded on it or later."""
    today = local_day(rt.clock.now(), "UTC")
    return store.days_query(tenant, min(asked.first, today) - DAYS_APART, today + DAYS_APART)


def _total(rt: Runtime, query: Query) -> Counter[str]:
    total: Counter[str] = Counter()
    for attrs in every_item(rt.table, query):
        total.update(store.counts_from(attrs))
    return total


def _under(total: Mapping[str, int], prefix: str) -> list[tuple[Sequence[str], int]]:
    return [(name.removeprefix(prefix).split("/"), n) for name, n in total.items() if name.startswith(prefix)]


def _uncounted(total: Counter[str]) -> int:
    return total["entries"] - total[ANALYSED] + total["entries_unreadable"]


def _bars(kind: type[BarT], currency: str, asked: _Asked) -> tuple[BarT, ...]:
    return tuple(_bar(kind, period, currency, sums) for period, sums in asked.sums.items())


def _bar(kind: type[BarT], period: str, currency: str, sums: Counter[str]) -> BarT:
    told = {name: sums[f"{currency}/{name}"] for name in kind.model_fields if name not in ("period", "average")}
    average = rounded(Fraction(told["value"], told["orders"]), "half_up") if told["orders"] else None
    return kind(period=period, average=average, **told)


def _referral_bar(period: str, sums: Counter[str]) -> ReferralBar:
    return ReferralBar(period=period, **{name: sums[name] for name in ReferralBar.model_fields if name != "period"})


def _moves(sums: Counter[str], ladder: Sequence[str]) -> tuple[MovesOnTier, ...]:
    """In the ladder's order, those that it no longer has behind them."""
    moved = {name.rpartition("/")[0] for name in sums}
    ordered = [*(tier for tier in ladder if tier in moved), *sorted(moved.difference(ladder))]
    return tuple(
        MovesOnTier(tier_id=tier, joined=sums[f"{tier}/joined"], left=sums[f"{tier}/left"]) for tier in ordered
    )
