"""What sets a rule off."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.areas.rules.model.words import Code
from chalicelib.kit.base import Frozen
from chalicelib.kit.geo import Latitude, Longitude
from chalicelib.kit.texts import PLAIN_KEY


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
    def occasions(self) -> tuple[str, ...]:
        sides = ("referrer", "referred") if self.who == "both" else (self.who,)
        return tuple(of_referral(self.stage, side) for side in sides)


def of_referral(stage: str, side: str) -> str:
    """The occasion that it is for one of the two."""
    return f"referral {stage}/{side}"


Trigger = Annotated[
    OnOrder | OnCart | OnFirstPurchase | OnMember | OnOccasion | OnEvent | OnCheckIn | OnScan | OnNear | OnReferral,
    Field(discriminator="on"),
]


def occasions_of(trigger: Trigger) -> tuple[str, ...]:
    """What a rule is filed under: mostly one thing."""
    return trigger.occasions if isinstance(trigger, OnReferral) else (trigger.occasion,)


WITH_GOODS = ("order", "cart", "first_purchase")  # what has lines, and a value
