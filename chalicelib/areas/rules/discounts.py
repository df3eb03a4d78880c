"""Discounts compiled to closures: what an effect takes off the own lines of what is left to pay for each.

Nothing becomes negative, the parts sum to the whole, and lines go by their numbers or prices, never by where they stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import assert_never

from chalicelib.areas.rules.basket import Basket, Own
from chalicelib.areas.rules.model.effects import (
    AmountOff,
    BuyGet,
    CheapestFree,
    DiscountEffect,
    FixedPrice,
    FreeDelivery,
    PayWithPoints,
    PercentOff,
)
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.amounts import rounded, shared_out

Left = Mapping[int, int]  # of each line of the cart, by its number
Parts = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What comes off each line; for how many points; and what more the customer could pay with."""

    parts: Parts
    points: int = 0
    could_pay: int = 0
    could_save: int = 0

    @property
    def amount(self) -> int:
        return sum(part for _, part in self.parts)


Takes = Callable[[Basket, Own, Left, Context], Taken]


def takes(effect: DiscountEffect) -> Takes:
    match effect:
        case PercentOff():
            return _percent(effect)
        case AmountOff():
            return _amount(effect)
        case FixedPrice():
            return _fixed_price(effect)
        case BuyGet():
            return _cheapest(effect.buy + effect.get, effect.get, Fraction(effect.percent) / 100, effect.sets_at_most)
        case CheapestFree():
            return _cheapest(effect.pieces, 1, Fraction(1), 1)
        case FreeDelivery():
            return _free_delivery
        case PayWithPoints():
            return _pay(effect)
        case _:
            assert_never(effect)


def money(face_value: str, decimals: int) -> int:
    """So many smallest parts of the cart's currency; what is less than one of them is nobody's."""
    return int(Fraction(face_value) * 10**decimals)


def _spread(amount: int, own: Own, left: Left) -> Taken:
    """By what is left to pay for each line: never more than that."""
    weights = [left[number] for number in own.numbers]
    shares = shared_out(min(amount, sum(weights)), weights) if amount else ()
    return Taken(tuple((no, share) for no, share in zip(own.numbers, shares, strict=False) if share))


def _percent(effect: PercentOff) -> Takes:
    top, bottom = (Fraction(effect.percent) / 100).as_integer_ratio()

    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        amount = (2 * top * sum([left[number] for number in own.numbers]) + bottom) // (2 * bottom)
        if effect.at_most is not None:
            amount = min(amount, money(effect.at_most, basket.decimals))
        return _spread(amount, own, left)

    return take


def _amount(effect: AmountOff) -> Takes:
    return lambda basket, own, left, _: _spread(money(effect.amount, basket.decimals), own, left)


def _fixed_price(effect: FixedPrice) -> Takes:
    top, bottom = Fraction(effect.price).as_integer_ratio()

    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        parts: list[tuple[int, int]] = []
        price = top * 10**basket.decimals
        for number, (count, of) in zip(own.numbers, own.quantities, strict=True):
            part = left[number] - (2 * price * count + bottom * of) // (2 * bottom * of)  # half a part is one
            if part > 0:
                parts.append((number, part))
        return Taken(tuple(parts))

    return take


def _cheapest(pieces: int, free: int, share: Fraction, most: int | None) -> Takes:
    """Of each so many whole pieces the cheapest ones, by what is left to pay for a piece; then by the line's number."""
    top, bottom = share.as_integer_ratio()

    def take(_: Basket, own: Own, left: Left, _context: Context) -> Taken:
        whole = [
            (number, count // of, count, of)
            for number, (count, of) in zip(own.numbers, own.quantities, strict=True)
            if count >= of
        ]
        sets = sum([pieces for _, pieces, _, _ in whole]) // pieces
        to_go = (sets if most is None else min(sets, most)) * free
        common = lcm(*[count for _, _, count, _ in whole])  # prices of a piece in parts of one denominator
        whole.sort(key=lambda one: left[one[0]] * one[3] * (common // one[2]))
        parts: list[tuple[int, int]] = []
        for number, there, count, of in whole:
            if not to_go:
                break
            gone = min(there, to_go)
            to_go -= gone
            part = left[number] * gone * of * top // (count * bottom)
            if part:
                parts.append((number, part))
        return Taken(tuple(sorted(parts)))

    return take


def _free_delivery(basket: Basket, _: Own, left: Left, _context: Context) -> Taken:
    delivery = (line.line_no for line in basket.lines if line.delivery)
    return Taken(tuple((number, left[number]) for number in delivery if left[number]))


def _pay(effect: PayWithPoints) -> Takes:
    """Whole steps of so many points for so much money: as many as the customer asks for, has, and may; and no step more than
    the money takes that comes of it."""

    step = effect.points if effect.whole_steps else 1
    top, bottom = (Fraction(effect.value) * step / effect.points).as_integer_ratio()

    def take(basket: Basket, own: Own, left: Left, context: Context) -> Taken:
        there = context.balances.get(effect.unit, 0)
        most = _most(effect, basket, own, left) if there > 0 else 0
        if not most:
            return Taken(())
        worth = top * 10**basket.decimals, bottom
        possible, saved = _steps(min(there // step, most * bottom // worth[0]), worth)
        taken, value = _steps(min(possible, context.pays.get(effect.unit, 0) // step), worth)
        parts = _spread(value, own, left).parts
        if value == saved:
            return Taken(parts, taken * step)
        return Taken(parts, taken * step, (possible - taken) * step, saved - value)

    return take


def _steps(most: int, worth: tuple[int, int]) -> tuple[int, int]:
    """The fewest steps that are worth as many smallest parts as `most` of them are, and those parts."""
    top, bottom = worth
    value = most * top // bottom
    return -(-value * bottom // top), value


def _most(effect: PayWithPoints, basket: Basket, own: Own, left: Left) -> int:
    open_value = sum(left[number] for number in own.numbers)
    limits = [open_value]
    if effect.at_most is not None:
        limits.append(money(effect.at_most, basket.decimals))
    if effect.at_most_percent is not None:
        limits.append(rounded(Fraction(effect.at_most_percent) / 100 * own.value, "down"))
    return min(limits)
