"""Rewards in the book shop: defined, redeemed, given back, delivered."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.rewards.model import Address, DeliveryStatus, Reward, RewardDefinition, Wish
from chalicelib.flows.change_delivery import DeliveryChange, change_delivery
from chalicelib.flows.define_reward import define_reward
from chalicelib.flows.opened import InGroup
from chalicelib.flows.redeem_reward import Redeemed, Taking, redeem_reward
from chalicelib.flows.refund_redemption import RefundedRedemption, refund_redemption
from chalicelib.kit.command import Command
from chalicelib.table.commit import Committed
from tests.twins import coupons, fresh
from tests.twins.bookshop import BookShop

EVER: tuple[dict[str, Any], ...] = ({"every": "ever", "times": 1_000},)
CODE: dict[str, Any] = {
    "type": "value_code",
    "worth": {"amount": 500, "currency": "EUR"},
    "coupon_series": "five-euros",
}
MONEY: dict[str, Any] = {
    "type": "cashback",
    "worth": None,
    "coupon_series": None,
    "costs": (),
    "cashback": {"unit": "points", "points": 2, "value": 1, "currency": "EUR"},
}
BAG: dict[str, Any] = {"type": "physical", "coupon_series": None}
HOME = Address(name="Ada Lovelace", lines=("12 St James's Square",), city="London", country="GB")


def series(shop: BookShop, **fields: Any) -> None:
    """Whose coupons the codes of the rewards here are."""
    worth = {"kind": "amount"} | CODE["worth"]
    coupons.series(shop, "five-euros", **{"worth": worth} | fields)


def define(shop: BookShop, reward_id: str = "five", command: Command | None = None, **fields: Any) -> Committed[Reward]:
    """Five euros for three points, unless told otherwise, as a code of a series of such coupons."""
    cost = {"costs": ({"unit": "points", "amount": 3},)}
    reward = RewardDefinition.model_validate({"name": reward_id, "state": "active"} | CODE | cost | fields)
    return define_reward(shop.rt, shop.caller, command or fresh(), 1, reward.named(reward_id))


def redeem(
    shop: BookShop,
    who: str | InGroup,
    reward_id: str = "five",
    command: Command | None = None,
    quantity: int = 1,
    wish: Wish | None = None,
    order_id: str = "",
    address: Address | None = None,
) -> Committed[Redeemed]:
    """What is called a bag is sent home, unless told otherwise."""
    taking = Taking(reward_id, wish or Wish(quantity), order_id, HOME if reward_id == "bag" else address)
    return redeem_reward(shop.rt, shop.caller, command or fresh(), who, taking)


def redeemed(shop: BookShop, who: str | InGroup, reward_id: str = "five", address: Address | None = None) -> str:
    """The redemption's id."""
    return redeem(shop, who, reward_id, address=address).answer.redemption.redemption_id


def refund(
    shop: BookShop, owner: str, redemption_id: str, command: Command | None = None
) -> Committed[RefundedRedemption]:
    return refund_redemption(shop.rt, shop.caller, command or fresh(), owner, redemption_id)


def deliver(
    shop: BookShop, owner: str, redemption_id: str, status: DeliveryStatus = "shipped", command: Command | None = None
) -> Committed[DeliveryChange]:
    return change_delivery(shop.rt, shop.caller, command or fresh(), owner, redemption_id, status)
