"""What orders of the past come to under rules: sums, counted in any pieces and added, which come out the same.

side       whose: `active` rules, those that are `simulated`, or what was `recorded` when it happened; `sold`: the orders
measure    orders, accounts, value (of money), credited, credited_after_discounts, capped (of units), discounted (of money),
           coupons (of series), refused (orders for which more rules would credit something than an order can have),
           not_replayed (effects of a kind, told of and in nothing else), nothing_replayed (1 where none of them could be)

Each sum is kept for one rule and for all (rule ""), of one tier and of all (tier "").
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chalicelib.areas.rules.compile import CompiledRules
from chalicelib.areas.rules.evaluate import CART, evaluate
from chalicelib.areas.rules.model.effects import IssueCoupon
from chalicelib.areas.rules.purchase import Context, Purchase
from chalicelib.errors import Refused

Side = Literal["active", "simulated", "recorded", "sold"]
Measure = Literal[
    "orders",
    "accounts",
    "value",
    "credited",
    "credited_after_discounts",
    "discounted",
    "coupons",
    "capped",
    "refused",
    "not_replayed",
    "nothing_replayed",
]


class Amount(NamedTuple):
    """`of` is a unit, a currency or a series."""

    measure: Measure
    rule: str
    of: str


Given = Mapping[Amount, int]


class Sum(NamedTuple):
    side: Side
    rule: str
    tier: str
    measure: Measure
    of: str = ""


@dataclass(slots=True)
class Sums:
    """`met` are the sides, rules and tiers that accounts which are not done with have orders of, each of them once."""

    amounts: Counter[Sum] = field(default_factory=Counter)
    met: dict[str, set[tuple[Side, str, str]]] = field(default_factory=dict)

    def count_order(self, owner: str, tier: str, currency: str, value: int) -> None:
        self._count(owner, "sold", tier, {Amount("value", "", currency): value})

    def count_given(self, owner: str, side: Side, tier: str, given: Given | None) -> None:
        """For one order: its rules each count it once, and all of them together as well. None: it would be refused."""
        if given is None:
            self.amounts.update(Sum(side, "", of_tier, "refused") for of_tier in {"", tier})
        elif given:
            self._count(owner, side, tier, given)

    def end_accounts(self) -> None:
        """Those that were met have no more orders."""
        for met in self.met.values():
            self.amounts.update(Sum(side, rule, tier, "accounts") for side, rule, tier in met)
        self.met.clear()

    def kept(self) -> bytes:
        """A line of JSON each."""
        return b"".join(json.dumps([*one, self.amounts[one]]).encode() + b"\n" for one in sorted(self.amounts))

    def _count(self, owner: str, side: Side, tier: str, given: Given) -> None:
        met = self.met.setdefault(owner, set())
        for of_tier in {"", tier}:
            counted = {amount.rule for amount in given if amount.measure != "not_replayed"}
            for rule in {"", *counted} if counted else ():
                self.amounts[Sum(side, rule, of_tier, "orders")] += 1
                met.add((side, rule, of_tier))
            for (measure, rule, of), much in given.items():
                for of_rule in {"", rule}:
                    self.amounts[Sum(side, of_rule, of_tier, measure, of)] += much


def added(lines: Iterable[bytes]) -> Counter[Sum]:
    """All that was kept."""
    total: Counter[Sum] = Counter()
    for line in lines:
        *place, amount = json.loads(line)
        total[Sum(*place)] += amount
    return total


def judged(compiled: CompiledRules, purchase: Purchase, context: Context, most_credits: int) -> Given | None:
    """What rules give for an order; None where it is more than an account or an order can have. Credits are counted of what
    was paid, as they were recorded; and once more of what discounts would have left of it, as a checkout counts them. Of coupons
    nobody asks how many there are."""
    try:
        paid = evaluate(compiled, purchase, context)
        cart = evaluate(compiled, purchase, context, CART) if any(rule.discounts for rule in compiled.live) else paid
    except Refused:
        return None
    if max(len(paid.credits), len(cart.credits)) > most_credits:
        return None
    given: Counter[Amount] = Counter()
    for credit in paid.credits:
        given[Amount("credited", credit.rule_id, credit.unit)] += credit.amount
    for credit in cart.credits:
        given[Amount("credited_after_discounts", credit.rule_id, credit.unit)] += credit.amount
    for off in cart.off:
        given[Amount("discounted", off.rule_id, purchase.currency)] += off.amount
    for follow in paid.follows:
        if isinstance(follow.effect, IssueCoupon):
            given[Amount("coupons", follow.rule_id, follow.effect.series)] += 1
        else:
            given[Amount("not_replayed", follow.rule_id, follow.effect.kind)] += 1
    for rule_id in {one.rule_id for one in cart.redeemable}:
        given[Amount("not_replayed", rule_id, "pay_with_points")] += 1
    return given
