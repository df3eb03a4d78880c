"""Update a checkout: another cart, other points. What was promised before is no more, and what was set apart is free.

reads    1 Query of the checkout, then what opening one reads
writes   a version more (absent): 2 units; where points were or are set apart account (version) and entry (absent) as well:
         6 units; + 2 with an Idempotency-Key
who      a key that may modify checkouts
"""

from __future__ import annotations

from chalicelib.areas.accounts.model.facts import CheckoutUpdated
from chalicelib.areas.checkouts import store as checkouts
from chalicelib.areas.checkouts.model import Checkout, outdated
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import header_for
from chalicelib.flows.checkout_plan import account_writes, version_plan
from chalicelib.flows.checkout_promise import CheckoutWish, open_buyer, promise
from chalicelib.flows.checkout_views import OpenedCheckout, opened_answer
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened
from chalicelib.flows.terms import terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.protocol import Write


def update_checkout(
    rt: Runtime, caller: Caller, command: Command, checkout_id: str, wish: CheckoutWish
) -> Committed[OpenedCheckout]:
    """A customer who was not known may be known now; whoever is stays. Refuses what opening refuses, and
    `checkout_of_another_member`, `checkout_outdated`; Conflict `checkout_committed`, `checkout_cancelled`,
    `checkout_lapsed`; NotFound: checkout, member."""

    def plan() -> Plan:
        before, last = checkouts.read(rt.table, caller.tenant, checkout_id)
        before.must_be_open(rt.clock.now())
        terms = terms_of(rt, caller.tenant, before.program_id)
        header = header_for(rt, caller, command, "update_checkout", terms, place=wish.cart.place)
        at = header.effective_at
        opened = open_buyer(rt, caller, terms, wish, before.member_id)
        must_be_theirs(before, opened)
        known = () if opened.member is None else (opened,)
        made = unless_lost(
            rt, caller.tenant, known, lambda: promise(terms, opened, wish, at, before), dry_run=command.dry_run
        )
        changed = {
            "cart": wish.cart.model_dump(mode="json", exclude_defaults=True),
            "lapses_at": made.lapses_at,
            "member_id": None if opened.member is None else opened.member.member_id,
            "group_id": None if opened.group is None else opened.group.group_id,
            "promised": made.promised,
        }
        checkout = before.model_copy(update=changed)
        also: tuple[Write, ...] = ()
        if _holds(before) or _holds(checkout):
            told = CheckoutUpdated(checkout.checkout_id, checkout.lapses_at, opened.by)
            _, also = account_writes(caller.tenant, made.story.then(told), opened, header, terms)
        return version_plan(caller.tenant, command, last.head, header, checkout, made.told, also)

    return commit(rt, command, plan, opened_answer, lambda: checkouts.recall(rt.table, caller.tenant, command))


def must_be_theirs(checkout: Checkout, opened: Opened) -> None:
    """Refuses `checkout_of_another_member`, and `checkout_outdated` where points are set apart in an account that is theirs no
    more: they have joined a group meanwhile, or left it."""
    member_id = None if opened.member is None else opened.member.member_id
    if checkout.member_id not in (None, member_id):
        text = "This checkout is of another member than the one named."
        raise Refused("checkout_of_another_member", text, param="member_id")
    owner = None if opened.member is None else opened.account.owner
    if checkout.paid_with_points and checkout.owner != owner:
        raise outdated()


def _holds(checkout: Checkout) -> bool:
    return any(one.hold is not None for one in checkout.promised)
