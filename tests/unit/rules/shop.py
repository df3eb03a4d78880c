"""A book shop's orders and rules, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from chalicelib.areas.orders.model import Line, Sale
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.areas.rules.evaluate import CART, evaluate
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.outcome import Credit, Outcome
from chalicelib.areas.rules.purchase import Context, Purchase
from chalicelib.kit.base import STORED
from chalicelib.kit.labels import Label
from chalicelib.kit.periods import parse_day


def day(text: str) -> int:
    found = parse_day(text)
    assert found is not None
    return found


@dataclass(frozen=True)
class Reader:
    """A member who buys books."""

    member_id: str = "mem_0000000anna"
    group_id: str | None = None
    locale: str = "de"
    newsletter: bool = True
    birth_date: date | None = None
    labels: tuple[Label, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


TODAY = Context(day=day("2026-03-15"), minute=16 * 60 + 30, member=Reader(), enrolled_on=day("2025-03-15"), orders=1)
NOBODY = Context(day=TODAY.day, minute=TODAY.minute)

ONE_PER_EURO = {"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00", "rounding": "down"}


def rule(rule_id: str = "rule", *effects: dict[str, Any], **fields: Any) -> Rule:
    """One point per whole euro, unless told otherwise."""
    return Rule.model_validate(_rule(rule_id, effects, fields))


def kept(rule_id: str, *effects: dict[str, Any], **fields: Any) -> Rule:
    """As it was let in once: also one that would be refused today."""
    return Rule.model_validate(_rule(rule_id, effects, fields), context=STORED)


def _rule(rule_id: str, effects: tuple[dict[str, Any], ...], fields: dict[str, Any]) -> dict[str, Any]:
    return {"rule_id": rule_id, "name": rule_id, "effects": effects or [ONE_PER_EURO]} | fields


def of_cart(rule_id: str, *effects: dict[str, Any], **fields: Any) -> Rule:
    return rule(rule_id, *effects, trigger={"on": "cart"}, **fields)


def off(kind: str, **effect: Any) -> Rule:
    """A discount, by itself."""
    lines = effect.pop("lines", {})
    return of_cart("off", {"kind": kind} | effect, lines=lines)


def fixed(amount: int, stage: str = "base", unit: str = "points") -> dict[str, Any]:
    return {"kind": "fixed", "unit": unit, "amount": amount, "stage": stage}


def times(factor: str, rule_id: str = "times", unit: str = "points", **fields: Any) -> Rule:
    return rule(rule_id, {"kind": "multiply", "unit": unit, "factor": factor}, **fields)


def line(line_no: int, gross_value: int, sku: str = "book", quantity: str = "1", **fields: Any) -> Line:
    return Line(line_no=line_no, sku=sku, quantity=Decimal(quantity), gross_value=gross_value, **fields)


def sale(*lines: Line | int, currency: str = "EUR", **fields: Any) -> Sale:
    """Lines, or just their values in cents."""
    bought = tuple(line(at, one) if isinstance(one, int) else one for at, one in enumerate(lines, start=1))
    return Sale(number="1001", purchased_at=1_773_571_200_000, currency=currency, lines=bought, **fields)


def label(key: str, value: str) -> Label:
    return Label(key=key, value=value)


def judge(purchase: Purchase, *rules: Rule, context: Context = TODAY) -> Outcome:
    return evaluate(compile_rules(rules), purchase, context, why=True)


def checkout(cart: Purchase, *rules: Rule, context: Context = TODAY) -> Outcome:
    """With its discounts."""
    return evaluate(compile_rules(rules), cart, context, CART, why=True)


def taken(outcome: Outcome) -> dict[str, dict[int, int]]:
    """What each rule takes off each line."""
    return {one.rule_id: dict(one.lines) for one in outcome.off}


def amounts(outcome: Outcome) -> dict[str, int]:
    return {credit.rule_id: credit.amount for credit in outcome.credits}


def reasons(outcome: Outcome) -> dict[str, str]:
    return {skipped.rule_id: skipped.reason for skipped in outcome.skipped}


def only_credit(outcome: Outcome) -> Credit:
    (credit,) = outcome.credits
    return credit
