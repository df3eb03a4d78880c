"""A book shop's orders and rules, in few words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chalicelib.areas.orders.model import Line, Sale
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.areas.rules.evaluate import evaluate
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.outcome import Credit, Outcome
from chalicelib.areas.rules.purchase import Context, Purchase
from chalicelib.kit.labels import Label
from chalicelib.kit.periods import parse_day


def day(text: str) -> int:
    found = parse_day(text)
    assert found is not None
    return found


TODAY = Context(day=day("2026-03-15"))

ONE_PER_EURO = {"kind": "per_value", "amount": 1, "per": "1.00", "rounding": "down"}


def rule(rule_id: str = "rule", **fields: Any) -> Rule:
    """One point per whole euro, unless told otherwise."""
    effect = fields.get("effect") or ONE_PER_EURO
    stage = "multiply" if effect["kind"] == "multiply" else "base"
    given = {"name": rule_id, "unit": "points", "stage": stage, "effect": ONE_PER_EURO}
    return Rule.model_validate({"rule_id": rule_id} | given | fields)


def times(factor: str, rule_id: str = "times", **fields: Any) -> Rule:
    return rule(rule_id, effect={"kind": "multiply", "factor": factor}, **fields)


def line(line_no: int, gross_value: int, sku: str = "book", quantity: str = "1", **fields: Any) -> Line:
    return Line(line_no=line_no, sku=sku, quantity=Decimal(quantity), gross_value=gross_value, **fields)


def sale(*lines: Line | int, currency: str = "EUR", **fields: Any) -> Sale:
    """Lines, or just their values in cents."""
    bought = tuple(line(at, one) if isinstance(one, int) else one for at, one in enumerate(lines, start=1))
    return Sale(number="1001", purchased_at=1_773_571_200_000, currency=currency, lines=bought, **fields)


def label(key: str, value: str) -> Label:
    return Label(key=key, value=value)


def judge(purchase: Purchase, *rules: Rule, context: Context = TODAY) -> Outcome:
    return evaluate(compile_rules(rules), purchase, context)


def amounts(outcome: Outcome) -> dict[str, int]:
    return {credit.rule_id: credit.amount for credit in outcome.credits}


def reasons(outcome: Outcome) -> dict[str, str]:
    return {skipped.rule_id: skipped.reason for skipped in outcome.skipped}


def only_credit(outcome: Outcome) -> Credit:
    (credit,) = outcome.credits
    return credit
