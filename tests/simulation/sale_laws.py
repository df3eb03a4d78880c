"""What a sale gives and what its returns take back, reckoned from the documents that a shop sent, its rules and its policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.orders.model import Line, Return, Sale
from chalicelib.areas.rules.model import Rule
from chalicelib.kit.facts import Fact
from tests.simulation.fact_laws import Setting
from tests.simulation.ladders import Ladders
from tests.simulation.law import law
from tests.simulation.policies import CARDS
from tests.simulation.reckoned import day_at, month_of, policy_on, rounded
from tests.twins.bookshop import fixed, per_euro, rule
from tests.twins.limited import a

BASE = rule(effects=[per_euro(rounding=None)], lines={"exclude_delivery": True})
STAMP = rule("stamp", effects=[fixed(1, "stamps", stage="bonus")])
GIFT = rule("gift", effects=[per_euro(rounding=None, stage="bonus")], lines={"categories": [CARDS]})
VISIT = rule(
    "visit", trigger={"on": "check_in"}, audience={"places": ["Berlin"]}, effects=[fixed(3), fixed(1, "stamps")]
)
OFTEN, EXTRA = 2, 2  # so often a month for each account, and so many stamps
MONTHLY = rule("month", effects=[fixed(EXTRA, "stamps", stage="bonus")], limits={"per_member": [a("month", OFTEN)]})
SHARED = rule(
    "shared",
    effects=[fixed(EXTRA, "stamps", stage="bonus")],
    limits={"in_all": 12, "budget": {"amount": 19, "unit": "stamps"}},
)
COUNTED = (MONTHLY.rule_id, SHARED.rule_id)
OF_SALES = (BASE, STAMP, GIFT, MONTHLY, SHARED)
RULES = (*OF_SALES, VISIT)
RULES_OF = {1: OF_SALES, 2: ()}

Document = Sale | Return


@dataclass
class Given:
    """What a rule gave for a sale, and how much of it was asked back: by returns, and by whoever cancelled it by hand."""

    unit: str
    amount: int = 0
    asked_back: int = 0

    def cancel(self, fact: f.PointsCancelled) -> None:
        """What had come of it; what was pending is not asked back: it never came."""
        asked = _asked_back(fact)
        law(asked <= self.amount - self.asked_back, f"{asked} were cancelled of {self}")
        self.asked_back += asked


@dataclass
class Bought:
    """A sale, and what came back of each of its lines: pieces and value."""

    sale: Sale
    uncounted: frozenset[int]
    day: int = 0
    given: dict[str, Given] = field(default_factory=dict)
    pieces: Counter[int] = field(default_factory=Counter)
    value: Counter[int] = field(default_factory=Counter)

    @property
    def all_back(self) -> bool:
        left = (
            (one.quantity - self.pieces[one.line_no], one.gross_value - self.value[one.line_no])
            for one in self.sale.lines
        )
        return not any(pieces or value for pieces, value in left)

    def brings(self, back: Return) -> int:
        """The goods come back; what of their value had counted towards a tier. Lines have a SKU each."""
        counted = 0
        for one in back.lines:
            (line,) = (line for line in self.sale.lines if line.sku == one.sku)
            self.pieces[line.line_no] += int(one.quantity)
            self.value[line.line_no] += one.gross_value
            counted += one.gross_value * (line.line_no not in self.uncounted)
        return counted

    def due(self, rule_id: str, basis: str) -> int:
        """All that is due of what a rule gave: its share of what came back, by the rule's own lines or the whole order."""
        lines = _own(rule_id, self.sale.lines) if basis == "own_lines" else self.sale.lines
        worth = sum(line.gross_value for line in lines)
        amount = self.given[rule_id].amount
        if not worth:
            return amount if self.all_back else 0
        return rounded(amount * sum(self.value[line.line_no] for line in lines), worth, "half_up")


@dataclass
class Sales:
    """What became of each sale of one account, by its order's id."""

    bought: dict[str, Bought] = field(default_factory=dict)

    def ask(self, facts: Sequence[Fact], setting: Setting, ladders: Ladders, documents: Mapping[str, Document]) -> None:
        """Of the facts of one entry, by the document that the shop sent."""
        for fact in facts:
            if isinstance(fact, f.OrderRecorded):
                sale = documents[fact.number]
                assert isinstance(sale, Sale)
                self._ask_sale(fact, sale, facts, setting, ladders)
            elif isinstance(fact, f.OrderReturned):
                back = documents[fact.number]
                assert isinstance(back, Return)
                self._ask_return(fact, back, facts, setting)
            elif isinstance(fact, f.PointsCancelled) and fact.order and fact.undoes is not None:
                given = self.bought[fact.order].given.get(fact.rule)
                if given is not None:  # it is no stamp that came beside it
                    given.cancel(fact)

    def _ask_sale(
        self, fact: f.OrderRecorded, sale: Sale, facts: Sequence[Fact], setting: Setting, ladders: Ladders
    ) -> None:
        uncounted = frozenset(ladders.uncounted(sale, setting.entry.header["config_version"]))
        bought = Bought(sale, uncounted, day_at(sale.purchased_at, setting.program.zone))
        worth = sum(line.gross_value for line in sale.lines)
        counted = sum(line.gross_value for line in sale.lines if line.line_no not in uncounted)
        told = fact.value, fact.value if fact.counted is None else fact.counted
        law(told == (worth, counted), f"{fact} is worth {worth}, of which {counted} count")
        day = day_at(sale.purchased_at, setting.program.zone)
        law(fact.counts_on == day, f"{fact} was bought on {day}")
        for given_by in RULES_OF[setting.program.program_id]:
            rounding = policy_on(setting.program.unit(_unit(given_by)).policies, day).rounding
            due = self._due(given_by, sale, day, rounding, _of_rule(facts, fact.order, given_by.rule_id))
            bought.given[given_by.rule_id] = _given(given_by, _of_rule(facts, fact.order, given_by.rule_id), due)

        self.bought[fact.order] = bought

    def _due(self, by: Rule, sale: Sale, day: int, rounding: str, told: Sequence[Any]) -> int:
        """What everybody takes from may be gone: how much of it there is, orders and slices say at the end of a seed."""
        if by.rule_id == SHARED.rule_id:
            return min(EXTRA, sum(int(fact.amount) for fact in told if not isinstance(fact, f.RuleCounted)))
        if by.rule_id == MONTHLY.rule_id:
            before = (one for one in self.bought.values() if month_of(one.day) == month_of(day) and not one.all_back)
            return EXTRA if sum(one.given[by.rule_id].amount > 0 for one in before) < OFTEN else 0
        return _gives(by.rule_id, sale, rounding)

    def _ask_return(self, fact: f.OrderReturned, back: Return, facts: Sequence[Fact], setting: Setting) -> None:
        bought = self.bought[fact.order]
        counted = bought.brings(back)
        worth = sum(line.gross_value for line in back.lines)
        told = fact.value, fact.value if fact.counted is None else fact.counted, fact.full
        law(told == (worth, counted, bought.all_back), f"{fact} is worth {worth}, of which {counted} counted")
        day = day_at(bought.sale.purchased_at, setting.program.zone)
        law(fact.counts_on == day, f"{fact} was bought on {day}")
        told_back = {one.rule: one.times for one in facts if isinstance(one, f.RuleUncounted) and one.times}
        told_back = {rule_id: times for rule_id, times in told_back.items() if rule_id in COUNTED}
        had = {one for one in COUNTED if one in bought.given and bought.given[one].amount}
        law(told_back == dict.fromkeys(had if fact.full else (), 1), f"{fact} gave back {told_back} of {had}")
        for rule_id, given in bought.given.items():
            basis = policy_on(setting.program.unit(given.unit).policies, day).return_basis
            due = max(0, bought.due(rule_id, basis) - given.asked_back)
            given.asked_back += due
            asked = sum(_asked_back(one) for one in _of_rule(facts, fact.order, rule_id))
            law(asked == due, f"{asked} were asked back of {given}, and {due} are due by {basis} for {back}")


def _unit(by: Rule) -> str:
    """These rules give one thing each."""
    [effect] = by.effects
    return str(getattr(effect, "unit"))  # noqa: B009 - discounts have none


def _given(by: Rule, facts: Sequence[Any], due: int) -> Given:
    """All that is due, but for what caps cut off."""
    counted = (f.RuleCounted, f.RuleUncounted)
    law({fact.unit for fact in facts if not isinstance(fact, counted)} <= {_unit(by)}, f"{facts} by {by}")
    cut = sum(fact.amount for fact in facts if isinstance(fact, f.PointsCapped))
    amount = sum(fact.amount for fact in facts if isinstance(fact, f.PointsEarned | f.PointsPromised))
    law(amount + cut == due, f"{by.rule_id} gave {amount} of {due}, and {cut} were cut off")
    return Given(_unit(by), amount)


def _of_rule(facts: Sequence[Any], order: str, rule_id: str) -> list[Any]:
    return [one for one in facts if (getattr(one, "order", ""), getattr(one, "rule", "")) == (order, rule_id)]


def _asked_back(fact: Any) -> int:
    if isinstance(fact, f.PointsCancelled):
        return fact.amount + fact.short
    return fact.amount if isinstance(fact, f.PromiseCancelled) else 0


def _own(rule_id: str, lines: Sequence[Line]) -> list[Line]:
    if rule_id == GIFT.rule_id:
        return [line for line in lines if CARDS in line.category]
    return [line for line in lines if rule_id != BASE.rule_id or not line.delivery]


def _gives(rule_id: str, sale: Sale, rounding: str) -> int:
    """A point for each euro of goods, of gift cards two; a stamp for whatever was bought."""
    if rule_id == STAMP.rule_id:
        return 1
    return rounded(sum(line.gross_value for line in _own(rule_id, sale.lines)), 100, rounding)
