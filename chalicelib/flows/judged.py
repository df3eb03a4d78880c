"""What rules may ask of a member and a moment, from what a purchase has read anyway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.counters import has_room
from chalicelib.areas.accounts.model.months import Months
from chalicelib.areas.accounts.model.past import FOR_EVER
from chalicelib.areas.members.model import Member
from chalicelib.areas.rules.model.times import unit_counted
from chalicelib.areas.rules.purchase import Context, Happened
from chalicelib.flows.rule_limits import Stock, given_in, uses_in
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms
from chalicelib.kit.amounts import currency_decimals
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import CountPeriod, Day, day_of, local_minute, month_of, month_start


@dataclass(frozen=True, slots=True)
class OfAccount:
    """What an account remembers: orders by month, uses of rules that are counted. `decimals`: of its units."""

    account: Account
    decimals: Mapping[str, int] = field(default_factory=dict)

    def orders_in(self, per: CountPeriod, day: Day) -> int:
        return self.account.orders if per == "ever" else orders_in(self.account.months, per, day)

    def uses_in(self, rule_id: str, per: CountPeriod, day: Day) -> int:
        return uses_in(self.account, rule_id, per, day)

    def given_in(self, rule_id: str, unit: str, per: CountPeriod, day: Day) -> int:
        return given_in(self.account, rule_id, unit, per, day)

    def can_count(self, rule_id: str, day: Day) -> bool:
        return has_room(self.account.counters, rule_id, day)

    def past_in(self, name: str, first: Day, last: Day) -> Happened:
        some = [one for day, one in self.account.past.get(name, {}).items() if first <= day <= last]
        times, unit = sum(one.times for one in some), unit_counted(name)
        if unit is None:
            return Happened(times, sum((_money(one.values) for one in some), Fraction(0)))
        amount = sum(value for one in some for value in one.values.values())
        return Happened(times, Fraction(amount, 10 ** self.decimals.get(unit, 0)))

    def past_days(self, name: str) -> Iterable[Day]:
        return (day for day in self.account.past.get(name, {}) if day != FOR_EVER)


_MONTHS: dict[CountPeriod, int] = {"month": 1, "3_months": 3, "6_months": 6, "year": 12}


def orders_in(months: Months, per: CountPeriod, day: Day) -> int:
    """In the day's own month, quarter, half of a year or year."""
    length = _MONTHS[per]
    first = month_of(day) // length * length
    return sum(months[month].orders for month in range(first, first + length) if month in months)


def _last_order_on(account: Account) -> Day | None:
    """Of an account whose latest day an older release did not keep, the end of the latest month with orders: nobody is
    said to have stayed away longer than they did."""
    months = [month for month, one in account.months.items() if one.orders > 0]
    known, latest = account.ordered_on, max(months, default=None)
    if latest is None or (known is not None and month_of(known) >= latest):
        return known
    return month_start(latest + 1) - 1


def _money(sums: Mapping[str, int]) -> Fraction:
    """At face value, whatever the currencies."""
    found = (Fraction(value, 10 ** currency_decimals(currency)) for currency, value in sums.items())
    return sum(found, Fraction(0))


def _enrolled_on(terms: Terms, member: Member) -> Day:
    """The day that anniversaries go by; of those who have not been written since there are any, as it was in the program."""
    return terms.day(member.enrolled_at) if member.occasions is None else day_of(member.occasions.enrolled_on)


def context_of(
    terms: Terms,
    account: Account,
    member: Member | None,
    at: Instant,
    taking: Taking | None = None,
    *,
    may_spend: bool = True,
    segments: frozenset[str] = frozenset(),
) -> Context:
    """`taking` knows what is short of all that is limited for everybody; none where nothing limited is judged."""
    day, zone = terms.day(at), terms.program.zone
    decimals = {unit.code: unit.decimals for unit in terms.program.units}
    return Context(
        day=day,
        minute=local_minute(at, zone),
        member=member,
        enrolled_on=None if member is None else _enrolled_on(terms, member),
        tier=None if member is None else terms.tier(account),
        segments=segments,
        balances={unit: wallet.available for unit, wallet in account.wallets.items()},
        orders=account.orders,
        spend=_money(account.spend),
        last_order_on=_last_order_on(account),
        first_order_on=account.first_ordered_on,
        history=OfAccount(account, decimals),
        may_spend=may_spend,
        decimals=decimals,
        stock=None if taking is None else Stock(taking, terms.program.program_id),
        roundings=terms.roundings(day),
    )
