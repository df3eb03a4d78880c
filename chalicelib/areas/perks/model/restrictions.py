"""When, where and for which basket a perk can be redeemed, and what a till says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol, Self

from pydantic import BeforeValidator, Field, model_validator

from chalicelib.errors import Refused
from chalicelib.kit.amounts import money
from chalicelib.kit.base import Frozen
from chalicelib.kit.wire import PositiveAmount

DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[DayName, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {name[:3]: name for name in WEEKDAYS}
Weekday = Annotated[DayName, BeforeValidator(lambda said: _SHORT.get(said, said) if isinstance(said, str) else said)]
"""`mon` as rules write it is `monday`, too."""
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[tuple[Text, ...], Field(max_length=1_000)]


class Hours(Frozen):
    """On these weekdays (without any: on all), from a time of the program's clocks until before another (left out: midnight)."""

    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    from_time: ClockTime | None = None
    until_time: ClockTime | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.from_time and self.until_time and self.until_time <= self.from_time:
            raise ValueError("hours must end after they begin; those over midnight are two")
        return self

    def has(self, moment: datetime) -> bool:
        clock = f"{moment:%H:%M}"
        on = not self.weekdays or WEEKDAYS[moment.weekday()] in self.weekdays
        return on and (self.from_time or "") <= clock and (self.until_time is None or clock < self.until_time)


class BasketAsked(Frozen):
    """Of a basket: what it must come to at least, and that some line is one of these goods (at any level of its category)."""

    minimum_value: PositiveAmount | None = None
    skus: Names = ()
    categories: Names = ()

    @property
    def goods(self) -> bool:
        return bool(self.skus or self.categories)


@dataclass(frozen=True, slots=True)
class BasketLine:
    sku: str = ""
    category: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket:
    """`value` in the smallest part of its currency, which is told where a sentence is to name it."""

    value: int
    lines: tuple[BasketLine, ...] = ()
    currency: str = ""

    def at_least(self, amount: int) -> str:
        """Smallest parts say nothing to a cashier: without a currency no number is named."""
        return f"that comes to {money(amount, self.currency)} at least" if self.currency else "that comes to more"


NO_BASKET = Basket(0)


@dataclass(frozen=True, slots=True)
class Till:
    """Who redeems, where it matters: the place, and what is bought."""

    place: str = ""
    basket: Basket | None = None


class Restricted(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def hours(self) -> tuple[Hours, ...]: ...
    @property
    def places(self) -> tuple[str, ...]: ...
    @property
    def basket(self) -> BasketAsked: ...


def must_be_allowed(perk: Restricted, moment: datetime, till: Till) -> None:
    """`moment` on the program's clocks. Refuses `not_at_this_time`, `not_at_this_place`, `basket_too_small`,
    `basket_without_goods`."""
    if perk.hours and not any(hours.has(moment) for hours in perk.hours):
        raise Refused("not_at_this_time", f"{perk.name} cannot be redeemed at this time of the week.", param="perk_id")
    if perk.places and till.place not in perk.places:
        where = f"at {till.place}" if till.place else "where no place is named"
        raise Refused("not_at_this_place", f"{perk.name} cannot be redeemed {where}.", param="place")
    _must_suit(perk, till.basket)


def _must_suit(perk: Restricted, basket: Basket | None) -> None:
    asked, lines = perk.basket, () if basket is None else basket.lines
    least = asked.minimum_value
    if least is not None and (basket is None or basket.value < least):
        raise Refused(
            "basket_too_small", f"{perk.name} needs a basket {(basket or NO_BASKET).at_least(least)}.", param="basket"
        )
    if asked.goods and not any(_is_asked(asked, line) for line in lines):
        raise Refused("basket_without_goods", f"The basket has nothing that {perk.name} is for.", param="basket")


def _is_asked(asked: BasketAsked, line: BasketLine) -> bool:
    return line.sku in asked.skus or not set(asked.categories).isdisjoint(line.category)
