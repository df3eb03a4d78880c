"""Verify what orders have of rules that are counted, and how they count for questions about the past: what their entries told of
it, less what was told to have come back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.orders.model.order import Back, Order
from chalicelib.areas.orders.model.uses import Held

_COUNTED, _UNCOUNTED = "rule.counted", "rule.uncounted"

Sums = Counter[tuple[str, str]]


@dataclass(slots=True)
class RecordedPast:
    """By order and name: whether it still counts, and how much."""

    sums: dict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))

    def see(self, fact: dict[str, Any]) -> None:
        if fact.get("type") == "past.counted" and fact.get("order"):
            for name, _, times, value in fact["counts"]:
                self.sums[str(fact["order"])].update({(str(name), "times"): times, (str(name), "value"): value})

    def counts_otherwise(self, order: Order) -> bool:
        """Than its entries say."""
        counts: Sums = Counter()
        for by in order.past:
            lines = [line for line in order.sale.lines if not by.lines or line.line_no in by.lines]
            left = sum(line.gross_value - order.returned.get(line.line_no, Back()).value for line in lines)
            counts.update({(by.name, "times"): int(not order.has_back(by)), (by.name, "value"): left})
        return counts != self.sums.get(order.order_id, Counter())


@dataclass(slots=True)
class RecordedUses:
    """By order and rule: how often, of which units how much, what of all, and in which periods."""

    sums: dict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))
    periods: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    past: RecordedPast = field(default_factory=RecordedPast)

    def see(self, fact: dict[str, Any]) -> None:
        self.past.see(fact)
        kind = fact.get("type")
        if kind not in (_COUNTED, _UNCOUNTED):
            return
        order, rule, sign = str(fact["order"]), str(fact["rule"]), 1 if kind == _COUNTED else -1
        sums = self.sums[order]
        sums[rule, "times"] += sign * int(fact.get("times", kind == _COUNTED))
        sums[rule, "in all"] += sign * int(fact.get("in_all", 0))
        sums[rule, "budget"] += sign * int(fact.get("budget", 0))
        for unit, amount in fact.get("amounts", ()):
            sums[rule, f"of {unit}"] += sign * int(amount)
        self.periods[order, rule] = tuple(fact.get("periods", ()))

    def differences(self, order: Order) -> Iterator[str]:
        if self.had_otherwise(order):
            yield "has not of limited rules what its entries say"
        if self.past.counts_otherwise(order):
            yield "does not count for questions about the past as its entries say"

    def had_otherwise(self, order: Order) -> bool:
        """Whether the order has something else of such rules than its entries say."""
        had: Sums = Counter()
        for use in order.uses:
            had[use.rule, "times"] += 1
            had[use.rule, "in all"] += _amount(use.in_all)
            had[use.rule, "budget"] += _amount(use.budget)
            had.update({(use.rule, f"of {unit}"): amount for unit, amount in use.amounts if use.periods})
        periods = all(self.periods.get((order.order_id, use.rule)) == use.periods for use in order.uses)
        return not periods or had != self.sums.get(order.order_id, Counter())


def _amount(held: Held | None) -> int:
    return 0 if held is None else held.amount
