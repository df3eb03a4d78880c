"""Limits compiled: what they leave of a gift, by what the account has had and by what is there for everybody.

How often is asked as a condition is, before anything is given; of how much there may be a part, and the rest is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chalicelib.areas.rules.model import Budget, MemberLimit, Rule
from chalicelib.areas.rules.model.limits import UNLIMITED
from chalicelib.areas.rules.model.names import asked_times
from chalicelib.areas.rules.model.triggers import OnOccasion
from chalicelib.areas.rules.outcome import CutBy, Reason, Skipped
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.amounts import money, shared_out, times
from chalicelib.kit.periods import CountPeriod

_EACH: Mapping[CountPeriod, str] = {
    "day": "a day",
    "week": "a week",
    "month": "a month",
    "3_months": "a quarter",
    "6_months": "in half a year",
    "year": "a year",
    "ever": "in all",
}
_OFTEN = {1: "once", 2: "twice"}
_FULL = "The account counts as many other rules as it has room for."
Parts = tuple[tuple[int, int], ...]


class Left(NamedTuple):
    """So much of what was wanted; and what cut off the rest."""

    amount: int
    by: CutBy
    skipped: Skipped


class Most(NamedTuple):
    per: CountPeriod
    most: int
    skipped: Skipped


class CompiledLimits:
    """Of one rule, with every sentence worded ahead."""

    __slots__ = (
        "_amounts",
        "_budget",
        "_currency",
        "_full",
        "_given_out",
        "_in_all",
        "_rule_id",
        "_spent",
        "_times",
        "_wrong_currency",
    )

    def __init__(self, rule: Rule) -> None:
        limits, self._rule_id = rule.limits, rule.rule_id
        self._times = [self._most(one, one.times) for one in limits.per_member if one.times is not None]
        self._amounts = {
            of: [self._most(one, one.amount) for one in limits.per_member if one.of == of]
            for of in {one.of for one in limits.per_member if one.amount is not None}
        }
        self._in_all, self._budget, self._currency = limits.in_all, limits.budget, limits.currency
        self._given_out = self._skipped("limit_reached", f"It could be had {times(limits.in_all or 0)}, and has been.")
        self._spent = self._skipped("budget_spent", "Its budget is spent.")
        self._full = self._skipped("limit_reached", _FULL)
        self._wrong_currency = self._skipped("wrong_currency", f"It is limited in {limits.currency}.")

    def had(self, context: Context) -> Skipped | None:
        """Why it is not given once more."""
        history, stock = context.history, context.stock
        if history is not None and (self._times or self._amounts):
            for per, most, skipped in self._times:
                if history.uses_in(self._rule_id, per, context.day) >= most:
                    return skipped
            if not history.can_count(self._rule_id, context.day):
                return self._full
        if self._in_all is not None and stock is not None and not stock.uses(self._rule_id, self._in_all):
            return self._given_out
        return None

    def credit(self, context: Context, unit: str, given: int, wanted: int) -> Left:
        """`given`: what other effects of the rule give of the unit for this purchase."""
        return self._left(context, unit, given, wanted)

    def discount(self, context: Context, currency: str, given: int, wanted: int) -> Left:
        """The same of what comes off in money."""
        if self._currency not in (None, currency):
            return Left(0, "budget", self._wrong_currency)
        return self._left(context, currency, given, wanted)

    def _left(self, context: Context, of: str, given: int, wanted: int) -> Left:
        history = context.history
        left, why = wanted, self._spent
        for per, most, skipped in self._amounts.get(of, ()):
            had = 0 if history is None else history.given_in(self._rule_id, of, per, context.day)
            if most - had - given < left:
                left, why = max(0, most - had - given), skipped
        there = self._there(context, of, given, left)
        return Left(left, "member", why) if there == left else Left(there, "budget", self._spent)

    def _there(self, context: Context, of: str, given: int, wanted: int) -> int:
        budget = self._budget
        if budget is None or budget.of != of:
            return wanted
        most = budget.amount if context.stock is None else context.stock.budget(self._rule_id, budget, given + wanted)
        return max(0, min(wanted, most - given))

    def _most(self, limit: MemberLimit, most: int | None) -> Most:
        assert most is not None  # noqa: S101
        often = _OFTEN.get(most, f"{most} times") if limit.unit is None else f"{most} {limit.unit}"
        if limit.currency is not None:
            often = money(most, limit.currency)
        sentence = f"An account gets it at most {often} {_EACH[limit.per]}."
        return Most(limit.per, most, self._skipped("limit_reached", sentence))

    def _skipped(self, reason: Reason, sentence: str) -> Skipped:
        return Skipped(self._rule_id, reason, sentence)


def limits_of(rule: Rule) -> CompiledLimits | None:
    return None if rule.limits == UNLIMITED else CompiledLimits(rule)


def cut_to(amount: int, parts: Parts, turn: Iterable[int]) -> Parts:
    """Of what comes off each line. `turn`: lines by their numbers, the one that has the odd cent first."""
    whole = dict(parts)
    numbers = [number for number in turn if number in whole]
    shares = shared_out(amount, [whole[number] for number in numbers])
    return tuple(sorted([part for part in zip(numbers, shares, strict=True) if part[1]]))


class Counting(NamedTuple):
    """What of a rule is counted: in which periods of the account, of which units or currency, and what of it is there for all.
    `times`: how often an account may have it in which period; `off`: how much of the `currency` may come off for it."""

    periods: tuple[CountPeriod, ...] = ()
    units: tuple[str, ...] = ()
    in_all: int | None = None
    budget: Budget | None = None
    limited: bool = False
    times: tuple[tuple[CountPeriod, int], ...] = ()
    currency: str = ""
    off: tuple[tuple[CountPeriod, int], ...] = ()


def counting_of(rules: Sequence[Rule]) -> dict[str, Counting]:
    """Of each rule that has limits, or that another asks about. Nobody else's uses are counted; and of what comes once a year none
    by an account, which would tell whose birthday it is."""
    found = {rule.rule_id: _own(rule) for rule in rules if rule.limits != UNLIMITED}
    untold = {rule.rule_id for rule in rules if isinstance(rule.trigger, OnOccasion)}
    for rule in rules:
        for asked in asked_times(rule):
            if asked.rule_id is not None and asked.per is not None and asked.rule_id not in untold:
                known = found.get(asked.rule_id, Counting())
                periods = tuple(dict.fromkeys((*known.periods, asked.per)))
                found[asked.rule_id] = known._replace(periods=periods)
    return found


def _own(rule: Rule) -> Counting:
    limits = rule.limits
    return Counting(
        tuple(dict.fromkeys(one.per for one in limits.per_member)),
        tuple(dict.fromkeys(one.of for one in limits.per_member if one.amount is not None)),
        limits.in_all,
        limits.budget,
        limited=bool(limits.per_member),
        times=tuple((one.per, one.times) for one in limits.per_member if one.times is not None),
        currency=limits.currency or "",
        off=tuple((one.per, one.amount) for one in limits.per_member if one.currency and one.amount is not None),
    )
