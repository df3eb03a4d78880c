"""Discounts compiled to closures: what an effect takes off the own lines of what is left to pay for each.

Nothing becomes negative, the parts sum to the whole, and lines go by their numbers or prices, never by where they stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
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
    shares = shared_out(min(amount, sum(weights)), weights)
    return Taken(tuple((no, share) for no, share in zip(own.numbers, shares, strict=True) if share))


def _percent(effect: PercentOff) -> Takes:
    share = Fraction(effect.percent) / 100

    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        amount = rounded(share * sum(left[number] for number in own.numbers), "half_up")
        if effect.at_most is not None:
            amount = min(amount, money(effect.at_most, basket.decimals))
        return _spread(amount, own, left)

    return take


def _amount(effect: AmountOff) -> Takes:
    return lambda basket, own, left, _: _spread(money(effect.amount, basket.decimals), own, left)


def _fixed_price(effect: FixedPrice) -> Takes:
    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        price = Fraction(effect.price) * 10**basket.decimals
        parts = (
            (line.line_no, left[line.line_no] - rounded(price * Fraction(line.quantity), "half_up"))
            for line in own.lines
        )
        return Taken(tuple((number, part) for number, part in parts if part > 0))

    return take


def _cheapest(pieces: int, free: int, share: Fraction, most: int | None) -> Takes:
    """Of each so many whole pieces the cheapest ones, by what is left to pay for a piece; then by the line's number."""

    def take(_: Basket, own: Own, left: Left, _context: Context) -> Taken:
        whole = [
            (line.line_no, int(line.quantity), Fraction(line.quantity)) for line in own.lines if line.quantity >= 1
        ]
        sets = sum(count for _, count, _ in whole) // pieces
        to_go = (sets if most is None else min(sets, most)) * free
        whole.sort(key=lambda one: (left[one[0]] / one[2], one[0]))
        parts: list[tuple[int, int]] = []
        for number, count, quantity in whole:
            gone = min(count, to_go)
            to_go -= gone
            part = rounded(left[number] * gone / quantity * share, "down")
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

    def take(basket: Basket, own: Own, left: Left, context: Context) -> Taken:
        step = effect.points if effect.whole_steps else 1
        worth = Fraction(effect.value) * 10**basket.decimals * step / effect.points
        most = _most(effect, basket, own, left)
        there = max(0, context.balances.get(effect.unit, 0))
        possible, saved = _steps(min(there // step, int(most / worth)), worth)
        taken, value = _steps(min(possible, context.pays.get(effect.unit, 0) // step), worth)
        parts = _spread(value, own, left).parts
        if value == saved:
            return Taken(parts, taken * step)
        return Taken(parts, taken * step, (possible - taken) * step, saved - value)

    return take


def _steps(most: int, worth: Fraction) -> tuple[int, int]:
    """The fewest steps that are worth as many smallest parts as `most` of them are, and those parts."""
    value = int(most * worth)
    return ceil(value / worth), value


def _most(effect: PayWithPoints, basket: Basket, own: Own, left: Left) -> int:
    open_value = sum(left[number] for number in own.numbers)
    limits = [open_value]
    if effect.at_most is not None:
        limits.append(money(effect.at_most, basket.decimals))
    if effect.at_most_percent is not None:
        limits.append(rounded(Fraction(effect.at_most_percent) / 100 * own.value, "down"))
    return min(limits)
