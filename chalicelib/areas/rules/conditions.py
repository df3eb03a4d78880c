"""Conditions compiled to closures: about a microsecond each, and a sentence for whoever asks why."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from chalicelib.areas.rules.answers import reader
from chalicelib.areas.rules.basket import Basket, LineSelector, label_test
from chalicelib.areas.rules.model.conditions import (
    AllOf,
    AnyOf,
    Ask,
    AskLabels,
    AskLines,
    Condition,
    NotSo,
)
from chalicelib.areas.rules.model.subjects import kind_of
from chalicelib.areas.rules.model.times import Earlier
from chalicelib.areas.rules.model.words import LineFilter
from chalicelib.areas.rules.past import holds_of, said_of
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.amounts import plain_decimal
from chalicelib.kit.periods import minute_of, parse_day

Holds = Callable[[Basket, Context], bool]
Selectors = Callable[[LineFilter], LineSelector]
Test = Callable[[Any], bool]

_LIMITS = {"at_least": operator.ge, "at_most": operator.le, "above": operator.gt, "below": operator.lt}
_WORDS = {"is": "is", "is_not": "is not", "one_of": "is one of", "none_of": "is none of"} | {
    "at_least": "is at least",
    "at_most": "is at most",
    "above": "is above",
    "below": "is below",
}


def compiled(condition: Condition, selectors: Selectors) -> Holds:
    match condition:
        case AllOf():
            return _all([compiled(part, selectors) for part in condition.all])
        case AnyOf():
            return _any([compiled(part, selectors) for part in condition.any])
        case NotSo():
            inner = compiled(condition.not_, selectors)
            return lambda basket, context: not inner(basket, context)
        case Ask():
            return _ask(condition)
        case AskLabels():
            return _labels(condition)
        case AskLines():
            return _lines(condition, selectors(condition.lines))
        case Earlier():
            return holds_of(condition)


def said(condition: Condition) -> str:
    """As a part of a sentence: what must hold."""
    match condition:
        case AllOf():
            return " and ".join(_part(part) for part in condition.all)
        case AnyOf():
            return " or ".join(_part(part) for part in condition.any)
        case NotSo():
            return f"not ({said(condition.not_)})"
        case Ask():
            return " and ".join(
                f"{condition.ask} {_WORDS[name]} {_listed(value)}" for name, value in condition.comparisons()
            )
        case AskLabels():
            wanted = (match.key if match.value is None else f"{match.key}={match.value}" for match in condition.one_of)
            return f"the {condition.labels_of} has a label {_listed(tuple(wanted))}"
        case AskLines():
            return _said_of_lines(condition)
        case Earlier():
            return said_of(condition)


def _part(condition: Condition) -> str:
    return f"({said(condition)})" if isinstance(condition, AllOf | AnyOf) else said(condition)


def _said_of_lines(asked: AskLines) -> str:
    if asked.of == "any":
        return "there is a line that the rule asks for"
    if asked.of == "all":
        return "every line is one that the rule asks for"
    return f"the {asked.of} of the lines that the rule asks for {_said_size(asked.at_least, asked.at_most)}"


def _said_size(least: object, most: object) -> str:
    return " and ".join(
        f"is {word} {size}" for word, size in (("at least", least), ("at most", most)) if size is not None
    )


def _listed(value: object) -> str:
    shown = value if isinstance(value, tuple) else (value,)
    most = 5
    text = ", ".join(("false", "true")[one] if isinstance(one, bool) else str(one) for one in shown[:most])
    return text + (f" and {len(shown) - most} more" if len(shown) > most else "")


def _all(parts: list[Holds]) -> Holds:
    def holds(basket: Basket, context: Context) -> bool:
        return all(part(basket, context) for part in parts)

    return holds


def _any(parts: list[Holds]) -> Holds:
    def holds(basket: Basket, context: Context) -> bool:
        return any(part(basket, context) for part in parts)

    return holds


# --- a subject ---------------------------------------------------------------------------------------------------------


def _ask(asked: Ask) -> Holds:
    kind, read = kind_of(asked.ask), reader(asked.ask)
    if kind == "money":
        return _money(asked)
    tests = [_test(str(kind), name, value) for name, value in asked.comparisons()]
    if len(tests) == 1:
        [only] = tests

        def one_holds(basket: Basket, context: Context) -> bool:
            answer = read(basket, context)
            return answer is not None and only(answer)

        return one_holds

    def holds(basket: Basket, context: Context) -> bool:
        answer = read(basket, context)
        return answer is not None and all(test(answer) for test in tests)

    return holds


def _money(asked: Ask) -> Holds:
    """At face value: "20.00" is 20.00 of whatever currency the order is in."""
    tests = [_test("number", name, value) for name, value in asked.comparisons()]

    def holds(basket: Basket, _: Context) -> bool:
        value = Fraction(basket.value, 10**basket.decimals)
        return all(test(value) for test in tests)

    if len(tests) == 1 and asked.at_least is not None:
        return at_least_in_money(str(asked.at_least))
    return holds


def at_least_in_money(asked: str) -> Holds:
    limit = Fraction(asked)
    top, bottom = limit.numerator, limit.denominator
    return lambda basket, _: basket.value * bottom >= top * 10**basket.decimals


def _test(kind: str, name: str, value: object) -> Test:
    if name in _LIMITS:
        return _limit(_LIMITS[name], as_answered(kind, value))
    values = value if isinstance(value, tuple) else (value,)
    negated = name in ("is_not", "none_of")
    if kind == "any":
        return _field_test(values, negated=negated)
    wanted = frozenset(as_answered(kind, one) for one in values)
    if kind == "texts":
        return wanted.isdisjoint if negated else (lambda answer: not wanted.isdisjoint(answer))
    return (lambda answer: answer not in wanted) if negated else (lambda answer: answer in wanted)


def _field_test(values: tuple[object, ...], *, negated: bool) -> Test:
    """By type and value: true is not 1. What is asked in quotes may be a text or a decimal, so that a postcode is found
    as it is written."""
    wanted = {_typed(one) for one in values} | {_typed(as_answered("any", one)) for one in values}
    return lambda answer: (_typed(answer) in wanted) is not negated


def _typed(value: object) -> tuple[str, object]:
    if isinstance(value, str):
        return "text", value
    return ("flag" if isinstance(value, bool) else "number"), value


def exact(decimal: str) -> int | Fraction:
    """Whole ones as integers: they compare ten times as fast."""
    value = Fraction(decimal)
    return value.numerator if value.denominator == 1 else value


def _limit(compare: Callable[[Any, Any], bool], limit: Any) -> Test:
    """What cannot be compared (a text with a number) passes nothing."""
    of_numbers = not isinstance(limit, str)

    def test(answer: Any) -> bool:
        if isinstance(answer, str) is of_numbers or isinstance(answer, bool):
            return False
        return compare(answer, limit)

    return test


def as_answered(kind: str, value: object) -> Any:
    """As answers are: days and times as integers, decimals exact."""
    if kind == "day":
        return parse_day(str(value))
    if kind == "time":
        return minute_of(str(value))
    if kind == "number" and isinstance(value, str):
        return exact(value)
    if kind == "any" and isinstance(value, str):
        decimal = plain_decimal(value)
        return value if decimal is None else Fraction(decimal)
    return value


# --- labels, lines -----------------------------------------------------------------------------------------------------


def _labels(asked: AskLabels) -> Holds:
    test = label_test(asked.one_of)
    if asked.labels_of == "order":
        return lambda basket, _: test(basket.labels)
    return lambda _, context: context.member is not None and test(context.member.labels)


def _lines(asked: AskLines, selector: LineSelector) -> Holds:
    if asked.of == "any":
        return lambda basket, _: bool(basket.own(selector).lines)
    if asked.of == "all":
        return lambda basket, _: len(basket.own(selector).lines) == len(basket.lines)
    bounds = [
        _limit(compare, exact(size))
        for compare, size in ((operator.ge, asked.at_least), (operator.le, asked.at_most))
        if size is not None
    ]
    by_value = asked.of == "value"

    def holds(basket: Basket, _: Context) -> bool:
        own = basket.own(selector)
        size = Fraction(own.value, 10**basket.decimals) if by_value else own.pieces
        return all(bound(size) for bound in bounds)

    return holds
