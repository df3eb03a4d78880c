"""What limits for all leave of a replay: a limit in all and a budget begin with its period, and go by date of purchase.

Chunks replay accounts, each by itself; so whose order came before whose is known only once all of them are together. A chunk
keeps the orders of accounts that get something of such a rule twice: as its limits still have something, and as none of them
has anything left. Joined, they are gone through by date. Where of several such rules at one order some have something left,
what the others gave for it is left out, and nothing that these hold back comes in its place.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.areas.rules.model import Budget, Rule
from chalicelib.areas.rules.model.limits import RuleLimits
from chalicelib.areas.rules.replayed import Amount, Given, Side, Sum, Sums, added
from chalicelib.kit.clock import Instant

Limits = Mapping[str, RuleLimits]
_GIVEN, _AFTER_DISCOUNTS = "credited", "credited_after_discounts"


class Judged(NamedTuple):
    """An order on one side, and what it comes to `otherwise`, where nothing limited for all is left. None: it would be refused."""

    at: Instant
    order: str
    tier: str
    given: Given | None
    otherwise: Given | None


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """Of all that is limited for everybody."""

    def uses(self, rule_id: str, in_all: int) -> int:  # noqa: ARG002 - as whoever asks a stock has it
        return 0

    def budget(self, rule_id: str, budget: Budget, wanted: int) -> int:  # noqa: ARG002
        return 0


@dataclass(slots=True)
class Waiting:
    """Orders of accounts that are not done with, by account and side; and lines of those whose limits the join knows."""

    orders: dict[tuple[str, Side], list[Judged]] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)

    def add(self, owner: str, side: Side, one: Judged) -> None:
        self.orders.setdefault((owner, side), []).append(one)

    def end_accounts(self, sums: Sums, limits: Mapping[Side, Limits]) -> None:
        """Those that were met have no more orders."""
        for (owner, side), found in self.orders.items():
            if any(limited_in(one.given, limits.get(side, {})) for one in found):
                self.lines.append(_kept(owner, side, found))
            else:
                for one in found:
                    sums.count_given(owner, side, one.tier, one.given)
        self.orders.clear()


def limits_for_all(rules: Sequence[Rule]) -> Limits:
    """Of those that are active."""
    live = (rule for rule in rules if rule.state == "active")
    return {
        rule.rule_id: rule.limits for rule in live if rule.limits.in_all is not None or rule.limits.budget is not None
    }


def limited_in(given: Given | None, limits: Limits) -> tuple[str, ...]:
    return tuple(dict.fromkeys(amount.rule for amount in given or () if amount.rule in limits))


def settled(lines: Iterable[bytes], limits: Mapping[Side, Limits]) -> Counter[Sum]:
    """The sums of all chunks. Memory: the orders of accounts that got something of what is limited for all."""
    plain, by_side = list[bytes](), dict[Side, list[tuple[Judged, str]]]()
    total: Counter[Sum] = Counter()
    for line in lines:
        if line.startswith(b'["limited"'):
            _, side, owner, orders = json.loads(line)
            by_side.setdefault(side, []).extend((_judged(*one), owner) for one in orders)
        else:
            plain.append(line)
    total.update(added(plain))
    sums = Sums(total)
    for side, found in sorted(by_side.items()):
        left = _Left(limits.get(side, {}))
        for one, owner in sorted(found, key=lambda pair: (pair[0].at, pair[0].order)):
            sums.count_given(owner, side, one.tier, left.of(one))
        sums.end_accounts()
    return sums.amounts


class _Left:
    """Of the limits of one side, as one goes on from order to order."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.uses = {rule: one.in_all for rule, one in limits.items() if one.in_all is not None}
        self.budgets = {rule: one.budget.amount for rule, one in limits.items() if one.budget is not None}

    def of(self, one: Judged) -> Given | None:
        """What is given for it in the end, which is then gone."""
        named = limited_in(one.given, self.limits)
        if one.given is None or not named:
            return one.given
        given = dict(one.given)
        gone = {rule for rule in named if self._gone(rule, given)}
        if len(gone) == len(named):
            return one.otherwise
        left = {amount: much for amount, much in given.items() if amount.rule not in gone}
        for rule in named:
            if rule not in gone:
                self._take(rule, left)
        return left

    def _gone(self, rule: str, given: Given) -> bool:
        if self.uses.get(rule) == 0:
            return True
        budget = self.limits[rule].budget
        own = [amount for amount in given if amount.rule == rule]
        return budget is not None and not self.budgets[rule] and all(_draws(budget, amount) for amount in own)

    def _take(self, rule: str, given: dict[Amount, int]) -> None:
        if rule in self.uses:
            self.uses[rule] -= 1
        budget = self.limits[rule].budget
        if budget is None:
            return
        there, drawn = self.budgets[rule], 0
        for amount in [amount for amount in given if amount.rule == rule and _draws(budget, amount)]:
            given[amount] = min(given[amount], there)
            drawn = max(drawn, given[amount] if amount.measure != _AFTER_DISCOUNTS else 0)
            if not given[amount]:
                del given[amount]
        self.budgets[rule] = there - drawn


def _draws(budget: Budget, amount: Amount) -> bool:
    """Whether it is of what the budget is of."""
    measures = ("discounted",) if budget.unit is None else (_GIVEN, _AFTER_DISCOUNTS)
    return amount.measure in measures and amount.of == budget.of


def _kept(owner: str, side: Side, orders: Sequence[Judged]) -> bytes:
    told = [
        [one.at, one.order, one.tier, _packed(one.given), 0 if one.otherwise is one.given else _packed(one.otherwise)]
        for one in orders
    ]
    return json.dumps(["limited", side, owner, told]).encode() + b"\n"


def _packed(given: Given | None) -> list[list[object]] | None:
    return None if given is None else [[*amount, much] for amount, much in sorted(given.items())]


def _judged(at: Instant, order: str, tier: str, given: Any, otherwise: Any) -> Judged:
    found = _unpacked(given)
    return Judged(at, order, tier, found, found if otherwise == 0 else _unpacked(otherwise))


def _unpacked(told: Any) -> Given | None:
    return None if told is None else dict(_amounts(told))


def _amounts(told: Iterable[Sequence[Any]]) -> Iterator[tuple[Amount, int]]:
    for measure, rule, of, much in told:
        yield Amount(measure, rule, of), much
