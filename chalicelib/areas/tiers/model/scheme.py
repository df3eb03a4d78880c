"""The ladder of tiers as data. Whatever cannot be meant is refused here, in a sentence."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.kit.amounts import MAX_AMOUNT, plain_decimal, smallest_parts
from chalicelib.kit.base import Frozen

MAX_TIERS = 50
MAX_WINDOW_MONTHS = 24  # an account remembers so many months, and the one that is not over
MAX_ATTRIBUTES = 20
MAX_CATEGORIES = 200
FACE_DECIMALS = 4  # no currency has more, so every sum at face value is a whole number of these parts

Basis = Literal["points_earned", "points_active", "spend", "orders"]


def _face_value(text: str) -> str:
    value = plain_decimal(text)
    if value is None or value > MAX_AMOUNT or smallest_parts(value, FACE_DECIMALS) is None:
        raise ValueError(f'must be a plain decimal of at most {FACE_DECIMALS} decimals, such as "200.00"')
    return text


def _percent(text: str) -> str:
    value = plain_decimal(text)
    if value is None or value > 100:
        raise ValueError('must be a plain decimal from 0 to 100, such as "15.00"')
    return text


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_AMOUNT)]  # points in the unit's smallest part, or orders
Days = Annotated[int, Field(strict=True, ge=1, le=3_650)]
Flag = Annotated[bool, Field(strict=True)]
FaceValue = Annotated[str, AfterValidator(_face_value)]  # "200.00": of any currency
Threshold = Count | FaceValue
To = Literal["earned", "one_step"]


class PercentAttribute(Frozen):
    kind: Literal["percent"]
    value: Annotated[str, AfterValidator(_percent)]


class TextAttribute(Frozen):
    kind: Literal["text"]
    value: Text


Attribute = Annotated[PercentAttribute | TextAttribute, Field(discriminator="kind")]


class Tier(Frozen):
    """`attributes` are what a member has of it, for whoever shows it or reckons with it: a discount, a promise."""

    tier_id: Slug
    name: Text
    threshold: Threshold
    attributes: Annotated[dict[Slug, Attribute], Field(max_length=MAX_ATTRIBUTES)] = Field(default_factory=dict)


class Lifetime(Frozen):
    """Everything counts."""

    type: Literal["lifetime"] = "lifetime"


class CalendarYear(Frozen):
    """What the calendar year has brought counts, where the program is."""

    type: Literal["calendar_year"]


class Rolling(Frozen):
    """What counts is the month that is not over and so many whole months before it."""

    type: Literal["rolling"]
    months: Annotated[int, Field(strict=True, ge=1, le=MAX_WINDOW_MONTHS)]


class SinceLastRecalculation(Frozen):
    """What has come since the member was last recalculated: at the end of a period, or by an operator."""

    type: Literal["since_last_recalculation"]


Window = Annotated[Lifetime | CalendarYear | Rolling | SinceLastRecalculation, Field(discriminator="type")]


class NeverDown(Frozen):
    type: Literal["never"]


class AtOnce(Frozen):
    """Whoever has no longer what the tier asks for falls."""

    type: Literal["at_once"] = "at_once"
    to: To = "earned"


class PeriodEnd(Frozen):
    """A tier is kept to the end of the calendar month or year, and judged by what counted on its last day."""

    type: Literal["period_end"]
    every: Literal["month", "year"] = "year"
    to: To = "earned"


class DowngradeAfterDays(Frozen):
    """A tier is kept for so many days from when it was reached or last confirmed, and judged on the last of them."""

    type: Literal["after_days"]
    days: Days
    to: To = "earned"


Downgrade = Annotated[NeverDown | AtOnce | PeriodEnd | DowngradeAfterDays, Field(discriminator="type")]


class Excluded(Frozen):
    """What of a purchase does not count as spend, beside the lines that say so themselves."""

    delivery: Flag = False
    categories: Annotated[tuple[Text, ...], Field(max_length=MAX_CATEGORIES)] = ()  # at any level of a line's path


class TierScheme(Frozen):
    """Tiers in rising order. `unit` names what is counted when the basis is points, and only then.

    Members rise at once. They fall as `downgrade` says, `grace_days` after they would: what they reach within these
    days still counts.
    """

    basis: Basis
    unit: Code | None = None
    window: Window = Lifetime()
    downgrade: Downgrade = AtOnce()
    grace_days: Annotated[int, Field(strict=True, ge=0, le=366)] = 0
    excluded: Excluded = Excluded()
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=MAX_TIERS)]

    @model_validator(mode="after")
    def _is_a_ladder(self) -> Self:
        if (self.unit is not None) != (self.basis in ("points_earned", "points_active")):
            raise ValueError("a unit is named when tiers count points, and only then")
        if any(isinstance(tier.threshold, str) != (self.basis == "spend") for tier in self.tiers):
            raise ValueError('thresholds of spend are decimals in quotes ("200.00"), all others are integers')
        if len({tier.tier_id for tier in self.tiers}) != len(self.tiers):
            raise ValueError("tier ids must be unique within a scheme")
        steps = self.steps
        if steps[0] != 0:
            raise ValueError("the first tier must have threshold 0: every member stands somewhere")
        if any(lower >= upper for lower, upper in pairwise(steps)):
            raise ValueError("each threshold must be above the one before")
        return self

    @model_validator(mode="after")
    def _counts_what_can_be_counted(self) -> Self:
        if self.basis == "points_active" and not isinstance(self.window, Lifetime):
            raise ValueError("active points are what is there: they have no window but lifetime")
        if self.basis != "spend" and self.excluded != Excluded():
            raise ValueError("something is excluded only where tiers count spend")
        at_once = isinstance(self.downgrade, AtOnce)
        if at_once and self.window == SinceLastRecalculation(type="since_last_recalculation"):
            raise ValueError("what counts since the last recalculation is judged at the end of a period, not at once")
        if self.downgrade == AtOnce(to="one_step") and not self.grace_days:
            raise ValueError("falling at once by one step needs grace_days, or the steps come all at once")
        return self

    @property
    def steps(self) -> tuple[int, ...]:
        """The thresholds as integers, in the parts that `reached` counts."""
        return tuple(_parts(tier.threshold) for tier in self.tiers)

    @property
    def counts(self) -> str:
        """What is counted, in a word: a number counted of something else says nothing here."""
        return self.basis if self.unit is None else f"{self.basis}/{self.unit}"

    def place(self, tier_id: str) -> int | None:
        return next((place for place, tier in enumerate(self.tiers) if tier.tier_id == tier_id), None)

    def shown(self, parts: int) -> int | str:
        """An amount in the form of the thresholds. Of spend at least two decimals where there are any: `150`, `12.50`."""
        if self.basis != "spend":
            return parts
        whole, rest = divmod(parts, 10**FACE_DECIMALS)
        if rest == 0:
            return str(whole)
        return f"{whole}.{f'{rest:0{FACE_DECIMALS}}'.rstrip('0'):<02}"


class NextTier(NamedTuple):
    tier: Tier
    missing: int | str  # in the form of the tier's threshold


@lru_cache(maxsize=1024)
def _parts(threshold: int | str) -> int:
    if isinstance(threshold, int):
        return threshold
    value = plain_decimal(threshold)
    parts = None if value is None else smallest_parts(value, FACE_DECIMALS)
    if parts is None:
        raise ValueError(f"{threshold} is no threshold of spend")
    return parts
