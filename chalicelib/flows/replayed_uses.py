"""What tried rules have given an account so far, as their limits for each member ask: such a rule begins anew with the period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from chalicelib.areas.rules.purchase import Happened, History
from chalicelib.areas.rules.replayed import Given
from chalicelib.kit.periods import CountPeriod, Day, period_of


class Use(NamedTuple):
    """Of a rule, by a kind of period and its name; of no `unit` or currency it is how often."""

    rule: str
    per: CountPeriod
    period: str
    unit: str = ""


@dataclass(slots=True)
class ReplayedUses:
    """Of one account, and of rules that are tried."""

    tried: frozenset[str]
    counted: Counter[Use] = field(default_factory=Counter)

    def count(self, given: Given | None, day: Day) -> None:
        amounts = [amount for amount in given or () if amount.rule in self.tried and amount.of != "pay_with_points"]
        for per in get_args(CountPeriod) if amounts else ():
            period = period_of(per, day)
            self.counted.update(Use(rule, per, period) for rule in {amount.rule for amount in amounts})
            for amount in amounts:
                if given is not None and amount.measure in ("credited", "discounted"):
                    self.counted[Use(amount.rule, per, period, amount.of)] += given[amount]


@dataclass(frozen=True, slots=True)
class TriedHistory:
    """An account's history in which tried rules have been used as the replay has it."""

    real: History
    tried: frozenset[str]
    uses: Mapping[Use, int]

    def orders_in(self, per: CountPeriod, day: Day) -> int:
        return self.real.orders_in(per, day)

    def uses_in(self, rule_id: str, per: CountPeriod, day: Day) -> int:
        if rule_id not in self.tried:
            return self.real.uses_in(rule_id, per, day)
        return self.uses.get(Use(rule_id, per, period_of(per, day)), 0)

    def given_in(self, rule_id: str, unit: str, per: CountPeriod, day: Day) -> int:
        if rule_id not in self.tried:
            return self.real.given_in(rule_id, unit, per, day)
        return self.uses.get(Use(rule_id, per, period_of(per, day), unit), 0)

    def can_count(self, rule_id: str, day: Day) -> bool:
        return rule_id in self.tried or self.real.can_count(rule_id, day)

    def past_in(self, name: str, first: Day, last: Day) -> Happened:
        return self.real.past_in(name, first, last)

    def past_days(self, name: str) -> Iterable[Day]:
        return self.real.past_days(name)
