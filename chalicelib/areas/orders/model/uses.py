"""What a sale got of rules that are counted, as the order keeps it: so that a return gives it back, once.

A full return gives back the use with all of it; a partial one what it takes back of the amounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from chalicelib.kit.amounts import is_currency, rounded
from chalicelib.kit.clock import Instant

Amounts = tuple[tuple[str, int], ...]


class Held(NamedTuple):
    """So much was taken of a quota's slice, and is not given back yet."""

    quota: str
    slice: int
    amount: int


class Use(NamedTuple):
    """`periods` are those in which the account counts it; `amounts`, of units or the currency limited for each account, are what it
    still counts. `in_all` and `budget` are what is taken from all; the budget is `of` a unit, or of a currency. `off` is what came
    off each line, where money is limited either way."""

    rule: str
    periods: tuple[str, ...] = ()
    amounts: Amounts = ()
    in_all: Held | None = None
    budget: Held | None = None
    of: str = ""
    off: tuple[tuple[int, int], ...] = ()


class Counts(NamedTuple):
    """By which name the account counts it because somebody asks, for how many days, and for which of its lines, where not for all."""

    name: str
    days: int
    lines: tuple[int, ...] = ()


class CodeUsed(NamedTuple):
    """A coupon's code that all share, used with a sale that no member has: what it took of what is there for all, until a
    member has the sale, and the coupon with it. `at`: when it was promised."""

    series: str
    code: str
    at: Instant
    issued: Held
    used: Held


class UseBack(NamedTuple):
    """What a return gives back of a use: `times` 1 where it is the use itself."""

    use: Use
    times: int
    amounts: Amounts
    in_all: Held | None
    budget: Held | None

    @property
    def rest(self) -> Use:
        """What the order still has of it."""
        less = dict(self.amounts)
        left = tuple((unit, amount - less.get(unit, 0)) for unit, amount in self.use.amounts)
        return self.use._replace(
            amounts=tuple(one for one in left if one[1]),
            in_all=None if self.in_all else self.use.in_all,
            budget=_minus(self.use.budget, self.budget),
        )

    @property
    def is_something(self) -> bool:
        return bool(self.times or self.amounts or self.in_all or self.budget)


class Came(NamedTuple):
    """What came back of an order: by rule and unit what is taken back of its credits, the share of each line in all so far,
    and whether all of it has."""

    taken_back: Mapping[tuple[str, str], int]
    shares: Mapping[int, Fraction]
    full: bool


def back_of(use: Use, came: Came) -> UseBack:
    amounts = use.amounts
    if not came.full:
        due = ((of, _amount_back(use, came, of, amount)) for of, amount in use.amounts)
        amounts = tuple(one for one in due if one[1])
    return UseBack(use, int(came.full), amounts, use.in_all if came.full else None, _budget_back(use, came))


def _budget_back(use: Use, came: Came) -> Held | None:
    held = use.budget
    if held is None or came.full:
        return held
    back = _amount_back(use, came, use.of, held.amount)
    return held._replace(amount=back) if back else None


def _amount_back(use: Use, came: Came, of: str, left: int) -> int:
    """Of a part. Of money by what has come back so far of each line, less what was given back for it before."""
    if is_currency(of):
        whole = sum(part for _, part in use.off)
        due = sum((part * came.shares.get(line_no, Fraction()) for line_no, part in use.off), Fraction())
        back = rounded(due, "half_up") - (whole - left)
    else:
        back = came.taken_back.get((use.rule, of), 0)
    return max(0, min(back, left))


def _minus(held: Held | None, back: Held | None) -> Held | None:
    if held is None or back is None:
        return held
    return held._replace(amount=held.amount - back.amount) if held.amount > back.amount else None
