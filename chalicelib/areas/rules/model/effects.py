"""What a rule gives: credits decided by lanes (base → multiply → bonus), and discounts of a cart."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.words import (
    Code,
    Count,
    FaceValue,
    Factor,
    Flag,
    LabelMatch,
)
from chalicelib.kit.amounts import Rounding
from chalicelib.kit.base import Frozen
from chalicelib.kit.percents import Percent
from chalicelib.kit.slips import slip
from chalicelib.kit.stamps import MOST_STAMPS, Stamps
from chalicelib.kit.wire import PositiveAmount

Lane = Literal["base", "bonus"]
Stage = Literal["base", "multiply", "bonus"]
STAGES: tuple[Stage, ...] = ("base", "multiply", "bonus")
MAX_EFFECTS = 20


# --- credits ---------------------------------------------------------------------------------------------------------


class PerValue(Frozen):
    """`amount` for each `per` of the own lines' value; with `whole_steps` only whole ones count. Without a `rounding`, here
    and elsewhere, the unit's policy on the day of purchase decides. `at_most` caps what one order gets."""

    kind: Literal["per_value"]
    unit: Code
    amount: PositiveAmount
    per: FaceValue
    whole_steps: Flag = False
    rounding: Rounding | None = None
    at_most: PositiveAmount | None = None
    stage: Lane = "base"


class PerProduct(Frozen):
    """`amount` for each own line: times its quantity, or once a line."""

    kind: Literal["per_product"]
    unit: Code
    amount: PositiveAmount
    times: Literal["quantity", "line"] = "quantity"
    rounding: Rounding | None = None  # for quantities such as 0.5
    at_most: PositiveAmount | None = None
    stage: Lane = "base"


class FixedAmount(Frozen):
    """`amount` once, however many own lines there are."""

    kind: Literal["fixed"]
    unit: Code
    amount: PositiveAmount
    stage: Lane = "base"


class Cashback(Frozen):
    """`percent` of the own lines' value as money, at face value: rounded to the decimals of the unit."""

    kind: Literal["cashback"]
    unit: Code
    percent: Percent
    rounding: Rounding | None = None
    at_most: PositiveAmount | None = None
    stage: Lane = "base"


class LabelFactor(LabelMatch):
    factor: Factor


class Multiply(Frozen):
    """Gives (factor − 1) × what the base stage credited to the own lines, in its unit. The factor is one for all, or that of
    the member's tier, or the largest of the order's labels."""

    kind: Literal["multiply"]
    unit: Code
    factor: Factor | None = None
    by_tier: Annotated[dict[Code, Factor], Field(max_length=50)] = Field(default_factory=dict)
    by_label: Annotated[tuple[LabelFactor, ...], Field(max_length=100)] = ()
    rounding: Rounding | None = None
    at_most: PositiveAmount | None = None

    @model_validator(mode="after")
    def _has_one_factor(self) -> Self:
        if (self.factor is not None) + bool(self.by_tier) + bool(self.by_label) != 1:
            raise ValueError("a multiply effect has one of: factor, by_tier, by_label")
        return self

    @property
    def stage(self) -> Stage:
        return "multiply"


CreditEffect = PerValue | PerProduct | FixedAmount | Cashback | Multiply


# --- discounts: of the own lines, at a checkout only -------------------------------------------------------------------


class PercentOff(Frozen):
    """So much off what is left to pay for the own lines."""

    kind: Literal["percent_off"]
    percent: Percent
    at_most: FaceValue | None = None


class AmountOff(Frozen):
    """An amount off the own lines together, shared out by what is left to pay for each."""

    kind: Literal["amount_off"]
    amount: FaceValue


class FixedPrice(Frozen):
    """Each piece of the own lines for this price, where it costs more."""

    kind: Literal["fixed_price"]
    price: FaceValue


class BuyGet(Frozen):
    """Of each `buy` + `get` pieces of the own lines, the cheapest `get` for `percent` off: all of it where none is said.
    Pieces are whole ones; delivery is none, nor is what is free already. `sets_at_most` in one cart."""

    kind: Literal["buy_get"]
    buy: Count
    get: Count
    percent: Percent = "100"
    sets_at_most: Count | None = None


class CheapestFree(Frozen):
    """The cheapest piece of the own lines for nothing, once there are this many of them, as `buy_get` counts them."""

    kind: Literal["cheapest_free"]
    pieces: Count


class FreeDelivery(Frozen):
    """Nothing left to pay for the lines of delivery."""

    kind: Literal["free_delivery"]


class PayWithPoints(Frozen):
    """Points for money: `points` of the unit are worth `value` off the own lines. Offered, and taken as far as the customer
    asks; at most so much of the money, or so many percent of what the own lines cost."""

    kind: Literal["pay_with_points"]
    unit: Code
    points: PositiveAmount
    value: FaceValue
    at_most: FaceValue | None = None
    at_most_percent: Percent | None = None
    whole_steps: Flag = True


# --- what is given beside points -----------------------------------------------------------------------------------------


class GrantPerk(Frozen):
    """An award of the perk, as an operator would grant it: with the points and uses that come with it."""

    kind: Literal["grant_perk"]
    perk: Code


class GiveStamps(Frozen):
    """Stamps on the member's card, which begins with them: `amount` once, or for each `piece` of the own lines, which are
    counted as `buy_get` counts them; `at_most` caps what one order gets."""

    kind: Literal["stamps"]
    perk: Code
    amount: Stamps = 1
    per: Literal["order", "piece"] = "order"
    at_most: Stamps | None = None

    @model_validator(mode="after")
    def _caps_what_is_counted(self) -> Self:
        if self.at_most is not None and self.per == "order":
            raise slip(
                "wrong_effect", "at_most caps stamps for each piece: for an order, write fewer of them", "at_most"
            )
        return self

    def of_pieces(self, pieces: int) -> int:
        """Never more than can be given at a time."""
        return min(self.amount * pieces, self.at_most or MOST_STAMPS, MOST_STAMPS)


class GiveBadge(Frozen):
    """A badge: earned once, or once more, as its perk says."""

    kind: Literal["badge"]
    perk: Code


class SetTier(Frozen):
    """The member is pinned to the tier: for so many days, this one included, or for good."""

    kind: Literal["set_tier"]
    tier: Code
    days: Annotated[int, Field(strict=True, ge=1, le=36_500)] | None = None


class IssueCoupon(Frozen):
    """A coupon of the series, with a code of its own: to be shown the next time."""

    kind: Literal["issue_coupon"]
    series: Code


class JoinSegment(Frozen):
    """The member is in the segment from then on, for as long as its type says; who is in it stays, and a rolling stay is
    counted anew."""

    kind: Literal["join_segment"]
    segment: Code


class LeaveSegment(Frozen):
    """The member is no longer in the segment."""

    kind: Literal["leave_segment"]
    segment: Code


class CallWebhook(Frozen):
    """A server of the shop's is told that the rule gave something, and what: whatever else it wants to be told of."""

    kind: Literal["webhook"]
    webhook_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]


class Notify(Frozen):
    """The member is told what the template says, so many hours afterwards: `marketing` if they take the newsletter, and when it is
    not the tenant's quiet hours; `transactional` is about what they have done."""

    kind: Literal["notify"]
    template: Code
    notice: Literal["transactional", "marketing"] = "marketing"
    after_hours: Annotated[int, Field(strict=True, ge=0, le=8_784)] = 0


FollowEffect = (
    GrantPerk | GiveStamps | GiveBadge | SetTier | IssueCoupon | JoinSegment | LeaveSegment | CallWebhook | Notify
)
FOLLOWS = (GrantPerk, GiveStamps, GiveBadge, SetTier, IssueCoupon, JoinSegment, LeaveSegment, CallWebhook, Notify)
DiscountEffect = PercentOff | AmountOff | FixedPrice | BuyGet | CheapestFree | FreeDelivery | PayWithPoints


Effect = Annotated[
    PerValue
    | PerProduct
    | FixedAmount
    | Cashback
    | Multiply
    | PercentOff
    | AmountOff
    | FixedPrice
    | BuyGet
    | CheapestFree
    | FreeDelivery
    | PayWithPoints
    | GrantPerk
    | GiveStamps
    | GiveBadge
    | SetTier
    | IssueCoupon
    | JoinSegment
    | LeaveSegment
    | CallWebhook
    | Notify,
    Field(discriminator="kind"),
]
CREDITS = (PerValue, PerProduct, FixedAmount, Cashback, Multiply)
OF_GOODS = (PerValue, PerProduct, Cashback, Multiply)  # counted of lines, so that there is nothing without any
DISCOUNTS = (PercentOff, AmountOff, FixedPrice, BuyGet, CheapestFree, FreeDelivery, PayWithPoints)
