"""Amounts are integers in the smallest part of their unit; quantities are decimals; no float ever counts anything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Literal

Rounding = Literal["down", "half_up"]

MAX_AMOUNT = 10**12
MAX_QUANTITY = Decimal(10**9)
QUANTITY_DECIMALS = 3

# ISO 4217: the currencies whose smallest part is not a hundredth.
_DECIMALS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
_DECIMALS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
_DECIMALS |= dict.fromkeys("CLF UYW".split(), 4)

_EXACT = Context(prec=64)  # twice the digits of a plain number: nothing is ever rounded away
_PLAIN_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,16})?", re.ASCII)


def currency_decimals(currency: str) -> int:
    """How many decimals a currency has on paper; two where ISO 4217 says nothing else."""
    return _DECIMALS.get(currency, 2)


def is_currency(code: str) -> bool:
    """Or the code of a unit, which begins with a small letter."""
    return code[:1].isupper()


def plain_decimal(text: str) -> Decimal | None:
    """`12` or `12.50`: digits and at most one point, no sign, exponent or grouping; None for anything else."""
    return Decimal(text) if _PLAIN_NUMBER.fullmatch(text) else None


def smallest_parts(value: Decimal, decimals: int) -> int | None:
    """The value as an integer of its smallest part, or None if it has more decimals than the unit."""
    scaled = value.scaleb(decimals, _EXACT)
    return int(scaled) if scaled == scaled.to_integral_value() else None


def plain(amount: int, decimals: int) -> str:
    """For people: `10.12` for 1012 of a unit with two decimals."""
    return f"{Decimal(amount).scaleb(-decimals, _EXACT):f}"


def money(amount: int, currency: str) -> str:
    """For people: `20.00 EUR`."""
    return f"{plain(amount, currency_decimals(currency))} {currency}"


def times(count: int) -> str:
    """For people: `once`, `3 times`."""
    return "once" if count == 1 else f"{count:,} times"


def rounded(value: Fraction, rounding: Rounding) -> int:
    """To an integer: `down` towards minus infinity, `half_up` with halves going up. Amounts here are never negative."""
    if rounding == "down":
        return value.numerator // value.denominator
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total` shared out in proportion to the weights, each share rounded down, the remainder to the largest weight.

    The shares always sum to `total`. Without any weight the first takes all; without any place to go, nothing is split.
    """
    if not weights:
        return ()
    whole = sum(weights)
    if whole == 0:
        return (total, *([0] * (len(weights) - 1)))
    shares = [total * weight // whole for weight in weights]
    shares[weights.index(max(weights))] += total - sum(shares)
    return tuple(shares)


def shared_out(total: int, weights: Sequence[int], whole: int | None = None) -> tuple[int, ...]:
    """`total`, which is at most their sum, shared out so that no share is larger than its weight: each rounded down, and
    what remains one by one to those that were cut most, of equals to the first. `whole`: their sum, where it is known."""
    if whole is None:
        whole = sum(weights)
    if not 0 <= total <= whole:
        raise ValueError("more is shared out than there is")
    if total == whole:
        return tuple(weights)
    parts = [total * weight for weight in weights]
    shares = [part // whole for part in parts]
    missing = total - sum(shares)
    if missing == 1:
        cut = [part % whole for part in parts]
        shares[cut.index(max(cut))] += 1
    elif missing:
        cut = [part % whole for part in parts]
        for place in sorted(range(len(weights)), key=cut.__getitem__, reverse=True)[:missing]:
            shares[place] += 1
    return tuple(shares)
