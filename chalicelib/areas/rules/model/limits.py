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


class MemberLimit(Frozen):
    """What one account gets of the rule in the day, week, month, quarter (`3_months`), half of a year or year of the purchase
    (or whatever else sets it off), or ever: so many `times`, or an `amount` of a `unit`."""

    per: CountPeriod
    times: Count | None = None
    amount: PositiveAmount | None = None
    unit: Code | None = None

    @model_validator(mode="after")
    def _limits_one_thing(self) -> Self:
        if (self.times is not None) is (self.amount is not None) or (self.amount is None) is not (self.unit is None):
            raise slip("wrong_limit", "a limit for each member has either times, or an amount and its unit")
        return self


class Budget(Frozen):
    """What the rule gives to all together: an `amount` of a `unit`, or of money, in the smallest part of a `currency`."""

    amount: PositiveAmount
    unit: Code | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None

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
        said = [(one.per, one.unit) for one in self.per_member]
        if len(set(said)) != len(said):
            raise slip("wrong_limit", "there are two limits for each member of one period", "per_member")
        return self


UNLIMITED = RuleLimits()
