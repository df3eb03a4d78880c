"""Simulate a sale: the very decision of record_order, written nowhere, with the reason for each rule that gave nothing, and
what a cap cut off of the others.

reads    what a dry run of record_order reads
writes   nothing; a buyer who would be enrolled has no member id yet
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.outcome import Outcome, Skipped
from chalicelib.areas.rules.store import MAX_RULES
from chalicelib.flows.account_commit import document_entry, header_for
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    group_of,
    standing_of,
)
from chalicelib.flows.follow_effects import GivenEffect, effects_of
from chalicelib.flows.purchase import Buyer, decide_purchase, known_buyer, refuse_future
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime


class SkippedRule(Frozen):
    rule_id: str
    reason: str
    message: str


NOBODYS = {"coupon_id": None, "code": None}  # nothing is made that would have them


class SimulatedOrder(Frozen):
    """An order that would be kept without a member earns nothing, for no account."""

    member_id: str | None
    group_id: str | None
    earned: tuple[Earning, ...]
    effects: tuple[GivenEffect, ...]
    capped: tuple[Capped, ...]
    expired: tuple[Expired, ...]
    skipped: tuple[SkippedRule, ...]
    account: Standing | None


def simulate_order(
    rt: Runtime, caller: Caller, command: Command, buyer: Buyer, sale: Sale, program_id: int = 1
) -> SimulatedOrder:
    """The refusals of flows/purchase. A number that is already recorded may be simulated all the same."""
    terms = terms_of(rt, caller.tenant, program_id)
    header = header_for(rt, caller, command, "simulate_order", terms, sale.purchased_at, sale.place)
    order_id = orders.id_for(caller.tenant, sale.number)
    known = known_buyer(rt, caller, terms, buyer)
    if known is None:
        refuse_future(header.recorded_at, sale.purchased_at)
        nothing: dict[str, Any] = dict.fromkeys(("earned", "effects", "capped", "expired", "skipped"), ())
        return SimulatedOrder(member_id=None, group_id=None, account=None, **nothing)
    taking = Taking(rt, caller.tenant, sale.number)
    purchase = decide_purchase(taking, header, terms, known, sale, order_id, dry_run=True)
    entry = document_entry(caller.tenant, terms, purchase.story, purchase.head, header, told=purchase.told)
    return SimulatedOrder(
        member_id=None if purchase.enrolled else purchase.member_id,
        group_id=group_of(entry),
        earned=tuple(earning.model_copy(update={"earning_id": None}) for earning in earnings_of(entry)),
        effects=tuple(effect.model_copy(update=NOBODYS) for effect in effects_of(entry)),
        capped=capped_of(entry),
        expired=expiries_of(entry),
        skipped=skipped_rules(purchase.outcome),
        account=standing_of(entry),
    )


def skipped_rules(outcome: Outcome) -> tuple[SkippedRule, ...]:
    """As answers tell of rules that give nothing."""
    return tuple(map(_told, outcome.skipped))


@lru_cache(maxsize=MAX_RULES)
def _told(skipped: Skipped) -> SkippedRule:
    """Of the many that nobody looked at, most say the same for every purchase."""
    return SkippedRule(rule_id=skipped.rule_id, reason=skipped.reason, message=skipped.sentence)
