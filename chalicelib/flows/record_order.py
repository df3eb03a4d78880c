"""Record a sale: one commit of order, account and journal entry.

reads    1 Query of the member's snapshot (+ 1 Get when the buyer is named by an identifier, + 1 BatchGet of profile and
         account of the group that the member is in: the order is then the group's; + 1 Get where whoever has no account
         yet is refused or only tries)
writes   order (absent), account (version), entry (absent): 6 units; an unknown buyer is enrolled in the same commit, or the
         order is kept without a member: order and entry of its own, 4 units (flows/kept_orders); of each limit for all and
         each budget of a rule that gives something a slice (2 units, as far as it is there); of a buyer whom somebody brought
         in what flows/referral_gifts reads and writes
repeats  the order's key refuses them: the same content answers as the first time, other content is a conflict
"""

from __future__ import annotations

from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.facts import OrderRecorded
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.order import Order
from chalicelib.errors import Conflict
from chalicelib.flows.account_commit import account_plan, document_entry, header_for
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    facts_of,
    group_of,
    id_of,
    owner_of,
    standing_of,
)
from chalicelib.flows.follow_effects import GivenEffect, effects_of
from chalicelib.flows.kept_orders import first_entry, kept_order_of, kept_plan
from chalicelib.flows.purchase import Buyer, Purchase, Till, decide_purchase, known_buyer, member_of
from chalicelib.flows.rule_limits import writes_within
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.drawn import together
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, entry_from


class TillReferral(Frozen):
    """What became of the referral code that was shown: the referral that began by it, or the reason why none did, a code."""

    referral_id: str | None = None
    reason: str | None = None


class RecordedOrder(Frozen):
    """What the customer earned, and what they have now; or their group, where it was bought for `group_id`. An order that is
    kept has no member yet, and nothing but its number and id. `referral`: of a referral code that was shown with it."""

    order_id: str
    number: str
    member_id: str | None
    group_id: str | None
    entry_id: str | None
    earned: tuple[Earning, ...]
    effects: tuple[GivenEffect, ...]
    capped: tuple[Capped, ...]
    expired: tuple[Expired, ...]
    account: Standing | None
    referral: TillReferral | None = None


def record_order(
    rt: Runtime,
    caller: Caller,
    command: Command,
    buyer: Buyer,
    sale: Sale,
    program_id: int = 1,
    *,
    asks_now: bool = True,
) -> Committed[RecordedOrder]:
    """Refusals: those of flows/purchase; `too_large`, `too_many_limits`, `order_number_unusable`; Conflict `order_number_taken` for the
    number with other content. `asks_now`: whoever sends it means the account as it stands now, however late it comes: what
    time has brought and taken until then stays so. A file of history replays its days instead, in their order."""
    probe = 0
    taking = Taking(rt, caller.tenant, sale.number)  # by order: nobody has to be known for it

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        header = header_for(rt, caller, command, "record_order", terms, sale.purchased_at, sale.place)
        order_id = orders.id_for(caller.tenant, sale.number, probe)
        known, till, dry_run = known_buyer(rt, caller, terms, buyer), Till(asks_now), command.dry_run
        if known is None:
            return kept_plan(caller, command, terms, header, sale, order_id)
        purchase = decide_purchase(taking, header, terms, known, sale, order_id, till=till, dry_run=dry_run)
        story, head, told = purchase.story, purchase.head, purchase.told
        entry = document_entry(caller.tenant, terms, story, head, header, asks_now=asks_now, told=told)
        return order_plan(caller, command, entry, purchase, sale, order_id, program_id, taking)

    def recall() -> Entry | None:
        nonlocal probe
        guarded = recall_guarded(rt.table, caller.tenant, command)
        if guarded is not None:
            return guarded
        found = orders.find(rt.table, caller.tenant, sale.number)
        if found.order is not None:
            return _same(rt, caller, buyer, sale, program_id, found.order)
        probe = found.probe
        return None

    return commit(rt, command, plan, recorded_order, recall)


def recorded_order(entry: Entry) -> RecordedOrder:
    kept = kept_order_of(entry)
    if kept is not None:
        nothing: dict[str, Any] = dict.fromkeys(("earned", "effects", "capped", "expired"), ())
        nobody: dict[str, Any] = dict.fromkeys(("member_id", "group_id", "entry_id", "account"))
        return RecordedOrder(order_id=kept.order, number=kept.number, **nobody, **nothing)
    [recorded] = facts_of(entry, OrderRecorded)
    return RecordedOrder(
        order_id=recorded.order,
        number=recorded.number,
        member_id=recorded.by or owner_of(entry),
        group_id=group_of(entry),
        entry_id=id_of(entry),
        earned=earnings_of(entry),
        effects=effects_of(entry),
        capped=capped_of(entry),
        expired=expiries_of(entry),
        account=standing_of(entry),
        referral=_code_of(entry),
    )


def _code_of(entry: Entry) -> TillReferral | None:
    after: Any = entry.header["after"]
    shown = after.get("referral")
    return None if shown is None else TillReferral.model_validate(shown)


def order_plan(
    caller: Caller,
    command: Command,
    entry: Entry,
    purchase: Purchase,
    sale: Sale,
    order_id: str,
    program_id: int,
    taking: Taking,
) -> Plan:
    order = Order(
        order_id=order_id,
        member_id=purchase.member_id,
        program=program_id,
        sequence=entry.sequence,
        recorded_at=entry.recorded_at,
        sale=sale,
        credits=purchase.credits,
        uncounted=purchase.uncounted,
        group_id=group_of(entry),
        uses=purchase.uses,
        spends=purchase.paid_with.spends,
        coupons=purchase.paid_with.coupons,
        gifts=purchase.all_gifts,
        past=purchase.past,
        points=purchase.points,
    )
    put = orders.order_put(caller.tenant, order)
    enrolled = () if purchase.enrolled is None else purchase.enrolled.writes
    beside = (*enrolled, *purchase.gifts)
    also = together((put, *beside, *writes_within(taking, *beside)))
    made = account_plan(caller, command, purchase.story, purchase.head, entry, also)
    return Plan(entry, made.writes, made.done_if | {put.key}, taking)


def _same(rt: Runtime, caller: Caller, buyer: Buyer, sale: Sale, program_id: int, order: Order) -> Entry | None:
    """The entry that recorded this very sale for this very buyer. One that was kept was nobody's when it was recorded,
    whoever they are by now."""
    same = order.sale == sale and order.program == program_id
    if same and order.kept is not None:
        same = not order.assigned or _may_be(rt, caller, buyer, order.member_id)
    elif same:
        same = member_of(rt, caller, buyer) == order.member_id
    if not same:
        raise Conflict(
            "order_number_taken",
            f"Order {sale.number[:64]} is already recorded with other content, for another member or program.",
            param="number",
        )
    if order.kept is not None:
        return first_entry(rt, caller.tenant, order)
    stream = accounts.stream(caller.tenant, order.owner, order.program)
    stored = rt.table.get(stream.key(order.sequence))
    return None if stored is None else entry_from(stream, stored)


def _may_be(rt: Runtime, caller: Caller, buyer: Buyer, member_id: str) -> bool:
    return buyer == Buyer() or member_of(rt, caller, buyer) in (None, member_id)
