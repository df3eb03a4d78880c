"""Parts of an order as they are kept: lists, by the order of their fields. ValueError for what cannot be one."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.orders.model.order import ByHand, Credited
from chalicelib.areas.orders.model.uses import Held, Use


def credit_from(
    rule: str, unit: str, amount: int, lines: Any, value: int, piece: Any, due: int, period: str = ""
) -> Credited:
    if [type(one) for one in (rule, unit, amount, due, period)] != [str, str, int, int, str]:
        raise ValueError("a credit of nothing")
    parts = tuple((no, part) for no, part in lines)
    return Credited(rule, unit, amount, parts, value, (piece[0], piece[1], piece[2]), due, period)


def by_hand_from(sequence: int, credit: int, amount: int) -> ByHand:
    if [type(one) for one in (sequence, credit, amount)] != [int, int, int]:
        raise ValueError("cancelled of nothing")
    return ByHand(sequence, credit, amount)


def use_from(rule: str, periods: Any, amounts: Any, in_all: Any, budget: Any, of: str, off: Any) -> Use:
    if [type(one) for one in (rule, of)] != [str, str]:
        raise ValueError("a use of nothing")
    in_all, budget = (None if held is None else Held(*held) for held in (in_all, budget))
    return Use(rule, tuple(periods), tuple(map(_pair, amounts)), in_all, budget, of, tuple(map(_pair, off)))


def _pair(kept: Any) -> tuple[Any, int]:
    name, amount = kept
    return name, amount
