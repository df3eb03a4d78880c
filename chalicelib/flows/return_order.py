"""Record a return: goods come back, and with them what was earned for them.

reads    1 Get of the sale, 1 Query of the member's snapshot; where the sale was made for a group, 1 BatchGet of that one's
         profile and account instead, whoever is in it now; 1 Get of the sale more for a dry run, 1 Get of its entry where
         it was paid with points or a rule gave something beside them, 1 BatchGet where with coupons, or it gave some
writes   return (absent), sale (version), account (version), entry (absent): 8 units; + 2 where points come back that paid for
         it; + 2 for each limit for all and each budget that it gives something back to; of a sale that no member has, which
         is in no account, return, sale and an entry of its own: 6 units (flows/kept_orders)
repeats  the return's number within its sale refuses them, as a sale's number does
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Cause, Piece, Story, cancel
from chalicelib.areas.accounts.model.facts import OrderReturned
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Return
from chalicelib.areas.orders.model.order import Basis, Order, RecordedReturn, ReturnPlan, plan_return
from chalicelib.errors import Conflict, Refused
from chalicelib.flows.account_commit import account_plan, document_entry, header_for
from chalicelib.flows.account_views import (
    CalledOff,
    Cancelled,
    Expired,
    PaidBack,
    Standing,
    called_off_of,
    cancelled_of,
    expiries_of,
    facts_of,
    given_back_of,
    group_of,
    id_of,
    standing_of,
)
from chalicelib.flows.coupons_back import coupons_back
from chalicelib.flows.gifts_back import GiftsBack, TakenBack, TakenEffect, gifts_back, taken_effects_of
from chalicelib.flows.kept_orders import kept_return_of, kept_return_plan, read_own
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened, open_account, open_snapshot
from chalicelib.flows.past_counts import without_returned
from chalicelib.flows.past_points import without_credits
from chalicelib.flows.purchase import Buyer, member_of, refuse_future
from chalicelib.flows.rule_limits import given_back
from chalicelib.flows.spends_back import SpendsBack, spends_back
from chalicelib.flows.take_quotas import Both, Taking
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import number_of
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Outdated, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, all_undone_put, entry_from
from chalicelib.table.protocol import Write

Beside = tuple[SpendsBack | None, tuple[Fact, ...]]
NOTHING: Beside = (None, ())


class ReturnedOrder(Frozen):
    """What was taken back, what of it had not come yet and will not, the points that had paid for what came back, and what became
    of what rules gave beside points for it. `full`:
    the whole sale has now come back. A sale that no member has earned nothing, and there is no account."""

    order_id: str
    number: str
    member_id: str | None
    group_id: str | None
    entry_id: str | None
    value: int
    full: bool
    cancelled: tuple[Cancelled, ...]
    called_off: tuple[CalledOff, ...]
    given_back: tuple[PaidBack, ...]
    effects: tuple[TakenEffect, ...]
    expired: tuple[Expired, ...]
    account: Standing | None


def return_order(
    rt: Runtime,
    caller: Caller,
    command: Command,
    order_id: str,
    document: Return,
    buyer: Buyer | None = None,
    *,
    asks_now: bool = True,
) -> Committed[ReturnedOrder]:
    """Refuses `currency_differs`, `sku_not_sold`, `returned_more_than_bought`, `future_purchase`, and of a `buyer` who is not
    the sale's `return_of_another_member`; Conflict `return_number_taken`. `asks_now` as in record_order."""
    number_of("order", order_id)  # what is no id names nothing, and no key of the table is made of it
    buyers: list[str] = []
    taking, coupons = Taking(rt, caller.tenant, order_id), Taking(rt, caller.tenant, order_id)

    def plan() -> Plan:
        refuse_future(rt.clock.now(), document.purchased_at)
        order = orders.read(rt.table, caller.tenant, order_id)
        buyers.append(order.member_id)
        _must_be_theirs(rt, caller, order, buyer)
        return planned_return(rt, caller, command, order, Coming(document, taking, coupons, asks_now=asks_now))

    def recall() -> Entry | None:
        return recall_guarded(rt.table, caller.tenant, command) or _recorded(rt, caller, order_id, document, buyer)

    done = commit(rt, command, plan, lambda entry: returned_order(entry, buyers[0]), recall)
    if not command.dry_run:
        taking.after()
        coupons.after()
    return done


@dataclass(frozen=True, slots=True)
class Coming:
    """A return as it comes: on its own, or told with something else by another operation."""

    document: Return
    taking: Taking
    coupons: Taking
    asks_now: bool = True
    operation: str = "return_order"
    also: Callable[[Order], tuple[Fact, ...]] = lambda _: ()


def planned_return(rt: Runtime, caller: Caller, command: Command, order: Order, coming: Coming) -> Plan:
    """What the return of an order that was read comes to. `also` is told of the order as it then is, in an account: there is
    none where no member has it."""
    document, tenant = coming.document, caller.tenant
    terms = terms_of(rt, tenant, order.program)
    header = header_for(rt, caller, command, coming.operation, terms, document.purchased_at, document.place)
    if not order.member_id:
        return kept_return_plan(coming.taking, caller, command, header, order, document)
    opened = _open(rt, tenant, order, dry_run=command.dry_run)
    planned = plan_return(order, document, bases_of(terms, order))
    met = terms.meets(opened.account, header, asks_now=coming.asks_now)
    spent = spends_back(rt, tenant, order, planned.order)
    coupons = coupons_back(terms, coming.coupons, order, planned.order, header)
    also = (*coming.also(planned.order), *coupons.facts)
    gifts = gifts_back(rt, tenant, order, planned, opened, coupons.stays)

    decided = partial(_decided, terms, met, planned, coming, (spent, also), gifts)
    gone = unless_lost(rt, tenant, (opened,), decided, dry_run=command.dry_run)
    entry = document_entry(tenant, terms, gone.story, opened.head, header, asks_now=coming.asks_now, told=gone.told)
    plan = _plan(caller, command, entry, opened, gone.story, planned, document, coming.taking)
    writes = (*plan.writes, *_marks(spent, gifts, gone), *gone.writes, *coupons.writes)
    return replace(plan, writes=writes, limited=Both(coming.taking, coming.coupons))


def _marks(spent: SpendsBack | None, gifts: GiftsBack | None, gone: TakenBack) -> tuple[Write, ...]:
    """Of the entry that recorded the order: once for all that came back."""
    amounts = {**(spent.amounts if spent else {}), **gone.undone}
    read = spent or gifts
    return (all_undone_put(read.entry, amounts),) if amounts and read else ()


def _open(rt: Runtime, tenant: str, order: Order, *, dry_run: bool) -> Opened:
    """The account that the sale was made in."""
    if order.group_id is not None:
        opened = open_account(rt, tenant, order.group_id, order.program)
    else:
        opened = open_snapshot(rt, tenant, order.member_id, order.program)
    if dry_run and orders.read(rt.table, tenant, order.order_id) != order:
        raise Outdated  # other goods came back before the account was read, and nothing is written that would meet them
    return opened


def _decided(
    terms: Terms, story: Story, planned: ReturnPlan, coming: Coming, beside: Beside, gifts: GiftsBack | None
) -> TakenBack:
    """A card that redeemed itself is refunded before its stamps are taken back."""
    coming.taking.begin()
    gone = gifts.taken_from(story, terms, coming.document.purchased_at) if gifts else TakenBack(story)
    return replace(gone, story=taken_back(terms, gone.story, planned, coming.document, coming.taking, beside))


def taken_back(
    terms: Terms, story: Story, planned: ReturnPlan, document: Return, taking: Taking, beside: Beside = NOTHING
) -> Story:
    """A blocked member's goods come back like anybody's. What they paid with comes first: what is taken back may be of it."""
    spent, also = beside
    order = planned.order
    day = terms.day(order.sale.purchased_at)
    story = story.then(
        OrderReturned(
            order.order_id,
            document.number,
            document.currency,
            planned.value,
            order.fully_returned,
            day,
            planned.counted if planned.counted != planned.value else None,
        ),
        *also,
    )
    story = without_returned(story, terms, planned)
    if spent is not None:
        story = spent.given_to(story, terms, document.purchased_at)
    for number, (credit, amount) in enumerate(planned.dues):
        if amount:
            conduct = terms.conduct(credit.unit, order.sale.purchased_at)
            cause = Cause(credit.rule, order.order_id, day, period=credit.period)
            piece = Piece(*credit.piece)
            after = cancel(story, credit.unit, piece, amount, conduct, cause, asked_before=credit.due)
            story = without_credits(story, after, planned, number, day)
    story = given_back(story, taking, order.order_id, planned.uses_back)
    return settle_tier(story, terms, document.purchased_at)


def _plan(
    caller: Caller,
    command: Command,
    entry: Entry,
    opened: Opened,
    story: Story,
    planned: ReturnPlan,
    document: Return,
    taking: Taking,
) -> Plan:
    taken = tuple((line_no, back.quantity, back.value) for line_no, back in sorted(planned.taken.items()))
    recorded = RecordedReturn(document=document, taken=taken, sequence=entry.sequence, recorded_at=entry.recorded_at)
    put = orders.return_put(caller.tenant, planned.order.order_id, recorded)
    also = (put, orders.order_put(caller.tenant, planned.order), *taking.writes)
    made = account_plan(caller, command, story, opened.head, entry, also)
    return Plan(entry, made.writes, made.done_if | {put.key}, taking)


def bases_of(terms: Terms, order: Order) -> dict[str, Basis]:
    """Which value counts, by unit: the policy of the day of purchase."""
    day = local_day(order.sale.purchased_at, terms.program.zone)
    units = {credit.unit for credit in order.credits}
    return {unit: terms.program.unit(unit).policy_on(day).return_basis for unit in units}


def _must_be_theirs(rt: Runtime, caller: Caller, order: Order, buyer: Buyer | None) -> None:
    if buyer is not None and (member_of(rt, caller, buyer) or "") != order.member_id:
        named = "member_id" if buyer.identifier is None else "identifier"
        raise Refused(
            "return_of_another_member", "This sale was made to another member than the one named.", param=named
        )


def _recorded(rt: Runtime, caller: Caller, order_id: str, document: Return, buyer: Buyer | None) -> Entry | None:
    before = orders.read_return(rt.table, caller.tenant, order_id, document.number)
    if before is None:
        return None
    if before.document != document:
        raise Conflict(
            "return_number_taken",
            f"Return {document.number[:64]} of this sale is already recorded with other content.",
            param="number",
        )
    order = orders.read(rt.table, caller.tenant, order_id)
    _must_be_theirs(rt, caller, order, buyer)
    if before.own:
        return read_own(rt, caller.tenant, order, before.sequence)
    stream = accounts.stream(caller.tenant, order.owner, order.program)
    stored = rt.table.get(stream.key(before.sequence))
    return None if stored is None else entry_from(stream, stored)


def returned_order(entry: Entry, buyer: str) -> ReturnedOrder:
    """Who bought an order never changes, so it is as good as of the entry."""
    kept = kept_return_of(entry)
    if kept is not None:
        nothing: dict[str, Any] = dict.fromkeys(("cancelled", "called_off", "given_back", "effects", "expired"), ())
        nobody: dict[str, Any] = dict.fromkeys(("member_id", "group_id", "entry_id", "account"))
        return ReturnedOrder(
            order_id=kept.order, number=kept.number, value=kept.value, full=kept.full, **nobody, **nothing
        )
    [returned] = facts_of(entry, OrderReturned)
    return ReturnedOrder(
        order_id=returned.order,
        number=returned.number,
        member_id=buyer,
        group_id=group_of(entry),
        entry_id=id_of(entry),
        value=returned.value,
        full=returned.full,
        cancelled=cancelled_of(entry),
        called_off=called_off_of(entry),
        given_back=given_back_of(entry),
        effects=taken_effects_of(entry),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
