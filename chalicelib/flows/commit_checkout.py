"""Commit a checkout: the customer has paid, and what was promised to them is an order. One transaction.

reads    1 Query of the checkout, then what recording an order reads; 1 Get where points that were not set apart are to be proven
writes   order (absent), account (version), entry (absent), a version more (absent): 8 units; + 2 with an Idempotency-Key; where
         the order is kept without a member, order, entry of its own and a version more: 6 units
repeats  a checkout is committed once: the same order again is answered as the first time, another one is a conflict
who      a key that may modify checkouts
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import Story, capture, spend
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout, Paid, Promised, lapsed, outdated
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.model import Payment, Sale
from chalicelib.areas.orders.model.order import PaidWith, SpentOn
from chalicelib.areas.rules.basket import by_what_they_are
from chalicelib.areas.rules.evaluate import CART, evaluate, occasions_of
from chalicelib.areas.rules.outcome import Off, Outcome
from chalicelib.areas.rules.purchase import Context
from chalicelib.errors import Conflict, InvalidInput, Refused
from chalicelib.flows.account_commit import document_entry, header_for
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.flows.checkout_coupons import Whose, shown_codes, used_with
from chalicelib.flows.checkout_limits import held_slices, held_uses, held_writes
from chalicelib.flows.checkout_plan import unguarded, version_plan
from chalicelib.flows.checkout_proof import points_unheld, proven_for
from chalicelib.flows.checkout_views import CommittedCheckout, cart_of, committed_answer
from chalicelib.flows.codes_of_nobody import kept_codes
from chalicelib.flows.happening import MAX_CREDITS
from chalicelib.flows.kept_orders import kept_plan
from chalicelib.flows.proving import counting_wrong_tries
from chalicelib.flows.purchase import Buyer, Coupons, Till, decide_purchase, known_buyer, member_of
from chalicelib.flows.record_order import order_plan, recorded_order
from chalicelib.flows.rule_limits import Gave, must_keep_promise, taken_uses, writes_within
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, after_activity, terms_of
from chalicelib.kit.amounts import split
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.journal import Entry, Header


@dataclass(frozen=True, slots=True)
class Paying:
    """The order's number, what it was paid with where that is not as the cart said, and who pays, where nobody was known."""

    number: str
    payments: tuple[Payment, ...] | None = None
    buyer: Buyer | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Takes off what was promised and nothing else; what is earned goes by the rules in force."""

    checkout: Checkout
    cart: Sale

    def earns_beside(self, terms: Terms, sale: Sale, context: Context, why: bool) -> Outcome:
        left = {line.line_no: line.gross_value for line in sale.lines}
        outcome = evaluate(terms.rules, self.cart, context, occasions_of(CART, context), why=why, left=left)
        if len(outcome.credits) + len(self.checkout.paid_with_points) > MAX_CREDITS:
            text = f"More than {MAX_CREDITS} rules give something for this order, or are paid for it."
            raise Refused("too_many_credits", text)
        return outcome._replace(off=_promised_off(self.checkout))

    def spends_promised(self, story: Story, terms: Terms, at: Instant, order_id: str, by: str) -> Story:
        bound = self.checkout.paid_with_points or self.checkout.codes
        if bound and self.checkout.owner not in (None, story.account.owner):
            raise outdated()
        for one in self.checkout.paid_with_points:
            story = _taken(story, terms, one, at, by)
        if self.checkout.paid_with_points:
            story = after_activity(story, terms, "spend", at)
        return story.then(f.CheckoutCommitted(self.checkout.checkout_id, order_id))


def commit_checkout(
    rt: Runtime, caller: Caller, command: Command, checkout_id: str, paying: Paying
) -> Committed[CommittedCheckout]:
    """Refuses what recording an order refuses, where nothing was set apart `insufficient_balance` and what flows/proving
    does, and
    `checkout_of_another_member`, `checkout_outdated`; InvalidInput `missing_member`; Conflict `checkout_committed`,
    `checkout_cancelled`, `checkout_lapsed`, `order_number_taken`; NotFound: checkout, member."""
    probe = 0
    taking = Taking(rt, caller.tenant, checkout_id)

    def plan() -> Plan:
        checkout, last = checkouts.read(rt.table, caller.tenant, checkout_id)
        checkout.must_be_open(rt.clock.now())
        return _plan(taking, caller, command, checkout, last, paying, probe)

    def recall() -> Entry | None:
        nonlocal probe
        guarded = checkouts.recall(rt.table, caller.tenant, command)
        if guarded is not None:
            return guarded
        checkout, _ = checkouts.read(rt.table, caller.tenant, checkout_id)
        if checkout.paid is not None and not checkout.cancelled:
            return _same(rt, caller, checkout, checkout.paid, paying)
        checkout.must_be_open(rt.clock.now())  # whoever called it off let go of what is then missing
        found = orders.find(rt.table, caller.tenant, paying.number)
        if found.order is not None:
            text = f"Order {paying.number[:64]} is already recorded, and not of this checkout."
            raise Conflict("order_number_taken", text, param="number")
        probe = found.probe
        return None

    done = counting_wrong_tries(rt, caller.tenant, lambda: commit(rt, command, plan, committed_answer, recall))
    if not command.dry_run:
        taking.after()
    return done


def _plan(
    taking: Taking, caller: Caller, command: Command, checkout: Checkout, last: Entry, paying: Paying, probe: int
) -> Plan:
    rt, tenant, program_id = taking.rt, caller.tenant, checkout.program_id
    terms = terms_of(rt, tenant, program_id)
    buyer = known_buyer(rt, caller, terms, _buyer(rt, caller, terms, checkout, paying))
    cart = cart_of(checkout)
    if paying.payments is not None:
        cart = cart.model_copy(update={"payments": paying.payments})
    sale = _sold(cart, checkout.off(), paying.number, rt.clock.now())
    header = header_for(rt, caller, command, "commit_checkout", terms, sale.purchased_at, sale.place)
    order_id = orders.id_for(tenant, sale.number, probe)
    if buyer is None:
        taking.begin()
        given = Gave(off=_promised_off(checkout), currency=sale.currency)
        held = held_uses(checkout)
        must_keep_promise(terms, taking, given, sale.purchased_at, held)
        uses = tuple(taken_uses(terms, taking, given, held))
        codes = kept_codes(_used(taking, terms, checkout, last, paying, None))
        made = kept_plan(caller, unguarded(command), terms, header, sale, order_id, uses, codes)
        made = replace(made, writes=(*made.writes, *writes_within(taking)))
        return replace(_ended(tenant, command, checkout, last, paying, made, header), limited=taking)
    session = Session(checkout, cart)

    def used(member_id: str) -> Coupons:
        return _used(taking, terms, checkout, last, paying, member_id)

    till = Till(judges=session.earns_beside, pays=session.spends_promised, shows=used, held=held_uses(checkout))
    purchase = decide_purchase(taking, header, terms, buyer, sale, order_id, dry_run=command.dry_run, till=till)
    entry = document_entry(tenant, terms, purchase.story, purchase.head, header, told=purchase.told)
    purchase = replace(purchase, paid_with=PaidWith(_spends(checkout, cart, entry), purchase.coupons))
    proven = proven_for(rt, tenant, command, terms, checkout.member_id, points_unheld(checkout))
    made = order_plan(caller, unguarded(command), entry, purchase, sale, order_id, program_id, taking)
    made = replace(made, writes=(*made.writes, *proven))
    return replace(_ended(tenant, command, checkout, last, paying, made, header), limited=taking)


def _ended(
    tenant: str, command: Command, checkout: Checkout, last: Entry, paying: Paying, made: Plan, header: Header
) -> Plan:
    """With the version that says which order came of it."""
    order = recorded_order(made.entry)
    paid = Paid(
        order_id=order.order_id,
        number=order.number,
        entry_id=order.entry_id,
        version=last.sequence + 1,
        payments=tuple(payment.model_dump(mode="json") for payment in paying.payments or ()),
    )
    ended = {
        "limited": (),
        "paid": paid,
        "ended_at": header.recorded_at,
        "member_id": order.member_id,
        "group_id": order.group_id,
    }
    after, told = checkout.model_copy(update=ended), {"order": order.model_dump(mode="json")}
    also = (*made.writes, *held_writes(tenant, checkout, None))
    plan = version_plan(tenant, command, last, header, after, told, also)
    return replace(plan, done_if=plan.done_if | made.done_if)


def _used(
    taking: Taking, terms: Terms, checkout: Checkout, last: Entry, paying: Paying, member_id: str | None
) -> Coupons:
    """As of when they were promised."""
    rt, whose = taking.rt, Whose(member_id, taking, held_slices(checkout))
    shown = shown_codes(rt, taking.tenant, terms, whose, checkout.codes, last.recorded_at)
    return used_with(rt, shown, checkout.checkout_id, paying.number)


def _promised_off(checkout: Checkout) -> tuple[Off, ...]:
    """What rules took off: it counts for their limits now that it is paid for."""
    return tuple(
        Off(one.rule_id, one.kind, one.amount, one.lines, one.unit, one.points)
        for one in checkout.promised
        if not one.code
    )


def _taken(story: Story, terms: Terms, one: Promised, at: Instant, by: str) -> Story:
    conduct = terms.conduct(one.unit, at)
    if one.hold is None:
        return spend(story, one.unit, one.points, conduct, by=by)
    held = story.account.hold(one.hold)
    if held is None or held.amount != one.points:  # somebody has released it by hand, or a part of it
        raise lapsed()
    return capture(story, one.hold, None, conduct)


def _buyer(rt: Runtime, caller: Caller, terms: Terms, checkout: Checkout, paying: Paying) -> Buyer:
    """Nobody has to be named where the program keeps orders of nobody."""
    if checkout.member_id is None:
        if paying.buyer is None and terms.program.enrolment != "keep":
            text = "Nobody is known to this checkout: say who pays, by member_id or identifier."
            raise InvalidInput("missing_member", text, param="member_id")
        return paying.buyer or Buyer()
    if paying.buyer is not None and member_of(rt, caller, paying.buyer) != checkout.member_id:
        text = "This checkout is of another member than the one named."
        raise Refused("checkout_of_another_member", text, param="member_id")
    return Buyer(checkout.member_id)


def _sold(cart: Sale, off: dict[int, int], number: str, at: Instant) -> Sale:
    """Each line for what is left to pay for it."""
    lines = tuple(
        line.model_copy(update={"gross_value": line.gross_value - off.get(line.line_no, 0)}) for line in cart.lines
    )
    return cart.model_copy(update={"number": number, "purchased_at": at, "lines": lines})


def _spends(checkout: Checkout, cart: Sale, entry: Entry) -> tuple[SpentOn, ...]:
    """Which fact of the entry paid for what was promised for points, split over its lines. What follows from rules may spend
    as well, and does so later."""
    facts = (
        number for number, body in numbered_bodies(entry) if body["type"] in (f.PointsCaptured.type, f.PointsSpent.type)
    )
    spends = []
    for one, number in zip(checkout.paid_with_points, facts, strict=False):
        paid = dict(one.lines)
        lines = [line.line_no for line in by_what_they_are(cart.lines) if line.line_no in paid]
        parts = zip(lines, split(one.points, [paid[line_no] for line_no in lines]), strict=True)
        spends.append(SpentOn(number, one.unit, tuple(sorted(parts))))
    return tuple(spends)


def _same(rt: Runtime, caller: Caller, checkout: Checkout, paid: Paid, paying: Paying) -> Entry | None:
    """The version that committed this very order. Conflict `checkout_committed` for another."""
    payments = tuple(payment.model_dump(mode="json") for payment in paying.payments or ())
    kept = checkout.member_id is None  # nobody is asked whose it was
    theirs = paying.buyer is None or kept or member_of(rt, caller, paying.buyer) == checkout.member_id
    if (paid.number, tuple(dict(one) for one in paid.payments)) != (paying.number, payments) or not theirs:
        raise checkout.committed()
    return checkouts.read_version(rt.table, caller.tenant, checkout.checkout_id, paid.version)
