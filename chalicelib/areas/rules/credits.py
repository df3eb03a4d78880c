"""Credits compiled to closures: how much an effect gives for a rule's own lines, exact until the one rounding at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
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


Base = Mapping[Own, int]  # what the base stage has credited in the effect's unit, by the lines it was for
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
        if (rounding or context.roundings.get(unit, "half_up")) == "down":
            amount = numerator // denominator
        else:
            amount = (2 * numerator + denominator) // (2 * denominator)
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
    """Money as money: a percentage of the smallest parts themselves."""
    share = Fraction(effect.percent) / 100

    def gain(_: Basket, own: Own, _base: Base, context: Context) -> Gain:
        rounding = effect.rounding or context.roundings.get(effect.unit, "half_up")
        return Gain(_capped(rounded(share * own.value, rounding), effect.at_most), own)

    return gain


def _per_product(effect: PerProduct) -> Gains:
    def gain(_: Basket, own: Own, _base: Base, context: Context) -> Gain:
        if effect.times == "line":
            return Gain(_capped(effect.amount * len(own.lines), effect.at_most), own)
        rounding = effect.rounding or context.roundings.get(effect.unit, "half_up")
        return Gain(_capped(rounded(effect.amount * own.pieces, rounding), effect.at_most), own)

    return gain


def _fixed(amount: int) -> Gains:
    return lambda _, own, _base, _context: Gain(amount, own)


def _multiply(effect: Multiply) -> Gains:
    factor = _factor(effect)

    def gain(basket: Basket, own: Own, base: Base, context: Context) -> Gain | None:
        extra = factor(basket, context)
        multiplied, share = _multiplied(own, base)
        if not multiplied.lines or not extra:
            return None
        rounding = effect.rounding or context.roundings.get(effect.unit, "half_up")
        return Gain(_capped(rounded(extra * share, rounding), effect.at_most), multiplied)

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


def _multiplied(own: Own, base: Base) -> tuple[Own, Fraction]:
    """The own lines that the base credited, and what of its credits lies on them."""
    if len(base) == 1 and own in base:
        return own, Fraction(base[own])
    mine, share, multiplied = set(own.numbers), Fraction(), set[int]()
    for credited, amount in base.items():
        common = [place for place, number in enumerate(credited.numbers) if number in mine]
        share += _share(amount, credited, common)
        multiplied.update(credited.numbers[place] for place in common)
    if len(multiplied) == len(own.numbers):
        return own, share
    values = dict(zip(own.numbers, own.values, strict=True))
    return Own(tuple(line for line in own.lines if line.line_no in multiplied), values), share


def _share(amount: int, credited: Own, places: list[int]) -> Fraction:
    """The part of a credit that lies on some of its lines: by value, or line by line where all were free."""
    if len(places) == len(credited.numbers):
        return Fraction(amount)
    if credited.value == 0:
        return Fraction(amount * len(places), len(credited.numbers))
    return Fraction(amount * sum(credited.values[place] for place in places), credited.value)


def _capped(amount: int, most: int | None) -> int:
    return amount if most is None else min(amount, most)
