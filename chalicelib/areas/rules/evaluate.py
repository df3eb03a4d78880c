"""One purchase judged by compiled rules. Pure: recording and simulating run this same code, so they cannot differ."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.areas.rules.compile import CompiledRule, CompiledRules
from chalicelib.areas.rules.effects import Gain
from chalicelib.areas.rules.lines import Basket
from chalicelib.areas.rules.outcome import Credit, Outcome, Skipped
from chalicelib.areas.rules.purchase import Context, Purchase
from chalicelib.errors import Refused
from chalicelib.kit.amounts import MAX_AMOUNT, split


def evaluate(compiled: CompiledRules, purchase: Purchase, context: Context) -> Outcome:
    """What every rule makes of the purchase. Refuses a credit that no account could hold (`credit_too_large`)."""
    basket = Basket(purchase)
    base: dict[str, list[Gain]] = {}
    stopped_by: dict[tuple[str, str], str] = {}
    given: list[Credit] = []
    skipped: list[Skipped] = []
    for rule in compiled.live:
        gain = _judged(rule, basket, context, base.get(rule.unit, ()))
        if isinstance(gain, Skipped):
            skipped.append(gain)
            continue
        stopper = stopped_by.get((rule.unit, rule.stage))
        if stopper is not None:
            skipped.append(_stopped(rule, stopper))
            continue
        given.append(_credit(rule, gain))
        if rule.stage == "base":
            base.setdefault(rule.unit, []).append(gain)
        if rule.stop:
            stopped_by[rule.unit, rule.stage] = rule.rule_id
    return Outcome(tuple(given), (*skipped, *compiled.inactive))


def _judged(rule: CompiledRule, basket: Basket, context: Context, base: Sequence[Gain]) -> Gain | Skipped:
    for holds, skipped in rule.checks:
        if not holds(basket, context):
            return skipped
    own = rule.own_lines(basket)
    if not own:
        return rule.no_lines
    gain = rule.gains(basket, own, base, context.roundings.get(rule.unit, "half_up"))
    if gain is None:
        return rule.nothing_to_multiply
    return gain if gain.amount else rule.rounds_to_zero


def _stopped(rule: CompiledRule, stopper: str) -> Skipped:
    return Skipped(rule.rule_id, "stopped", f"Rule {stopper} credited {rule.unit} and lets no later rule do so.")


def _credit(rule: CompiledRule, gain: Gain) -> Credit:
    if gain.amount > MAX_AMOUNT:
        message = f"Rule {rule.rule_id} would give more than an account can hold."
        raise Refused("credit_too_large", message, param="rules")
    parts = split(gain.amount, [line.gross_value for line in gain.lines])
    lines = tuple((line.line_no, part) for line, part in zip(gain.lines, parts, strict=True))
    return Credit(rule.rule_id, rule.unit, gain.amount, lines, gain.value)
