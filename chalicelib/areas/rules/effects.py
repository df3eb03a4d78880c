"""Effects compiled to closures: how much a rule gives for its own lines, exact until the one rounding at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, assert_never

from chalicelib.areas.rules.lines import Basket, Lines, sum_value
from chalicelib.areas.rules.model import Effect, Multiply, PerOrder, PerProduct, PerValue
from chalicelib.kit.amounts import Rounding, rounded


class Gain(NamedTuple):
    """What an effect comes to, and the lines it belongs to (never none)."""

    amount: int
    lines: Lines
    value: int


Gains = Callable[[Basket, Lines, Sequence[Gain], Rounding], Gain | None]
"""(the order, the rule's own lines, what the base stage has credited in its unit, how the unit rounds where the rule does
not say); None: nothing there to multiply."""


def gains(effect: Effect) -> Gains:
    match effect:
        case PerValue():
            return _per_value(effect)
        case PerProduct():
            return _per_product(effect)
        case PerOrder():
            return _per_order(effect)
        case Multiply():
            return _multiply(effect)
        case _:
            assert_never(effect)


def _per_value(effect: PerValue) -> Gains:
    per, amount, whole_steps, rounding = Fraction(effect.per), effect.amount, effect.whole_steps, effect.rounding
    top, bottom = per.denominator, per.numerator

    def gain(basket: Basket, own: Lines, _base: Sequence[Gain], default: Rounding) -> Gain:
        value = basket.value if own is basket.lines else sum_value(own)
        steps = value * top
        step = bottom * 10**basket.decimals
        if whole_steps:
            return Gain(steps // step * amount, own, value)
        return Gain(rounded(Fraction(steps * amount, step), rounding or default), own, value)

    return gain


def _per_product(effect: PerProduct) -> Gains:
    def gain(_basket: Basket, own: Lines, _base: Sequence[Gain], default: Rounding) -> Gain:
        if effect.times == "line":
            return Gain(effect.amount * len(own), own, sum_value(own))
        pieces = sum((Fraction(line.quantity) for line in own), Fraction())
        return Gain(rounded(effect.amount * pieces, effect.rounding or default), own, sum_value(own))

    return gain


def _per_order(effect: PerOrder) -> Gains:
    return lambda _basket, own, _base, _default: Gain(effect.amount, own, sum_value(own))


def _multiply(effect: Multiply) -> Gains:
    extra = Fraction(effect.factor) - 1

    def gain(_basket: Basket, own: Lines, base: Sequence[Gain], default: Rounding) -> Gain | None:
        mine = {line.line_no for line in own}
        share, multiplied = Fraction(), set[int]()
        for credited in base:
            common = tuple(line for line in credited.lines if line.line_no in mine)
            share += _share(credited, common)
            multiplied.update(line.line_no for line in common)
        if not multiplied:
            return None
        lines = tuple(line for line in own if line.line_no in multiplied)
        return Gain(rounded(extra * share, effect.rounding or default), lines, sum_value(lines))

    return gain


def _share(credited: Gain, lines: Lines) -> Fraction:
    """The part of a credit that lies on some of its lines: by value, or line by line where all were free."""
    if len(lines) == len(credited.lines):
        return Fraction(credited.amount)
    if credited.value == 0:
        return Fraction(credited.amount * len(lines), len(credited.lines))
    return Fraction(credited.amount * sum_value(lines), credited.value)
