"""How often a rule may give something, and how much: to a member in a period, to everybody, and from what budget."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.words import Code, Count
from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import CountPeriod
from chalicelib.kit.slips import slip
from chalicelib.kit.wire import PositiveAmount

MAX_MEMBER_LIMITS = 10

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class MemberLimit(Frozen):
    """What one account gets of the rule in the day, week, month, quarter (`3_months`), half of a year or year of the purchase
    (or whatever else sets it off), or ever: so many `times`, or an `amount` of a `unit`, or of what comes off in money, in the
    smallest part of a `currency`."""

    per: CountPeriod
    times: Count | None = None
    amount: PositiveAmount | None = None
    unit: Code | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _limits_one_thing(self) -> Self:
        named = (self.unit is not None) + (self.currency is not None)
        if (self.times is not None) is (self.amount is not None) or named != (self.amount is not None):
            text = "a limit for each member has either times, or an amount and its unit or currency"
            raise slip("wrong_limit", text)
        return self

    @property
    def of(self) -> str:
        """Of nothing where it is of times. No unit is called as a currency is."""
        return self.unit or self.currency or ""


class Budget(Frozen):
    """What the rule gives to all together: an `amount` of a `unit`, or of money, in the smallest part of a `currency`."""

    amount: PositiveAmount
    unit: Code | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> Self:
        if (self.unit is None) is (self.currency is None):
            raise slip("wrong_limit", "a budget is of a unit or of a currency")
        return self

    @property
    def of(self) -> str:
        return self.unit or str(self.currency)


class RuleLimits(Frozen):
    """`in_all` is how often it gives something: to how many purchases, or to whatever else sets it off."""

    per_member: Annotated[tuple[MemberLimit, ...], Field(max_length=MAX_MEMBER_LIMITS)] = ()
    in_all: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    budget: Budget | None = None

    @model_validator(mode="after")
    def _says_each_once(self) -> Self:
        said = [(one.per, one.of) for one in self.per_member]
        if len(set(said)) != len(said):
            raise slip("wrong_limit", "there are two limits for each member of one period", "per_member")
        return self

    @model_validator(mode="after")
    def _is_of_one_currency(self) -> Self:
        """Or what comes off in one would not count in the other."""
        if len({one.currency for one in (*self.per_member, self.budget) if one is not None and one.currency}) > 1:
            raise slip("wrong_limit", "the limits of a rule are of one currency: write a rule for each", "per_member")
        return self

    @property
    def currency(self) -> str | None:
        """That of what it limits in money."""
        limited = (one for one in (*self.per_member, self.budget) if one is not None and one.currency is not None)
        return next((one.currency for one in limited), None)


UNLIMITED = RuleLimits()
