"""Rules on one cart: ours with everything that they give, and two expression libraries with the conditions of the same rules.

The cart has 20 lines, and all 200 rules give something. Beside them stand 2,000 others that are paused, or for others in
any way in which a rule can be: they must cost nothing worth naming. The libraries judge the conditions alone and count
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from time import process_time
from typing import Any

import rule_engine
from celpy import Environment
from celpy.adapter import json_to_cel

from chalicelib.areas.orders.model import Line, Sale
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.areas.rules.evaluate import CART, evaluate
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.periods import day_of
from tests.bench.figures import Gate, Row, Section, compared
from tests.twins import at

LINES, MATCHING, OTHERS = 20, 200, 2_000
TIMES_BESIDE_OTHERS = 1.2
MOST_MS = 2.0  # of CPU a cart, on an idle machine
ROUNDS, ROUNDS_OF_LIBRARIES = 60, 5
ALONE, BESIDE, RULE_ENGINE, CEL = "200 rules", "200 rules beside 2,000 others", "rule-engine", "cel-python"
TOLD, TOLD_BESIDE = "200 rules, with reasons", "200 rules beside 2,000 others, with reasons"
DISCOUNTS = "200 discounts"
_SUNDAY = Context(day=day_of(date(2026, 3, 15)), orders=1)
_CREDITS: tuple[dict[str, Any], ...] = (
    {"kind": "per_value", "unit": "points", "amount": 1, "per": "1.00"},
    {"kind": "per_product", "unit": "points", "amount": 2},
    {"kind": "fixed", "unit": "points", "amount": 5, "stage": "bonus"},
    {"kind": "multiply", "unit": "points", "factor": "1.5"},
    {"kind": "cashback", "unit": "cashback", "percent": "2.5"},
)
_DISCOUNTS: tuple[dict[str, Any], ...] = (
    {"kind": "percent_off", "percent": "1"},
    {"kind": "amount_off", "amount": "0.10"},
    {"kind": "buy_get", "buy": 2, "get": 1, "percent": "1"},
    {"kind": "percent_off", "percent": "1", "at_most": "0.20"},
)
_NOBODYS = [{"key": "nobody", "value": "none"}]
_FOR_OTHERS: tuple[dict[str, Any], ...] = (
    {"state": "paused"},
    {"window": {"until_day": "2026-03-14"}},
    {"audience": {"members": ["mem_0000000none"]}},
    {"audience": {"tiers": ["gold"]}},
    {"audience": {"segments": ["none"]}},
    {"audience": {"places": ["none"]}},
    {"audience": {"labels": _NOBODYS}},
    {"lines": {"skus": ["none"]}},
    {"lines": {"brands": ["none"]}},
    {"lines": {"categories": ["none"]}},
    {"lines": {"labels": _NOBODYS}},
    {"when": {"ask": "order.skus", "one_of": ["none"]}},
    {"when": {"ask": "order.value", "at_least": "100000"}},
    {"when": {"ask": "order.value", "at_most": "1.00"}},
    {"when": {"ask": "order.place", "is": "none"}},
    {"when": {"ask": "order.first", "is": True}},
    {"when": {"ask": "time.weekday", "is": "mon"}},
    {"when": {"ask": "account.tier", "is": "gold"}},
    {"when": {"ask": "member.segments", "is": "none"}},
    {"when": {"labels_of": "order", "one_of": _NOBODYS}},
    {"when": {"lines": {"skus": ["none"]}}},
    {"when": {"lines": {"categories": ["none"]}, "of": "value", "at_least": "5.00"}},
)


def measure(full: bool, tell: Callable[[str], None]) -> Section:
    rounds = 3 * ROUNDS if full else ROUNDS
    cart, rules = sold(), [rule(number) for number in range(MATCHING)]
    others = [idle(number) for number in range(OTHERS)]
    tell(f"{rounds} carts")
    works = [judged(cart, known, why=why) for why in (False, True) for known in (rules, [*rules, *others])]
    discounts = [off(number) for number in range(MATCHING)]
    alone, beside, told, told_beside, taken_off = in_turn([*works, judged(cart, discounts)], rounds)
    tell(RULE_ENGINE)
    expressions = by_rule_engine(cart, ROUNDS_OF_LIBRARIES)
    tell(CEL)
    cel = by_cel(cart, ROUNDS_OF_LIBRARIES)
    rows: list[Row] = [row(ALONE, alone, alone), row(BESIDE, beside, alone)]
    rows += [row(TOLD, told, alone), row(TOLD_BESIDE, told_beside, told), row(DISCOUNTS, taken_off, alone)]
    rows += [row(RULE_ENGINE, expressions, alone), row(CEL, cel, alone)]
    gates = {
        row["rules"]: Gate(row["ratio"], TIMES_BESIDE_OTHERS, spread=row["spread"])
        for row in rows
        if row["rules"] in (BESIDE, TOLD_BESIDE)
    }
    gates |= {
        f"ms of {row['rules']}": Gate(row["ms"], MOST_MS, timed=True)
        for row in rows
        if row["rules"] in (ALONE, DISCOUNTS)
    }
    return Section(rows, gates, {"engine": "no table: one process"})


def row(what: str, taken: list[float], alone: list[float]) -> Row:
    """The ratio is to our 200 rules alone; where reasons are told, of both."""
    found = compared(taken, alone[: len(taken)])
    return {"rules": what, "ms": found.ours, "ratio": found.ratio, "spread": found.spread}


def sold() -> Sale:
    draw = Random(20)
    lines = tuple(
        Line(
            line_no=number + 1,
            sku=f"sku-{number}",
            quantity=Decimal(1 + number % 3),
            gross_value=draw.randint(1_00, 99_99),
            category=("all", f"category-{number % 5}"),
            brand=f"brand-{number % 4}",
        )
        for number in range(LINES)
    )
    return Sale(number="cart", purchased_at=at("2026-03-15"), currency="EUR", lines=lines)


def skus(number: int) -> list[str]:
    return [f"sku-{number % LINES}", f"sku-{(number + 7) % LINES}"]


def rule(number: int, **fields: Any) -> Rule:
    """Each asks for a value, a weekday and one of two products; a quarter each is about all lines, products, a category, a brand."""
    own: tuple[dict[str, Any], ...] = (
        {},
        {"skus": skus(number)},
        {"categories": [f"category-{number % 5}"]},
        {"brands": [f"brand-{number % 4}"]},
    )
    when = [
        {"ask": "order.value", "at_least": "5.00"},
        {"not": {"ask": "time.weekday", "is": "mon"}},
        {"ask": "order.skus", "one_of": skus(number)},
    ]
    given = {"name": "A rule", "effects": [_CREDITS[number % len(_CREDITS)]], "lines": own[number % len(own)]}
    return Rule.model_validate({"rule_id": f"rule-{number}", "when": {"all": when}} | given | fields)


def idle(number: int) -> Rule:
    """Of 2,000 others: switched off, over, for others, about what is not in the cart, or asking for what is not so."""
    return rule(number, rule_id=f"idle-{number}", **_FOR_OTHERS[number % len(_FOR_OTHERS)])


def off(number: int) -> Rule:
    """A little of each kind, so that there is something left for all of them."""
    return rule(number, trigger={"on": "cart"}, effects=[_DISCOUNTS[number % len(_DISCOUNTS)]])


def judged(cart: Sale, rules: list[Rule], *, why: bool = False) -> Callable[[], None]:
    """The cart once, with what each line gets of each credit or discount."""
    compiled = compile_rules(rules)

    def once() -> None:
        outcome = evaluate(compiled, cart, _SUNDAY, CART, why=why)
        assert len([credit.lines for credit in outcome.credits]) + len(outcome.off) == MATCHING

    return once


def by_rule_engine(cart: Sale, rounds: int) -> list[float]:
    rules = [
        rule_engine.Rule(
            f'value >= 500 and weekday != "mon" and [line for line in lines if line["sku"] in {_listed(number)}]'
        )
        for number in range(MATCHING)
    ]
    thing = _told(cart)
    return timed(lambda: _all_hold(known.matches(thing) for known in rules), rounds)


def by_cel(cart: Sale, rounds: int) -> list[float]:
    environment = Environment()
    programs = [
        environment.program(
            environment.compile(
                f'value >= 500 && weekday != "mon" && lines.exists(line, line.sku in {_listed(number)})'
            )
        )
        for number in range(MATCHING)
    ]
    thing = {name: json_to_cel(value) for name, value in _told(cart).items()}
    return timed(lambda: _all_hold(bool(known.evaluate(thing)) for known in programs), rounds)


def _listed(number: int) -> str:
    return "[" + ", ".join(f'"{sku}"' for sku in skus(number)) + "]"


def _told(cart: Sale) -> dict[str, Any]:
    lines = [{"sku": line.sku, "value": line.gross_value} for line in cart.lines]
    return {"value": cart.gross_value, "weekday": "sun", "lines": lines}


def _all_hold(answers: Iterable[bool]) -> None:
    assert all(answers)


def timed(work: Callable[[], None], rounds: int) -> list[float]:
    [taken] = in_turn([work], rounds)
    return taken


def in_turn(works: Sequence[Callable[[], None]], rounds: int) -> list[list[float]]:
    """Milliseconds of CPU of each round: what else the machine does meets all of them."""
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            began = process_time()
            work()
            times.append((process_time() - began) * 1_000)
    return taken
