"""A reward that was taken: what it cost, its codes, where its delivery stands, and whether it was given back."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.areas.rewards.model.reward import Cost, RewardType, RewardWorth
from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.periods import Day
from chalicelib.kit.texts import PLAIN_TEXT
from chalicelib.kit.wire import Time

DeliveryStatus = Literal["ordered", "shipped", "delivered", "cancelled"]
_NEXT: dict[DeliveryStatus, tuple[DeliveryStatus, ...]] = {
    "ordered": ("shipped", "delivered", "cancelled"),
    "shipped": ("delivered", "cancelled"),
    "delivered": (),
    "cancelled": (),
}

_Line = Annotated[str, Field(max_length=200), PLAIN_TEXT]


class Address(Frozen):
    """Where a physical reward goes: personal data, kept apart and erased with the member."""

    name: _Line
    lines: Annotated[tuple[_Line, ...], Field(min_length=1, max_length=5)]
    postal_code: _Line = ""
    city: _Line = ""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    phone: _Line = ""


class Redemption(Frozen):
    """`by` is the member who took it, `group_id` whose points it cost, where they were a group's. `worth` is what its codes
    take off, or what a cashback came to."""

    redemption_id: str
    reward_id: str
    type: RewardType
    quantity: int
    state: Literal["redeemed", "refunded"]
    costs: tuple[Cost, ...]
    worth: RewardWorth | None
    codes: tuple[str, ...]
    delivery: DeliveryStatus | None
    address: Address | None
    member_id: str
    group_id: str | None
    order_id: str | None
    redeemed_at: Time
    refunded_at: Time | None = None


class Counted(Frozen):
    """Where a redemption was counted, and on which day: a refund takes it off there. `taken`: quota, slice and amount of what
    is limited for all; `coupons` of the series that it has its codes of; `paid` of its order, in the part of a currency."""

    day: Day
    by_member: bool
    taken: tuple[tuple[str, int, int], ...] = ()
    series_id: str | None = None
    coupons: tuple[str, ...] = ()
    paid: int = 0


def must_follow(now: DeliveryStatus | None, then: DeliveryStatus) -> None:
    """Refuses `not_delivered`, `wrong_delivery_state`."""
    if now is None:
        raise Refused("not_delivered", "Only physical rewards are delivered.", param="redemption_id")
    if then not in _NEXT[now]:
        raise Refused("wrong_delivery_state", f"What is {now} cannot become {then}.", param="status")
