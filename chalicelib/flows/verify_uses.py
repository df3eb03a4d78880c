"""Verify what orders have of rules that are counted: what their entries told of it, less what was told to have come back."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.orders.model.order import Order
from chalicelib.areas.orders.model.uses import Held

_COUNTED, _UNCOUNTED = "rule.counted", "rule.uncounted"

Sums = Counter[tuple[str, str]]


@dataclass(slots=True)
class RecordedUses:
    """By order and rule: how often, of which units how much, what of all, and in which periods."""

    sums: dict[str, Sums] = field(default_factory=lambda: defaultdict(Counter))
    periods: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def see(self, fact: dict[str, Any]) -> None:
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
