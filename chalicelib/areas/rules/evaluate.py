"""One purchase or cart judged by compiled rules. Pure: recording and simulating run this same code.

Conditions are asked of the order as it was sent. Then discounts come off by priority, and credits are counted of what is
left to pay: base, multiply, bonus.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from chalicelib.areas.rules.basket import Basket, Own
from chalicelib.areas.rules.compile import CompiledRule, CompiledRules, Crediting, Discounting
from chalicelib.areas.rules.credits import Base, Gain
from chalicelib.areas.rules.following import follow_of
from chalicelib.areas.rules.index import Found, places_of
from chalicelib.areas.rules.limits import CompiledLimits, Left, Parts, cut_to
from chalicelib.areas.rules.model.effects import STAGES
from chalicelib.areas.rules.outcome import Credit, Cut, Follow, Off, Outcome, Reason, Redeemable, Skipped
from chalicelib.areas.rules.purchase import Context, Purchase
from chalicelib.kit.amounts import MAX_AMOUNT

ORDER = ("order",)
CART = ("cart", "order")


def occasions_of(occasions: tuple[str, ...], context: Context) -> tuple[str, ...]:
    """With the one that a member's first purchase is besides."""
    return (*occasions, "first_purchase") if context.member is not None and context.orders == 0 else occasions


def evaluate(
    compiled: CompiledRules,
    purchase: Purchase,
    context: Context,
    occasions: tuple[str, ...] = ORDER,
    *,
    why: bool = False,
    left: Mapping[int, int] | None = None,
) -> Outcome:
    """What every rule makes of it. `why`: also which rules give nothing and why. `left`: what is to pay for each line, where
    that has been decided before: then nothing more comes off."""
    basket = Basket(purchase)
    judging = _Judging(compiled, basket, context, compiled.index.find(occasions, basket, context))
    judging.find()
    if left is None:
        judging.take_off()
    else:
        judging.left = dict(left)
    judging.count_credits()
    follows = judging.follows()
    return judging.outcome(judging.reasons(occasions) if why else (), follows)


class _Judging:
    """What has been decided so far of one purchase."""

    def __init__(self, compiled: CompiledRules, basket: Basket, context: Context, found: Found) -> None:
        self.compiled, self.basket, self.context, self.found = compiled, basket, context, found
        self.holding: list[CompiledRule] = []
        self.left: dict[int, int] = {}  # to pay for each line, once anything is off
        self.credits: list[Credit] = []
        self.off: list[Off] = []
        self.redeemable: list[Redeemable] = []
        self.gave: set[str] = set()
        self.given: defaultdict[tuple[str, str], int] = defaultdict(int)  # of what is limited, by rule and unit
        self.cut: list[Cut] = []
        self.skipped: dict[str, Skipped] = {}  # why it gives nothing, so far

    def find(self) -> None:
        """The rules whose conditions hold, one of each group."""
        groups: set[tuple[str, str]] = set()
        basket, context, live = self.basket, self.context, self.compiled.live
        for place in self.found.places:
            rule = live[place]
            skipped = _unmet(rule, basket, context)
            if skipped is None and rule.limits is not None:
                skipped = rule.limits.had(context)
            if skipped is None and rule.group is not None:
                skipped = rule.in_group if rule.group in groups else None
                groups.add(rule.group)
            if skipped is None:
                self.holding.append(rule)
            else:
                self.skipped[rule.rule_id] = skipped

    def take_off(self) -> None:
        stopper = None
        for rule in self.holding:
            for effect in rule.discounts:
                if stopper is not None:
                    self._skip(rule, "stopped", f"Rule {stopper} took something off and lets no later rule do so.")
                    continue
                if not self.left:
                    self.left = {line.line_no: line.gross_value for line in self.basket.lines}
                self._take_off(rule, effect)
            if rule.stop and rule.rule_id in self.gave:
                stopper = stopper or rule.rule_id

    def _take_off(self, rule: CompiledRule, effect: Discounting) -> None:
        left = self.left
        taken = effect.takes(self.basket, self.basket.own(rule.selector), left, self.context)
        if taken.could_pay:
            self.redeemable.append(Redeemable(rule.rule_id, effect.unit, taken.could_pay, taken.could_save))
        parts, amount = taken.parts, taken.amount
        if not parts:
            self._skip_discount(rule, paid=bool(effect.unit))
            return
        if rule.limits is not None and not effect.unit:
            parts = self._left_of(rule, rule.limits, parts, amount)
            amount = sum([part for _, part in parts])
        if not parts:
            return
        for number, part in parts:
            left[number] -= part
        self.off.append(Off(rule.rule_id, effect.kind, amount, parts, effect.unit, taken.points))
        self.gave.add(rule.rule_id)
        if taken.points:
            self.context = _after_paying(self.context, effect.unit, taken.points)

    def count_credits(self) -> None:
        base: defaultdict[str, Base] = defaultdict(Base)
        for stage, name in enumerate(STAGES):
            stopped_by: dict[str, str] = {}
            for rule in self.holding:
                stopping: list[str] = []  # later rules, not its own effects
                for effect in rule.credits[stage]:
                    own = self._paid(rule)
                    gain = effect.gains(self.basket, own, base[effect.unit], self.context)
                    if gain is None or not gain.amount:
                        self.skipped.setdefault(rule.rule_id, _nothing(effect, multiplied=gain is not None))
                        continue
                    if effect.unit in stopped_by:
                        stopper = stopped_by[effect.unit]
                        self._skip(
                            rule, "stopped", f"Rule {stopper} credited {effect.unit} and lets no later rule do so."
                        )
                        continue
                    amount = self._credit(rule, effect.unit, gain)
                    if name == "base" and amount:
                        base[effect.unit].add(gain.own, amount)
                    if rule.stop and amount:
                        stopping.append(effect.unit)
                for unit in stopping:
                    stopped_by.setdefault(unit, rule.rule_id)

    def follows(self) -> tuple[Follow, ...]:
        found: list[Follow] = []
        for rule in self.holding:
            for effect in rule.follows:
                follow = follow_of(rule.rule_id, effect, self._paid(rule), asked=rule.selector.asks)
                if follow is None:
                    self._skip(
                        rule, "no_matching_lines", "There is no piece among the rule's lines that costs anything."
                    )
                else:
                    found.append(follow)
        self.gave.update(follow.rule_id for follow in found)
        return tuple(found)

    def _credit(self, rule: CompiledRule, unit: str, gain: Gain) -> int:
        """What limits leave of it."""
        amount = gain.amount
        if amount > MAX_AMOUNT:  # a slip in one rule must close no till
            self._skip(rule, "credit_too_large", f"It would give more {unit} than an account can hold.")
            return 0
        if rule.limits is not None:
            left = rule.limits.credit(self.context, unit, self.given[rule.rule_id, unit], amount)
            amount = self._cut(rule, unit, amount, left)
        if amount:
            self.credits.append(Credit(rule.rule_id, unit, amount, gain.own))
            self.gave.add(rule.rule_id)
        return amount

    def _left_of(self, rule: CompiledRule, limits: CompiledLimits, parts: Parts, amount: int) -> Parts:
        """What limits leave of a discount."""
        left = limits.discount(self.context, self.basket.currency, self.given[rule.rule_id, ""], amount)
        there = self._cut(rule, "", amount, left)
        return parts if there == amount else cut_to(there, parts, [line.line_no for line in self.basket.lines])

    def _cut(self, rule: CompiledRule, unit: str, amount: int, left: Left) -> int:
        self.given[rule.rule_id, unit] += left.amount
        if left.amount < amount and left.skipped.reason != "wrong_currency":
            self.cut.append(Cut(rule.rule_id, unit, amount - left.amount, left.by))
        if not left.amount:
            self.skipped.setdefault(rule.rule_id, left.skipped)
        return left.amount

    def outcome(self, skipped: tuple[Skipped, ...], follows: tuple[Follow, ...]) -> Outcome:
        gave = tuple(self.credits), tuple(self.off), tuple(self.redeemable)
        return Outcome(*gave, skipped, tuple(self.cut), follows)

    def _paid(self, rule: CompiledRule) -> Own:
        return self.basket.paid(rule.selector, self.left)

    def _skip(self, rule: CompiledRule, reason: Reason, sentence: str) -> None:
        self.skipped.setdefault(rule.rule_id, Skipped(rule.rule_id, reason, sentence))

    def _skip_discount(self, rule: CompiledRule, *, paid: bool) -> None:
        if paid and not self.context.may_spend:
            self._skip(rule, "may_not_spend", "The group does not let this member spend.")
        elif paid:
            self._skip(rule, "nothing_paid_with", "The customer pays nothing with points.")
        else:
            self._skip(rule, "nothing_to_discount", "There is nothing to take off the rule's lines.")

    def reasons(self, occasions: tuple[str, ...]) -> tuple[Skipped, ...]:
        """For every rule of such an occasion that gave nothing, in judging order."""
        unseen = self.compiled.reasons.of(occasions, self.context.day)
        found = list(unseen.live)
        for later, failed in zip(self.compiled.reasons.later, self.found.failed[1:], strict=True):
            said = later.said
            for place in places_of(failed):
                found[place] = said[place]
            for place in places_of(failed & later.unsaid):
                found[place] = _unmet(self.compiled.live[place], self.basket, self.context)
        for place in self.found.places:
            rule_id = self.compiled.live[place].rule_id
            found[place] = None if rule_id in self.gave else self.skipped.get(rule_id)
        return (*filter(None, found), *unseen.idle)


def _after_paying(context: Context, unit: str, points: int) -> Context:
    """What is paid with once is not paid with again, whichever rule takes it."""
    balances = {**context.balances, unit: context.balances[unit] - points}
    return replace(context, balances=balances, pays={**context.pays, unit: context.pays[unit] - points})


def _unmet(rule: CompiledRule, basket: Basket, context: Context) -> Skipped | None:
    for holds, skipped in rule.checks:
        if not holds(basket, context):
            return skipped
    return None


def _nothing(effect: Crediting, *, multiplied: bool) -> Skipped:
    return effect.rounds_to_zero if multiplied else effect.nothing_to_multiply
