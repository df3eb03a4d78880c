"""The policy of a unit: how long what is earned lasts, when it comes, what may go below zero, and what caps cut off."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.kit.amounts import Rounding
from chalicelib.kit.base import Frozen
from chalicelib.kit.wire import AmountOrZero, PositiveAmount

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Activity = Literal["earn", "spend", "order", "transfer"]
CapPeriod = Literal["day", "week", "month", "year"]


class Never(Frozen):
    type: Literal["never"] = "never"


class AfterDays(Frozen):
    """The last usable day is `days` after the local day of earning."""

    type: Literal["days"]
    days: Annotated[int, Field(ge=0, le=36_500)]


class EndOfMonth(Frozen):
    """The last usable day is the last of the month that comes `months` after the month of earning."""

    type: Literal["end_of_month"]
    months: Annotated[int, Field(ge=0, le=1_200)]


class EndOfYear(Frozen):
    type: Literal["end_of_year"]
    years: Annotated[int, Field(ge=0, le=100)]


class CalendarDates(Frozen):
    """The last usable day is the first of these days of a year (`12-31`) that lies `days` or more after earning. The
    29th of February is the 28th where there is none."""

    type: Literal["calendar_dates"]
    dates: Annotated[tuple[MonthDay, ...], Field(min_length=1, max_length=31)]
    days: Annotated[int, Field(ge=0, le=36_500)] = 0

    @model_validator(mode="after")
    def _are_days_of_a_leap_year(self) -> Self:
        for text in self.dates:
            month, day = map(int, text.split("-"))
            try:
                date(2024, month, day)
            except ValueError:
                raise ValueError(f"{text} is no day of a year") from None
        return self


class Sliding(Frozen):
    """Everything lasts until `days` after the last activity of one of these kinds."""

    type: Literal["sliding"]
    days: Annotated[int, Field(ge=1, le=36_500)]
    activities: Annotated[tuple[Activity, ...], Field(min_length=1, max_length=4)] = ("earn", "spend", "order")


Expiry = Annotated[Never | AfterDays | EndOfMonth | EndOfYear | CalendarDates | Sliding, Field(discriminator="type")]


class PeriodLimit(Frozen):
    every: CapPeriod
    amount: AmountOrZero


class Caps(Frozen):
    """What an earning may come to; grants, transfers and refunds are not capped. `balance` counts what is pending."""

    per_transaction: AmountOrZero | None = None
    per_period: PeriodLimit | None = None
    balance: AmountOrZero | None = None


class UnitPolicy(Frozen):
    """How a unit behaves from local day `effective_from` on (None: from the beginning). What was earned before stays: once
    the unit is used, a policy that has begun cannot be changed, and a new one begins tomorrow or later.

    rounding          of conversions, and of rules that say nothing else
    expiry_counts     from the day of earning, or from the day it becomes available
    available_after   days until what is earned can be used
    consumption       what is spent first
    negative          whether a balance may go below zero: never, by returns only (any far), or as far as `negative_limit`
    return_basis      which value a return is measured against: the lines that earned, or the whole order
    return_policy     when too little is left to take back: take what there is, go below zero as far as `negative` lets
                      it and take no more, or touch only what is pending
    refund_expiry     what is given back after its last day: it expires at once, or lasts like something earned now
    cancel_used       undoing an earning that was used in part: take what is left, all of it, or refuse
    """

    effective_from: date | None = None
    rounding: Rounding = "half_up"
    expiry: Expiry = Never()
    expiry_counts: Literal["earned", "available"] = "earned"
    available_after: Annotated[int, Field(ge=0, le=3_650)] = 0
    consumption: Literal["earliest_expiry", "oldest_earned"] = "earliest_expiry"
    negative: Literal["never", "returns", "limit"] = "never"
    negative_limit: PositiveAmount | None = None
    return_basis: Literal["own_lines", "order_value"] = "own_lines"
    return_policy: Literal["clip", "negative", "pending_only"] = "clip"
    refund_expiry: Literal["original", "fresh"] = "fresh"
    cancel_used: Literal["left", "whole", "refuse"] = "left"
    caps: Caps = Caps()

    @model_validator(mode="after")
    def _below_zero_only_where_it_may(self) -> Self:
        if (self.negative == "limit") != (self.negative_limit is not None):
            raise ValueError('a negative_limit is named where negative is "limit", and only there')
        if self.negative == "never" and self.return_policy == "negative":
            raise ValueError('return_policy "negative" needs a negative that is not "never"')
        if self.negative == "never" and self.cancel_used == "whole":
            raise ValueError('cancel_used "whole" needs a negative that is not "never"')
        return self
