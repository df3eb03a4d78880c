"""The catalogue of rewards, what a member can have of it, and what they have redeemed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of, program_number, proving
from chalicelib.areas.programs import operations as programs
from chalicelib.areas.rewards import model as r
from chalicelib.areas.rewards import operations as rewards
from chalicelib.flows import available_rewards as available
from chalicelib.flows import list_redemptions as redeemed
from chalicelib.flows.change_delivery import DeliveryChange, change_delivery
from chalicelib.flows.define_reward import define_reward
from chalicelib.flows.opened import InGroup
from chalicelib.flows.redeem_reward import Redeemed, Taking, redeem_reward
from chalicelib.flows.refund_redemption import RefundedRedemption, refund_redemption
from chalicelib.kit.base import Wire
from chalicelib.kit.languages import wanted
from chalicelib.kit.proofs import ProofText
from chalicelib.kit.wire import AmountOrZero, PositiveAmount

MAX_QUANTITY = 20
MAX_LINES = 20

Quantity = Annotated[int, Field(ge=1, le=MAX_QUANTITY)]
RewardId = Annotated[str, Field(min_length=1, max_length=64)]


class WishBody(Wire):
    """`points` only of a reward that turns points into money, with the `order_value` that they are to pay a part of, in the
    smallest part of the currency."""

    reward_id: RewardId
    quantity: Quantity = 1
    points: PositiveAmount | None = None
    order_value: AmountOrZero | None = None

    def wish(self) -> r.Wish:
        return r.Wish(self.quantity, self.points, self.order_value)


class RedemptionBody(WishBody):
    """`address` of a physical reward, and of no other. `proof`: the member's PIN or one-time code, where the program asks for one."""

    order_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    address: r.Address | None = None
    proof: ProofText | None = None

    def taking(self) -> Taking:
        return Taking(self.reward_id, self.wish(), self.order_id or "", self.address)


class GroupRedemptionBody(RedemptionBody):
    """`by`: the member who takes it."""

    by: str


class RewardBasketBody(Wire):
    lines: Annotated[tuple[WishBody, ...], Field(min_length=1, max_length=MAX_LINES)]


class DeliveryBody(Wire):
    status: r.DeliveryStatus


def list_rewards(call: Call) -> rewards.RewardPage:
    query = call.query
    only = rewards.Filter(**{name: query[name] for name in ("category", "label", "brand", "type", "state", "featured")})
    program_id = _existing_program(call)
    return rewards.list_rewards(call.rt, call.caller, program_id, only, _locales(call), query["limit"], query["cursor"])


def get_reward(call: Call) -> r.Reward:
    return rewards.get_reward(call.rt, call.caller, _existing_program(call), call.path["reward_id"], _locales(call))


def put_reward(call: Call, body: r.RewardDefinition) -> Answered[r.Reward]:
    with as_refusal():
        reward = body.named(call.path["reward_id"])
    return answered(define_reward(call.rt, call.caller, call.command, _program_id(call), reward))


def value_of_points(call: Call) -> r.RewardWorth:
    wish = r.Wish(points=call.query["points"], order_value=call.query["order_value"])
    return rewards.value_of_points(call.rt, call.caller, _existing_program(call), call.path["reward_id"], wish)


def list_available(call: Call) -> available.AvailablePage:
    query = call.query
    return available.available_rewards(
        call.rt,
        call.caller,
        owner_of(call),
        query["program_id"],
        query["additional_points"],
        _locales(call),
        query["limit"],
        query["cursor"],
    )


def validate(call: Call, body: RewardBasketBody) -> available.Basket:
    lines = [(line.reward_id, line.wish()) for line in body.lines]
    return available.validate_redemptions(call.rt, call.caller, owner_of(call), call.query["program_id"], lines)


def redeem(call: Call, body: RedemptionBody) -> Answered[Redeemed]:
    who, program_id = owner_of(call), call.query["program_id"]
    return answered(redeem_reward(call.rt, call.caller, proving(call, body.proof), who, body.taking(), program_id))


def redeem_of_group(call: Call, body: GroupRedemptionBody) -> Answered[Redeemed]:
    who, program_id = InGroup(owner_of(call), body.by), call.query["program_id"]
    return answered(redeem_reward(call.rt, call.caller, proving(call, body.proof), who, body.taking(), program_id))


def list_redemptions(call: Call) -> redeemed.RedemptionPage:
    query = call.query
    return redeemed.list_redemptions(
        call.rt, call.caller, owner_of(call), query["program_id"], query["limit"], query["cursor"]
    )


def get_redemption(call: Call) -> r.Redemption:
    return redeemed.get_redemption(call.rt, call.caller, owner_of(call), call.path["redemption_id"])


def refund(call: Call) -> Answered[RefundedRedemption]:
    redemption_id = call.path["redemption_id"]
    return answered(refund_redemption(call.rt, call.caller, call.command, owner_of(call), redemption_id))


def deliver(call: Call, body: DeliveryBody) -> Answered[DeliveryChange]:
    redemption_id = call.path["redemption_id"]
    return answered(change_delivery(call.rt, call.caller, call.command, owner_of(call), redemption_id, body.status))


def _program_id(call: Call) -> int:
    return program_number(call.path["program_id"])


def _locales(call: Call) -> tuple[str, ...]:
    """The one that the query names, else what the client's own languages are."""
    named = call.query["locale"]
    return wanted(call.accept_language) if named is None else (named,)


def _existing_program(call: Call) -> int:
    return programs.get_program(call.rt, call.caller, _program_id(call)).program_id
