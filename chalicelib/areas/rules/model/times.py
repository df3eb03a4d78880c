"""Questions about what has happened to an account before: how often, how much it came to, which share of it was such."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from chalicelib.areas.rules.model.possible import must_not_cross
from chalicelib.areas.rules.model.words import LabelMatch, LineFilter, PlainNumber, Question, Text
from chalicelib.kit.base import was_let_in
from chalicelib.kit.periods import CountPeriod
from chalicelib.kit.slips import slip

OF_RULES, OF_EVENTS = "rule:", "event:"
ORDERS, REDEMPTIONS = "orders", "redemptions"
OF_EARNED, OF_SPENT = "points_earned:", "points_spent:"
_NAME, _POINTS = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", "points_(earned|spent):[a-z][a-z0-9_-]{0,31}"
TIMES_OF = rf"^(orders|check_in|redemptions|(rule|event):{_NAME}|{_POINTS})$"
SUM_OF = rf"^(orders|{_POINTS})$"
MEASURED_OF = rf"^(orders|check_in|redemptions|event:{_NAME}|{_POINTS})$"
LONGEST_DAYS = 366  # leap years have so many
BY_MONTHS: tuple[CountPeriod, ...] = ("month", "3_months", "6_months", "year", "ever")  # as accounts know all orders


class Earlier(Question):
    """Of the last `days`, today's included, or of the calendar's day, week, month, quarter (`3_months`), half of a year or year in
    which it is asked, or ever: `per`. Orders only such as have lines that pass a filter, carry one of these labels or were made
    at one of these places, check-ins and events at one of these."""

    per: CountPeriod | None = None
    days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_DAYS)] | None = None
    lines: LineFilter | None = None
    labels: Annotated[tuple[LabelMatch, ...], Field(min_length=1, max_length=100)] | None = None
    places: Annotated[tuple[Text, ...], Field(min_length=1, max_length=1_000)] | None = None

    @property
    def what(self) -> str:
        """That is counted."""
        return ORDERS

    @property
    def narrowed(self) -> bool:
        return any(one is not None for one in (self.lines, self.labels, self.places))

    @property
    def of_unit(self) -> str | None:
        """Whose points are counted, where it is points."""
        return unit_counted(self.what)

    def must_say_when(self) -> None:
        if self.per is None and self.days is None:
            raise slip(
                "missing_field", "say of when: per (a period of the calendar) or days (so many, up to today)", "per"
            )
        if self.per is not None and self.days is not None:
            raise slip("wrong_comparison", "it is either per (a period of the calendar) or days (so many, up to today)")
        if self.what != ORDERS and (self.lines is not None or self.labels is not None):
            raise slip("wrong_comparison", "lines and labels are asked of orders: nothing else has them")
        if self.places is not None and self.what == REDEMPTIONS:
            raise slip("wrong_comparison", "redemptions are counted wherever they are")
        if self.places is not None and self.of_unit is not None:
            raise slip("wrong_comparison", "points are counted wherever they are earned and spent")


class AskTimes(Earlier):
    """How many orders the account had before, how many of them got something of a rule (`rule:welcome`), how often its members
    checked in, did something (`event:review`), redeemed a reward, earned points of a unit (`points_earned:points`) or spent some: by the days on which it was. What others than the account's months
    answer is counted from when somebody asks."""

    times: Annotated[str, Field(pattern=TIMES_OF)]
    at_least: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    at_most: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _says_how_often(self, info: ValidationInfo) -> Self:
        if self.at_least is None and self.at_most is None:
            raise slip("wrong_comparison", "say how often: at_least or at_most")
        self.must_say_when()
        if self.rule_id is not None and (self.days is not None or self.places is not None):
            raise slip("wrong_comparison", "uses of a rule are counted per period, wherever they were")
        if not was_let_in(info):
            must_not_cross(self.at_least, self.at_most)
        return self

    @property
    def what(self) -> str:
        return self.times

    @property
    def rule_id(self) -> str | None:
        return self.times.removeprefix(OF_RULES) if self.times.startswith(OF_RULES) else None

    @property
    def of_event(self) -> str | None:
        return self.times.removeprefix(OF_EVENTS) if self.times.startswith(OF_EVENTS) else None

    @property
    def by_months(self) -> bool:
        """Whether it is asked of all orders by whole months, which nobody has to count."""
        return self.times == ORDERS and self.per in BY_MONTHS and not self.narrowed


class AskSum(Earlier):
    """What orders came to, less what came back of them, in money at face value; of such as have lines that pass a filter, those lines.
    Or how many points of a unit were earned or spent (`points_earned:points`), less what was taken back of them."""

    sum: Annotated[str, Field(pattern=SUM_OF)]
    at_least: PlainNumber | None = None
    at_most: PlainNumber | None = None

    @model_validator(mode="after")
    def _says_how_much(self, info: ValidationInfo) -> Self:
        if self.at_least is None and self.at_most is None:
            raise slip("wrong_comparison", "say how much: at_least or at_most")
        self.must_say_when()
        if self.per == "ever" and self.sum == ORDERS and not self.narrowed:
            raise slip("wrong_comparison", "what all orders ever came to is account.spend: ask for that")
        if not was_let_in(info):
            must_not_cross(self.at_least, self.at_most)
        return self

    @property
    def what(self) -> str:
        return self.sum


class AskShare(Earlier):
    """How many percent of the account's orders were such; of whoever had none then there is no answer."""

    share: Literal["orders"]
    at_least: PlainNumber | None = None
    at_most: PlainNumber | None = None

    @model_validator(mode="after")
    def _says_which_share(self, info: ValidationInfo) -> Self:
        if self.at_least is None and self.at_most is None:
            raise slip("wrong_comparison", "say how many percent: at_least or at_most")
        self.must_say_when()
        if not self.narrowed:
            raise slip("wrong_comparison", "say which orders: by lines, labels or places")
        if not was_let_in(info):
            must_not_cross(self.at_least, self.at_most)
        return self


def unit_counted(what: str) -> str | None:
    """Whose points they are, where what is counted is points; also by the name of its counter."""
    for of in (OF_EARNED, OF_SPENT):
        if what.startswith(of):
            return what.removeprefix(of).partition("/")[0]
    return None
