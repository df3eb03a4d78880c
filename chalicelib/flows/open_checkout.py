"""Open a checkout: what comes off a cart is promised until it lapses, and the points that pay for a part are set apart.

reads    1 Query of the member's snapshot (+ 1 Get when named by an identifier, + 1 BatchGet in a group); nothing for a
         customer who is not known
writes   the checkout's first version (absent) and its place in the list of a member who is known: 4 units; an unknown card is
         enrolled in the same commit, where the program says so (flows/enrol_member); where points are set apart account (version) and entry (absent) as
         well: 6 units, and + 2 and 1 Get where a proof is asked for (flows/checkout_proof); + 5 for each limit for all and each budget of which a discount takes (flows/checkout_limits); + 2 with an
         Idempotency-Key
who      a key that may modify checkouts
"""

from __future__ import annotations

from chalicelib.areas.accounts.model.facts import CheckoutOpened
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.checkout_coupons import keep_writes, shown_codes
from chalicelib.flows.checkout_limits import limit_writes
from chalicelib.flows.checkout_plan import account_writes, version_plan
from chalicelib.flows.checkout_promise import Checking, CheckoutWish, Promise, open_or_enrol, promise, whose_of
from chalicelib.flows.checkout_proof import points_apart, proven_for
from chalicelib.flows.checkout_views import OpenedCheckout, opened_answer
from chalicelib.flows.follow_coupons import Giving
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened
from chalicelib.flows.proving import counting_wrong_tries
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit


def open_checkout(
    rt: Runtime, caller: Caller, command: Command, wish: CheckoutWish, program_id: int = 1
) -> Committed[OpenedCheckout]:
    """Refuses `member_blocked`, `group_blocked`, `may_not_spend`, `unknown_unit`, `too_many_holds`, `too_many_pieces`,
    `too_many_credits`, `balance_limit`, `too_large`, `too_many_limits`, and for points that are set apart what flows/proving does; NotFound: program,
    member."""
    taking = Taking(rt, caller.tenant, "")

    def plan() -> Plan:
        terms = terms_of(rt, caller.tenant, program_id)
        header = header_for(rt, caller, command, "open_checkout", terms, place=wish.cart.place)
        at = header.effective_at
        checkout_id = rt.ids.entity("checkout", at)
        taking.of(checkout_id).begin()
        opened, enrolled = open_or_enrol(Giving(taking, command.dry_run), header, terms, wish)
        known = () if opened.member is None or opened.new else (opened,)
        whose = whose_of(rt, caller.tenant, opened)
        shown = shown_codes(rt, caller.tenant, terms, whose, wish.coupons, at)
        checking = Checking(checkout_id, shown, taking)

        def decided() -> Promise:
            return promise(rt, terms, opened, wish, at, checking)

        made = unless_lost(rt, caller.tenant, known, decided, dry_run=command.dry_run)
        checkout = _new(checkout_id, program_id, wish, opened, at, made)
        kept = keep_writes(rt, shown, checkout_id, made.lapses_at) if wish.hold else ()
        also = (*enrolled, *kept, *limit_writes(taking, None, checkout))
        apart = points_apart(made.promised)
        if apart:
            also = (*also, *proven_for(rt, caller.tenant, command, terms, checkout.member_id, apart))
            told = CheckoutOpened(checkout.checkout_id, checkout.lapses_at, opened.by)
            _, writes = account_writes(caller.tenant, made.story.then(told), opened, header, terms)
            also = (*writes, *also)
        return version_plan(caller.tenant, command, None, header, checkout, made.told, also, limited=taking)

    def carry_out() -> Committed[OpenedCheckout]:
        return commit(rt, command, plan, opened_answer, lambda: checkouts.recall(rt.table, caller.tenant, command))

    return counting_wrong_tries(rt, caller.tenant, carry_out)


def _new(checkout_id: str, program_id: int, wish: CheckoutWish, opened: Opened, at: Instant, made: Promise) -> Checkout:
    return Checkout(
        checkout_id=checkout_id,
        program_id=program_id,
        cart=wish.cart.model_dump(mode="json", exclude_defaults=True),
        opened_at=at,
        lapses_at=made.lapses_at,
        member_id=None if opened.member is None else opened.member.member_id,
        group_id=None if opened.group is None else opened.group.group_id,
        promised=made.promised,
        limited=made.limited,
    )
