"""Use a code: a member's coupon is redeemed once, with the order it is for. A shared code, or one of a claimable pool that
nobody has, becomes the member's coupon with this.

reads    1 Get of the code, none for a shared one; 1 BatchGet of profile, account, coupon and counts
writes   account (version), entry, coupon (version; past once it is used up: moved), counts of the member (version), a slice of
         what may be used (drawn): 14 units at most; of a code that is claimed its look-up, the free code, its shard and a
         slice of what may be issued as well, + 2 with an Idempotency-Key
who      a key that may modify coupons
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import owned
from chalicelib.flows.coupon_codes import Resolved, resolved
from chalicelib.flows.coupon_commit import commit_coupon, coupon_in, coupon_plan, doing_for
from chalicelib.flows.coupon_deeds import Deed, Desk, give, goods_of, kept, use
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Outdated, Plan


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a coupon is used for: an order's own reference, and its value in the smallest part of its currency."""

    order: str | None = None
    order_value: int | None = None


def use_code(
    rt: Runtime, caller: Caller, command: Command, code: str, member_id: str, purpose: Purpose
) -> Committed[m.Shown]:
    """Refuses `member_blocked`, `code_of_another_member`, `code_not_issued`, `code_used`, `code_expired`, `code_cancelled`,
    `code_not_yet_active`, `order_below_minimum`, `series_not_active`, `limit_per_member`, `series_used_up`,
    `too_many_coupons`; NotFound: `unknown_code`, member."""
    doing = doing_for(rt, caller, command, "use_code", member_id)

    def plan() -> Plan:
        known = resolved(rt, caller.tenant, code)
        known.must_be_of(member_id)
        coupon_id = known.coupon_id
        keys = () if coupon_id is None else owned.coupon_keys(caller.tenant, member_id, coupon_id)

        def decide(desk: Desk) -> Deed:
            return use(desk, _deed(rt, desk, known), purpose.order, goods_of(purpose.order_value))

        return coupon_plan(rt, doing, known.series, member_id, keys, decide)

    return commit_coupon(rt, doing, plan)


def _deed(rt: Runtime, desk: Desk, known: Resolved) -> Deed:
    if known.coupon_id is None:
        return give(rt, desk, known.series, known.code)
    keys = owned.coupon_keys(desk.tenant, desk.member_id, known.coupon_id)
    found = coupon_in(rt, desk.tenant, desk.found, keys)
    if found is None:  # its code says that it is there: it moves just now
        raise Outdated
    return kept(desk, known.series, found.coupon, found.place)
