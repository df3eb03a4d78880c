"""Rewards as values, and every decision about them."""

from chalicelib.areas.rewards.model.counts import NONE, Counts
from chalicelib.areas.rewards.model.judge import (
    STOCK,
    Judged,
    NoCodes,
    Reason,
    Situation,
    Wish,
    cost_of,
    is_seen,
    judged,
    must_be_had,
    must_pay_part,
    must_suit,
    reasons,
    value_of,
    worth_of,
)
from chalicelib.areas.rewards.model.redemption import Address, Counted, DeliveryStatus, Redemption, must_follow
from chalicelib.areas.rewards.model.reward import Cost, Reward, RewardDefinition, RewardType, RewardWorth

__all__ = [
    "NONE",
    "STOCK",
    "Address",
    "Cost",
    "Counted",
    "Counts",
    "DeliveryStatus",
    "Judged",
    "NoCodes",
    "Reason",
    "Redemption",
    "Reward",
    "RewardDefinition",
    "RewardType",
    "RewardWorth",
    "Situation",
    "Wish",
    "cost_of",
    "is_seen",
    "judged",
    "must_be_had",
    "must_follow",
    "must_pay_part",
    "must_suit",
    "reasons",
    "value_of",
    "worth_of",
]
