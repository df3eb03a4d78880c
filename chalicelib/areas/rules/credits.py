"""Credits compiled to closures: how much an effect gives for a rule's own lines, exact until the one rounding at the end."""

from __future__ import annotations

from collections.abc import Callable, Container
from fractions import Fraction
from math import lcm
from typing import NamedTuple, assert_never

from chalicelib.areas.rules.basket import Basket, Own
from chalicelib.areas.rules.model.effects import (
    Cashback,
    CreditEffect,
    FixedAmount,
    LabelFactor,
    Multiply,
    PerProduct,
    PerValue,
)
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.amounts import Rounding, rounded


class Gain(NamedTuple):
    """What an effect comes to, and the lines it belongs to."""

    amount: int
    own: Own


class Base:
    """What the base stage has credited in one unit, line by line: a credit lies on its lines by value, or evenly where all of
    them were free. Exact, in parts of one common denominator, so that a multiplier adds up integers."""

    __slots__ = ("_bottom", "_credited", "_found", "_on_lines")

    def __init__(self) -> None:
        self._credited: dict[Own, int] = {}
        self._bottom = 0
        self._on_lines: dict[int, int] = {}
        self._found: dict[Own, tuple[Own, int, int]] = {}

    def add(self, own: Own, amount: int) -> None:
        self._credited[own] = self._credited.get(own, 0) + amount

    def multiplied(self, own: Own) -> tuple[Own, int, int]:
        """Those of the lines that were credited, and what of the credits lies on them as a ratio. All credits are there."""
        known = self._found.get(own)
        if known is None:
            if not self._bottom:
                self._lay_out()
            on_lines = self._on_lines
            top = sum([on_lines.get(number, 0) for number in own.numbers])
            known = self._found[own] = (_within(own, on_lines), top, self._bottom)
        return known

    def _lay_out(self) -> None:
        self._bottom = lcm(*[own.value or len(own.numbers) for own in self._credited])
        on_lines = self._on_lines
        for own, amount in self._credited.items():
            part = amount * (self._bottom // (own.value or len(own.numbers)))
            for number, value in zip(own.numbers, own.values, strict=True):
                on_lines[number] = on_lines.get(number, 0) + part * (value if own.value else 1)


def _within(own: Own, numbers: Container[int]) -> Own:
    lines = tuple(line for line in own.lines if line.line_no in numbers)
    if len(lines) == len(own.lines):
        return own
    return Own(lines, dict(zip(own.numbers, own.values, strict=True)))


Gains = Callable[[Basket, Own, Base, Context], Gain | None]
"""(the order, the rule's own lines as they are paid, the base, the circumstances); None: nothing there to multiply."""


def gains(effect: CreditEffect) -> Gains:
    match effect:
        case PerValue():
            return _per_value(effect)
        case PerProduct():
            return _per_product(effect)
        case FixedAmount():
            return _fixed(effect.amount)
        case Cashback():
            return _cashback(effect)
        case Multiply():
            return _multiply(effect)
        case _:
            assert_never(effect)


def _proportion(top: int, bottom: int, unit: str, rounding: Rounding | None, most: int | None) -> Gains:
    """top ÷ bottom for each whole of the currency."""

    def gain(basket: Basket, own: Own, _: Base, context: Context) -> Gain | None:
        numerator, denominator = own.value * top, bottom * 10**basket.decimals
        amount = _ratio(numerator, denominator, rounding or context.roundings.get(unit, "half_up"))
        return Gain(amount if most is None or amount < most else most, own)

    return gain


def _per_value(effect: PerValue) -> Gains:
    per = Fraction(effect.per)
    if not effect.whole_steps:
        top, bottom = effect.amount * per.denominator, per.numerator
        return _proportion(top, bottom, effect.unit, effect.rounding, effect.at_most)

    def gain(basket: Basket, own: Own, _: Base, _context: Context) -> Gain | None:
        steps = own.value * per.denominator // (per.numerator * 10**basket.decimals)
        return Gain(_capped(steps * effect.amount, effect.at_most), own)

    return gain


def _cashback(effect: Cashback) -> Gains:
    """Money as money: 5 % of 10.00 are 0.50, in however many decimals the unit counts."""
    top, bottom = (Fraction(effect.percent) / 100).as_integer_ratio()

    def gain(basket: Basket, own: Own, _base: Base, context: Context) -> Gain:
        rounding = effect.rounding or context.roundings.get(effect.unit, "half_up")
        more = context.decimals.get(effect.unit, basket.decimals) - basket.decimals
        numerator, denominator = top * own.value * 10 ** max(more, 0), bottom * 10 ** max(-more, 0)
        return Gain(_capped(_ratio(numerator, denominator, rounding), effect.at_most), own)

    return gain


def _per_product(effect: PerProduct) -> Gains:
    def gain(_: Basket, own: Own, _base: Base, context: Context) -> Gain:
        if effect.times == "line":
            return Gain(_capped(effect.amount * len(own.lines), effect.at_most), own)
        rounding = effect.rounding or context.roundings.get(effect.unit, "half_up")
        return Gain(_capped(rounded(Fraction(effect.amount * own.pieces), rounding), effect.at_most), own)

    return gain


def _fixed(amount: int) -> Gains:
    return lambda _, own, _base, _context: Gain(amount, own)


def _multiply(effect: Multiply) -> Gains:
    factor = _factor(effect)

    def gain(basket: Basket, own: Own, base: Base, context: Context) -> Gain | None:
        extra = factor(basket, context)
        multiplied, top, bottom = base.multiplied(own)
        if not multiplied.lines or not extra:
            return None
        rounding = effect.rounding or context.roundings.get(effect.unit, "half_up")
        amount = _ratio(extra.numerator * top, extra.denominator * bottom, rounding)
        return Gain(_capped(amount, effect.at_most), multiplied)

    return gain


def _factor(effect: Multiply) -> Callable[[Basket, Context], Fraction]:
    """Less the one time that the base has given already; 0 where there is no factor for this tier or these labels."""
    if effect.factor is not None:
        extra = Fraction(effect.factor) - 1
        return lambda _, _context: extra
    if effect.by_tier:
        of_tier = {tier: Fraction(factor) - 1 for tier, factor in effect.by_tier.items()}
        return lambda _, context: of_tier.get(context.tier or "", Fraction())
    return lambda basket, _: _of_labels(effect.by_label, basket)


def _of_labels(factors: tuple[LabelFactor, ...], basket: Basket) -> Fraction:
    found = [
        Fraction(known.factor) - 1
        for known in factors
        for label in basket.labels
        if label.key == known.key and known.value in (None, label.value)
    ]
    return max(found, default=Fraction())


def _ratio(top: int, bottom: int, rounding: Rounding) -> int:
    """As kit/amounts rounds, without making a fraction first: a large part of what a rule costs."""
    return top // bottom if rounding == "down" else (2 * top + bottom) // (2 * bottom)


def _capped(amount: int, most: int | None) -> int:
    return amount if most is None else min(amount, most)
