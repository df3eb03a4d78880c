"""A redemption as its entry tells it: so its answer, its repeat's answer and its item say the same."""

from __future__ import annotations

from typing import Any

from chalicelib.areas.accounts.model.facts import PointsSpent, RewardRedeemed
from chalicelib.areas.rewards.model import Address, Cost, Redemption, RewardWorth
from chalicelib.flows.account_views import facts_of, group_of, id_of, owner_of
from chalicelib.kit.ids import EntryRef
from chalicelib.table.journal import Entry


def ref_of(entry: Entry) -> EntryRef:
    """By which a redemption goes."""
    return EntryRef(owner_of(entry), entry.stream.program, entry.sequence)


def redemption_of(entry: Entry) -> Redemption:
    """As it was redeemed. Codes and address are there as long as the entry's private part is."""
    [fact] = facts_of(entry, RewardRedeemed)
    private: Any = entry.private or {}
    address = private.get("address")
    told: dict[str, Any] = {
        "redemption_id": id_of(entry),
        "reward_id": fact.reward,
        "type": fact.kind,
        "quantity": fact.quantity,
        "state": "redeemed",
        "costs": tuple(Cost(unit=spent.unit, amount=spent.amount) for spent in facts_of(entry, PointsSpent)),
        "worth": _worth(fact),
        "codes": tuple(private.get("codes", ())),
        "delivery": fact.delivery or None,
        "address": None if address is None else Address.model_validate(address),
        "member_id": fact.by,
        "group_id": group_of(entry),
        "order_id": fact.order or None,
        "redeemed_at": entry.effective_at,
    }
    return Redemption.model_validate(told)


def _worth(fact: RewardRedeemed) -> RewardWorth | None:
    if not (fact.amount or fact.percent):
        return None
    return RewardWorth(amount=fact.amount or None, currency=fact.currency or None, percent=fact.percent or None)
