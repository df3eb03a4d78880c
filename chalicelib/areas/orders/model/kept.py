"""Parts of an order as they are kept: lists, by the order of their fields. ValueError for what cannot be one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.areas.orders.model.gifts import Gift
from chalicelib.areas.orders.model.order import ByHand, Credited, SpentOn
from chalicelib.areas.orders.model.uses import CodeUsed, Counts, Held, Use


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


def spent_on_from(fact: int, unit: str, lines: Any) -> SpentOn:
    if [type(one) for one in (fact, unit)] != [int, str]:
        raise ValueError("spent on nothing")
    return SpentOn(fact, unit, tuple((no, part) for no, part in lines))


def gift_from(
    rule: str, kind: str, what: str, award: str, ended: int | None, was: Any, lines: Iterable[int] = ()
) -> Gift:
    if [type(one) for one in (rule, kind, what, award)] != [str] * 4 or not isinstance(ended, int | None):
        raise ValueError("a gift of nothing")
    return Gift(rule, kind, what, award, ended, None if was is None else (was[0], was[1]), tuple(lines))


def use_from(rule: str, periods: Any, amounts: Any, in_all: Any, budget: Any, of: str, off: Any) -> Use:
    if [type(one) for one in (rule, of)] != [str, str]:
        raise ValueError("a use of nothing")
    in_all, budget = (None if held is None else Held(*held) for held in (in_all, budget))
    return Use(rule, tuple(periods), tuple(map(_pair, amounts)), in_all, budget, of, tuple(map(_pair, off)))


def code_from(series: str, code: str, at: int, issued: Any, used: Any) -> CodeUsed:
    if [type(one) for one in (series, code, at)] != [str, str, int]:
        raise ValueError("a code of nothing")
    return CodeUsed(series, code, at, Held(*issued), Held(*used))


def counts_from(name: str, days: int, lines: Iterable[int]) -> Counts:
    if [type(one) for one in (name, days)] != [str, int]:
        raise ValueError("counted by nothing")
    return Counts(name, days, tuple(lines))


def _pair(kept: Any) -> tuple[Any, int]:
    name, amount = kept
    return name, amount
