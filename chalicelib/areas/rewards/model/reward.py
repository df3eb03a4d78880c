"""A reward as data: what it is, what it costs, whom it is for and how many there are. What cannot be meant is refused here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.areas.rewards.model.counts import Every
from chalicelib.kit.base import Frozen, was_let_in
from chalicelib.kit.labels import Labels
from chalicelib.kit.percents import Percent
from chalicelib.kit.slips import slip
from chalicelib.kit.texts import PLAIN_KEY, PLAIN_NAME, PLAIN_TEXT
from chalicelib.kit.wire import AmountOrZero, CalendarDay, PositiveAmount

MAX_LIMIT = 1_000_000_000

RewardType = Literal[
    "discount_code", "value_code", "percentage_code", "free_delivery", "gift", "event", "cashback", "physical"
]
State = Literal["draft", "active", "paused", "ended"]
CODED: frozenset[RewardType] = frozenset(("discount_code", "value_code", "percentage_code", "free_delivery"))
TRANSLATED = ("name", "summary", "description", "usage")


Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=50)]
Title = Annotated[str, Field(min_length=1, max_length=200), PLAIN_NAME]
Prose = Annotated[str, Field(max_length=5_000), PLAIN_TEXT]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Flag = Annotated[bool, Field(strict=True)]
Times = Annotated[int, Field(strict=True, ge=1, le=MAX_LIMIT)]


class Cost(Frozen):
    """`amount` in the smallest part of the unit."""

    unit: Code
    amount: PositiveAmount


class RewardWorth(Frozen):
    """What a code takes off: `amount` in the smallest part of the currency, or `percent`."""

    amount: PositiveAmount | None = None
    currency: Currency | None = None
    percent: Percent | None = None


class CashbackOfReward(Frozen):
    """Each `points` of the unit are worth `value` in the smallest part of the currency. With `maximum_percent` no more than
    that share of an order is paid with points."""

    unit: Code
    points: PositiveAmount
    value: PositiveAmount
    currency: Currency
    minimum_points: PositiveAmount = 1
    maximum_percent: Percent | None = None


class Limit(Frozen):
    """At most `times` in each such period of the program's calendar."""

    every: Every
    times: Times


Limits = Annotated[tuple[Limit, ...], Field(max_length=5)]


class RewardWindow(Frozen):
    """Days of the program's calendar, both ends included; an end left out is open."""

    from_day: CalendarDay | None = None
    until_day: CalendarDay | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.from_day is not None and self.until_day is not None and self.until_day < self.from_day:
            raise slip("window_reversed", "a window must not end before it starts")
        return self


class Picture(Frozen):
    """Where a picture of this reward is to be found, for one place that it is shown in."""

    slot: Annotated[str, Field(min_length=1, max_length=64), PLAIN_KEY]
    url: Annotated[str, Field(pattern=r"^https://[^\s]{1,1990}$")]


class RewardText(Frozen):
    """What is left out is said in the reward's own words."""

    name: Title | None = None
    summary: Prose | None = None
    description: Prose | None = None
    usage: Prose | None = None


def _every_once(limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    if len({limit.every for limit in limits}) < len(limits):
        raise PydanticCustomError("wrong_format", "must limit each period once")
    return limits


class RewardDefinition(Frozen):
    """A reward as a shop writes it. `stock`: how many there are in all, those that are gone included; `limits` are of all
    members together, `member_limits` of each. `seen`: when members are shown it, and not before it begins it is had; once that is over
    it can be had as long as it is `redeemable`. `coupon_series`: whose coupons its codes are, of the same program. In a list the lower `order` comes first. Segments: members of one of them."""

    name: Title
    type: RewardType
    state: State = "active"
    summary: Prose = ""
    description: Prose = ""
    usage: Prose = ""
    categories: Codes = ()
    brand: Annotated[str, Field(min_length=1, max_length=200), PLAIN_KEY] | None = None
    labels: Labels = ()
    pictures: Annotated[tuple[Picture, ...], Field(max_length=20)] = ()
    translations: Annotated[dict[Locale, RewardText], Field(max_length=50, default_factory=dict)]
    featured: Flag = False
    order: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] = 0
    costs: Annotated[tuple[Cost, ...], Field(max_length=5)] = ()
    worth: RewardWorth | None = None
    coupon_series: Code | None = None
    cashback: CashbackOfReward | None = None
    tiers: Codes = ()
    segments: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    seen: RewardWindow = RewardWindow()
    redeemable: RewardWindow = RewardWindow()
    stock: AmountOrZero | None = None
    limits: Annotated[Limits, AfterValidator(_every_once)] = ()
    member_limits: Annotated[Limits, AfterValidator(_every_once)] = ()

    @model_validator(mode="after")
    def _says_what_its_type_needs(self) -> Self:
        if (self.cashback is not None) != (self.type == "cashback"):
            raise ValueError("`cashback` says what points are worth: a reward of type cashback has it, and no other")
        if self.cashback is not None and self.costs:
            raise ValueError("a cashback has no `costs`: how many points are redeemed is said each time")
        if (self.coupon_series is not None) != (self.type in CODED):
            raise ValueError("`coupon_series` says whose codes they are: a reward that is a code has it, and no other")
        worth = self.worth or RewardWorth()
        if self.type == "value_code" and (worth.amount is None or worth.currency is None):
            raise ValueError("a value_code says in `worth` which amount of which currency it is good for")
        if self.type == "percentage_code" and worth.percent is None:
            raise ValueError("a percentage_code says in `worth` which percentage it takes off")
        if len({cost.unit for cost in self.costs}) < len(self.costs):
            raise ValueError("`costs` names each unit once")
        return self

    @model_validator(mode="after")
    def _can_be_had(self, info: ValidationInfo) -> Self:
        first, last = self.seen.from_day, self.redeemable.until_day
        if first is not None and last is not None and last < first and not was_let_in(info):
            text = "a reward must not be over before members are shown it"
            raise slip("window_reversed", text, "redeemable.until_day")
        return self

    def named(self, reward_id: str) -> Reward:
        return Reward(reward_id=reward_id, **dict(self))


class Reward(RewardDefinition):
    """A reward of a program."""

    reward_id: Code

    @property
    def is_coded(self) -> bool:
        return self.type in CODED

    @property
    def is_limited(self) -> bool:
        """Whether it matters how many all have taken."""
        return self.stock is not None or bool(self.limits)

    def units_named(self) -> Iterator[tuple[str, str]]:
        """And where."""
        yield from ((cost.unit, f"costs.{place}.unit") for place, cost in enumerate(self.costs))
        if self.cashback is not None:
            yield self.cashback.unit, "cashback.unit"

    def said_in(self, locales: Sequence[str]) -> Reward:
        """In the words of the first of these locales, or of its language, that it has any of; else its own. What is translated
        is told once, in one of them. Whoever names none is told all of it."""
        if not locales:
            return self
        said = (self._words_in(locale) for locale in locales)
        return self.model_copy(update={**next((words for words in said if words), {}), "translations": {}})

    def _words_in(self, locale: str) -> dict[str, str]:
        names = (locale.partition("-")[0], locale)
        known = (self.translations[name] for name in names if name in self.translations)
        return {name: text for found in known for name, text in found.model_dump(exclude_none=True).items()}
