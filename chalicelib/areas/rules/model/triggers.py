"""What sets a rule off."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.areas.rules.model.subjects import Weekday, weekday_of
from chalicelib.areas.rules.model.words import Code
from chalicelib.kit.base import Frozen
from chalicelib.kit.geo import Latitude, Longitude
from chalicelib.kit.periods import Day, date_of, day_of, minute_of, month_end
from chalicelib.kit.texts import PLAIN_KEY
from chalicelib.kit.windows import IsoDay


def _of_a_day(text: str) -> str:
    minute = minute_of(text)
    if minute is None or minute == 24 * 60:
        raise ValueError('must be a time of day, such as "09:30"')
    return text


TimeOfDay = Annotated[str, AfterValidator(_of_a_day)]


class OnOrder(Frozen):
    """A purchase of a member is recorded, or shown at a checkout."""

    on: Literal["order"] = "order"

    @property
    def occasion(self) -> str:
        """What kind of thing sets the rule off, as rules are filed by."""
        return self.on


class OnCart(Frozen):
    """A cart is at a checkout: the only trigger of discounts."""

    on: Literal["cart"]

    @property
    def occasion(self) -> str:
        return self.on


class OnEvent(Frozen):
    """A member does something that the program declares: it is recorded as an event of this name."""

    on: Literal["event"]
    name: Code

    @property
    def occasion(self) -> str:
        return f"event {self.name}"


class OnCheckIn(Frozen):
    """A member says that they are at a place: which ones, the audience says."""

    on: Literal["check_in"]

    @property
    def occasion(self) -> str:
        return self.on


class OnScan(Frozen):
    """A member scans this code, of a poster or a receipt."""

    on: Literal["scan"]
    code: Annotated[str, Field(min_length=1, max_length=128), PLAIN_KEY]

    @property
    def occasion(self) -> str:
        return f"scan {self.code}"


class OnNear(Frozen):
    """A member is within so many metres of a point."""

    on: Literal["near"]
    latitude: Latitude
    longitude: Longitude
    radius: Annotated[int, Field(strict=True, ge=1, le=100_000)]

    @property
    def occasion(self) -> str:
        return self.on


class OnFirstPurchase(Frozen):
    """The first purchase of a member is recorded, or shown at a checkout: of a group in common, the first for it."""

    on: Literal["first_purchase"]

    @property
    def occasion(self) -> str:
        return self.on


class OnMember(Frozen):
    """A member is enrolled, their profile has all that the tenant asks for, or they take the newsletter: each once."""

    on: Literal["enrolled", "profile_completed", "newsletter"]

    @property
    def occasion(self) -> str:
        return self.on


class OnOccasion(Frozen):
    """It is a member's birthday, or that many years since they were enrolled: on the day, by the daily job."""

    on: Literal["birthday", "anniversary"]

    @property
    def occasion(self) -> str:
        return self.on


class OnReferral(Frozen):
    """Somebody comes by a member who brought them in: they are enrolled, buy for the first time, or at all (`purchase`, the
    first one included). It gives to the one, to the other, or to each of them (`both`), and is judged of who gets it."""

    on: Literal["referral"]
    stage: Literal["registered", "first_purchase", "purchase"]
    who: Literal["referrer", "referred", "both"]

    @property
    def occasion(self) -> str:
        """By which of the two it is filed: `occasions`."""
        return f"{self.on} {self.stage}"

    @property
    def occasions(self) -> tuple[str, ...]:
        sides = ("referrer", "referred") if self.who == "both" else (self.who,)
        return tuple(of_referral(self.stage, side) for side in sides)


class OnMetric(Frozen):
    """A metric of the tenant's own has reached one of its thresholds for a member, or fallen back from it."""

    on: Literal["metric"]
    metric: Code
    threshold: Code
    stage: Literal["reached", "fell"] = "reached"

    @property
    def occasion(self) -> str:
        return of_metric(self.metric, self.threshold, self.stage)


def of_metric(metric: str, threshold: str, stage: str) -> str:
    return f"metric {metric}/{threshold} {stage}"


def of_referral(stage: str, side: str) -> str:
    """The occasion that it is for one of the two."""
    return f"referral {stage}/{side}"


class OnSchedule(Frozen):
    """It is time, on the program's calendar and clocks: `at` that time of one `day`, of every so many days (`every_days`,
    counted from `from_day`), of some `weekdays`, or of some days of the month (`days_of_month`; of a shorter month the last).
    Everybody for whom the rule is gets it."""

    on: Literal["schedule"]
    at: TimeOfDay
    day: IsoDay | None = None
    every_days: Annotated[int, Field(strict=True, ge=1, le=3_660)] | None = None
    from_day: IsoDay | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    days_of_month: Annotated[tuple[Annotated[int, Field(strict=True, ge=1, le=31)], ...], Field(max_length=31)] = ()

    @model_validator(mode="after")
    def _says_which_days(self) -> Self:
        said = (self.day is not None, self.every_days is not None, bool(self.weekdays), bool(self.days_of_month))
        if sum(said) != 1:
            raise ValueError("say on which days, in one way: day, every_days, weekdays or days_of_month")
        if (self.every_days is None) is not (self.from_day is None):
            raise ValueError("every_days is counted from from_day: say both")
        return self

    @property
    def occasion(self) -> str:
        """With the rule's id behind it: each runs by itself."""
        return self.on

    @property
    def minute(self) -> int:
        """Since midnight."""
        return minute_of(self.at) or 0

    def next_day(self, first: Day) -> Day | None:
        """The first of its days from this one on."""
        if self.day is not None:
            return day_of(self.day) if day_of(self.day) >= first else None
        if self.every_days is not None and self.from_day is not None:
            start = day_of(self.from_day)
            return max(start, first + (start - first) % self.every_days)
        return next(day for day in range(first, first + 32) if self._has(day))

    def _has(self, day: Day) -> bool:
        if self.weekdays:
            return weekday_of(day) in self.weekdays
        number = date_of(day).day
        return number in self.days_of_month or (day == month_end(day, 0) and max(self.days_of_month) > number)


Trigger = Annotated[
    OnOrder
    | OnCart
    | OnFirstPurchase
    | OnMember
    | OnOccasion
    | OnReferral
    | OnMetric
    | OnSchedule
    | OnEvent
    | OnCheckIn
    | OnScan
    | OnNear,
    Field(discriminator="on"),
]
WITH_GOODS = ("order", "cart", "first_purchase")  # what has lines, and a value
