"""Discounts compiled to closures: what an effect takes off the own lines of what is left to pay for each.

Nothing becomes negative, the parts sum to the whole, and lines go by prices and by what they are, never by where they stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, assert_never

from chalicelib.areas.rules.basket import Basket, Own, Parts
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
from chalicelib.kit.amounts import shared_out

Left = Mapping[int, int]  # of each line of the cart, by its number


class Taken(NamedTuple):
    """What comes off each line, and in all; for how many points; and what more the customer could pay with."""

    parts: Parts
    amount: int
    points: int = 0
    could_pay: int = 0
    could_save: int = 0


NOTHING = Taken((), 0)


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


def _money(face_value: str) -> Callable[[int], int]:
    """So many smallest parts of a currency with so many decimals; what is less than one of them is nobody's."""
    top, bottom = Fraction(face_value).as_integer_ratio()
    return lambda decimals: top * 10**decimals // bottom


def _spread(amount: int, own: Own, weights: Sequence[int], whole: int) -> Taken:
    """By what is left to pay for each line, and in all: never more than that."""
    amount = min(amount, whole)
    return _taken(own, shared_out(amount, weights, whole), amount) if amount else NOTHING


def _taken(own: Own, shares: Sequence[int], amount: int) -> Taken:
    parts = own.told(shares)
    return Taken(parts if 0 not in shares else tuple([part for part in parts if part[1]]), amount)


def _percent(effect: PercentOff) -> Takes:
    top, bottom = (Fraction(effect.percent) / 100).as_integer_ratio()

    most = None if effect.at_most is None else _money(effect.at_most)

    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        weights = own.of_left(left)
        whole = sum(weights)
        amount = (2 * top * whole + bottom) // (2 * bottom)
        return _spread(amount if most is None else min(amount, most(basket.decimals)), own, weights, whole)

    return take


def _amount(effect: AmountOff) -> Takes:
    money = _money(effect.amount)

    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        weights = own.of_left(left)
        return _spread(money(basket.decimals), own, weights, sum(weights))

    return take


def _fixed_price(effect: FixedPrice) -> Takes:
    top, bottom = Fraction(effect.price).as_integer_ratio()

    def take(basket: Basket, own: Own, left: Left, _: Context) -> Taken:
        price = top * 10**basket.decimals
        shares = [
            max(0, left[number] - (2 * price * count + bottom * of) // (2 * bottom * of))  # half a part is one
            for number, (count, of) in zip(own.numbers, own.quantities, strict=True)
        ]
        return _taken(own, shares, amount) if (amount := sum(shares)) else NOTHING

    return take


def _cheapest(pieces: int, free: int, share: Fraction, most: int | None) -> Takes:
    """Of each so many whole pieces the cheapest ones, by what is left to pay for a piece; what is free already is none that
    is bought. Rounded once, for all together: a line gets its own part, and what remains goes one by one to those whose
    parts were cut most."""
    top, bottom = share.as_integer_ratio()

    def take(_: Basket, own: Own, left: Left, _context: Context) -> Taken:
        wholes = own.wholes
        if wholes.pieces < pieces:
            return NOTHING
        prices = [left[line.number] * line.weight for line in wholes.lines]
        given = (
            0
            if all(prices)
            else sum([line.pieces for line, price in zip(wholes.lines, prices, strict=True) if not price])
        )
        sets = (wholes.pieces - given) // pieces
        to_go = (sets if most is None else min(sets, most)) * free
        numbers: list[int] = []
        exact: list[int] = []
        for place in sorted([at for at, price in enumerate(prices) if price], key=prices.__getitem__) if to_go else ():
            number, there, _weight = wholes.lines[place]
            numbers.append(number)
            exact.append(prices[place] * min(there, to_go) * top)
            to_go -= there
            if to_go <= 0:
                break
        return _rounded_once(numbers, exact, wholes.parts * bottom) if exact else NOTHING

    return take


def _rounded_once(numbers: Sequence[int], exact: Sequence[int], of: int) -> Taken:
    """What comes off these lines, counted in parts of which one has `of`. No line's own is above what it was, rounded up."""
    amount = (2 * sum(exact) + of) // (2 * of)
    shares = [part // of for part in exact]
    missing = amount - sum(shares)
    if missing:
        cut = [part % of for part in exact]
        for place in sorted(range(len(cut)), key=cut.__getitem__, reverse=True)[:missing]:
            shares[place] += 1
    return Taken(tuple(sorted([part for part in zip(numbers, shares, strict=True) if part[1]])), amount)


def _free_delivery(basket: Basket, _: Own, left: Left, _context: Context) -> Taken:
    delivery = [line.line_no for line in basket.lines if line.delivery]
    parts = sorted([(number, left[number]) for number in delivery if left[number]])
    return Taken(tuple(parts), sum([part for _, part in parts]))


def _pay(effect: PayWithPoints) -> Takes:
    """Whole steps of so many points for so much money: as many as the customer asks for, has, and may; and no step more than
    the money takes that comes of it."""

    step = effect.points if effect.whole_steps else 1
    top, bottom = (Fraction(effect.value) * step / effect.points).as_integer_ratio()

    most_of = _most(effect)

    def take(basket: Basket, own: Own, left: Left, context: Context) -> Taken:
        there = context.balances.get(effect.unit, 0) if context.may_spend else 0
        weights = own.of_left(left) if there > 0 else ()
        whole = sum(weights)
        most = most_of(basket, own, whole)
        if not most:
            return NOTHING
        worth = top * 10**basket.decimals, bottom
        possible, saved = _steps(min(there // step, most * bottom // worth[0]), worth)
        taken, value = _steps(min(possible, context.pays.get(effect.unit, 0) // step), worth)
        paid = _spread(value, own, weights, whole)
        if value == saved:
            return paid._replace(points=taken * step)
        return paid._replace(points=taken * step, could_pay=(possible - taken) * step, could_save=saved - value)

    return take


def _steps(most: int, worth: tuple[int, int]) -> tuple[int, int]:
    """The fewest steps that are worth as many smallest parts as `most` of them are, and those parts."""
    top, bottom = worth
    value = most * top // bottom
    return -(-value * bottom // top), value


def _most(effect: PayWithPoints) -> Callable[[Basket, Own, int], int]:
    """What of the money that is left to pay points may pay."""
    money = None if effect.at_most is None else _money(effect.at_most)
    share = None if effect.at_most_percent is None else Fraction(effect.at_most_percent) / 100

    def most(basket: Basket, own: Own, whole: int) -> int:
        if money is not None:
            whole = min(whole, money(basket.decimals))
        return whole if share is None else min(whole, share.numerator * own.value // share.denominator)

    return most
