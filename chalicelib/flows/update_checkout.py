"""Update a checkout: another cart, other points. What was promised before is no more, and what was set apart is free.

reads    1 Query of the checkout, then what opening one reads
writes   a version more (absent): 2 units; an unknown card is enrolled in the same commit where the checkout is nobody's yet,
         as opening one does; where points were or are set apart account (version) and entry (absent) as well: 6 units, and
         + 2 and 1 Get where a proof is asked for more of them (flows/checkout_proof); for each limit of which it takes or took
         what flows/checkout_limits says; + 2 with an Idempotency-Key
who      a key that may modify checkouts
"""

from __future__ import annotations

from functools import partial

from chalicelib.areas.accounts.model.facts import CheckoutUpdated
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout, outdated
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.checkout_coupons import Shown, keep_writes, let_go_writes, shown_codes
from chalicelib.flows.checkout_limits import limit_writes
from chalicelib.flows.checkout_plan import account_writes, version_plan
from chalicelib.flows.checkout_promise import Checking, CheckoutWish, Promise, open_or_enrol, promise, whose_of
from chalicelib.flows.checkout_proof import points_apart, proven_for, still_apart
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
from chalicelib.table.protocol import Write


def update_checkout(
    rt: Runtime, caller: Caller, command: Command, checkout_id: str, wish: CheckoutWish
) -> Committed[OpenedCheckout]:
    """A customer who was not known may be known now, or is enrolled, as opening one does; whoever is stays. Refuses what
    opening refuses, and `checkout_of_another_member`, `checkout_outdated`; Conflict `checkout_committed`,
    `checkout_cancelled`, `checkout_lapsed`; NotFound: checkout, member."""
    taking = Taking(rt, caller.tenant, checkout_id)

    def plan() -> Plan:
        before, last = checkouts.read(rt.table, caller.tenant, checkout_id)
        before.must_be_open(rt.clock.now())
        terms = terms_of(rt, caller.tenant, before.program_id)
        header = header_for(rt, caller, command, "update_checkout", terms, place=wish.cart.place)
        at = header.effective_at
        opened, enrolled = open_or_enrol(Giving(taking, command.dry_run), header, terms, wish, before.member_id)
        must_be_theirs(before, opened)
        known = () if opened.member is None or opened.new else (opened,)
        whose = whose_of(rt, caller.tenant, opened, before)
        shown = shown_codes(rt, caller.tenant, terms, whose, wish.coupons, at)

        def decided() -> Promise:
            return promise(rt, terms, opened, wish, at, Checking(checkout_id, shown, taking, before))

        made = unless_lost(rt, caller.tenant, known, decided, dry_run=command.dry_run)
        checkout = _changed(before, wish, opened, made)
        also = (*enrolled, *_kept(rt, caller.tenant, before, checkout, shown if wish.hold else None, at))
        if _holds(before) or _holds(checkout):
            told = CheckoutUpdated(checkout.checkout_id, checkout.lapses_at, opened.by)
            _, writes = account_writes(caller.tenant, made.story.then(told), opened, header, terms)
            also = (*writes, *also)
            more = points_apart(made.promised) - still_apart(before, opened.account)
            also = (*also, *proven_for(rt, caller.tenant, command, terms, checkout.member_id, more))
        also = (*also, *limit_writes(taking, before, checkout))
        return version_plan(caller.tenant, command, last, header, checkout, made.told, also, limited=taking)

    recall = partial(checkouts.recall, rt.table, caller.tenant, command)
    done = counting_wrong_tries(rt, caller.tenant, lambda: commit(rt, command, plan, opened_answer, recall))
    if not command.dry_run:
        taking.after()
    return done


def _changed(before: Checkout, wish: CheckoutWish, opened: Opened, made: Promise) -> Checkout:
    changed = {
        "cart": wish.cart.model_dump(mode="json", exclude_defaults=True),
        "lapses_at": made.lapses_at,
        "member_id": None if opened.member is None else opened.member.member_id,
        "group_id": None if opened.group is None else opened.group.group_id,
        "promised": made.promised,
        "limited": made.limited,
    }
    return before.model_copy(update=changed)


def _kept(
    rt: Runtime, tenant: str, before: Checkout, after: Checkout, shown: Shown | None, at: Instant
) -> tuple[Write, ...]:
    """Coupons that it has now, and not those any more that it had."""
    kept = keep_writes(rt, shown, after.checkout_id, after.lapses_at)
    still = frozenset(one.coupon_id for one in shown.known if one.coupon_id is not None) if shown else frozenset[str]()
    return (*kept, *let_go_writes(rt, tenant, before, at, still))


def must_be_theirs(checkout: Checkout, opened: Opened) -> None:
    """Refuses `checkout_of_another_member`, and `checkout_outdated` where points are set apart in an account that is theirs no
    more: they have joined a group meanwhile, or left it."""
    member_id = None if opened.member is None else opened.member.member_id
    if checkout.member_id not in (None, member_id):
        text = "This checkout is of another member than the one named."
        raise Refused("checkout_of_another_member", text, param="member_id")
    owner = None if opened.member is None else opened.account.owner
    bound = checkout.paid_with_points or checkout.codes
    if bound and checkout.owner not in (None, owner):
        raise outdated()


def _holds(checkout: Checkout) -> bool:
    return any(one.hold is not None for one in checkout.promised)
