"""Change a coupon by its own id: activate it, mark it as unused, cancel it, make it good again.

reads    1 BatchGet of the coupon, which says its series; 1 BatchGet of profile, account and counts
writes   account (version), entry, coupon (version; moved where it becomes past or live again), and where it counts the counts
         of the member and a slice of the series' limits (drawn): 6–14 units, + 2 with an Idempotency-Key
who      a key that may modify coupons
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.coupons import model as m
from chalicelib.flows.coupon_commit import commit_coupon, coupon_plan, doing_for, find_coupon
from chalicelib.flows.coupon_deeds import Deed, Desk, gone, kept, then, unuse
from chalicelib.flows.coupon_quotas import take
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan

Change = Callable[[Deed, Desk], Deed]


def activate_coupon(
    rt: Runtime, caller: Caller, command: Command, member_id: str, coupon_id: str
) -> Committed[m.Shown]:
    """Refuses `coupon_activated`, `code_used`, `code_expired`, `code_cancelled`, `member_blocked`; NotFound: member, coupon."""

    def change(deed: Deed, desk: Desk) -> Deed:
        after = m.activated(deed.coupon, desk.at, desk.zone)
        return then(deed, after, f.CouponActivated(after.coupon_id, after.series_id))

    return _changed(rt, caller, command, "activate_coupon", (member_id, coupon_id), change)


def unuse_coupon(
    rt: Runtime, caller: Caller, command: Command, member_id: str, coupon_id: str, order: str | None
) -> Committed[m.Shown]:
    """The last use, or that of an order, is taken back, and given back to all limits; a coupon of a code that all share goes
    with it. Refuses `coupon_not_used`, `too_many_coupons`, `member_blocked`; NotFound: member, coupon."""

    def change(deed: Deed, desk: Desk) -> Deed:
        return unuse(desk, deed, order)

    return _changed(rt, caller, command, "unuse_coupon", (member_id, coupon_id), change)


def cancel_coupon(rt: Runtime, caller: Caller, command: Command, member_id: str, coupon_id: str) -> Committed[m.Shown]:
    """It is given back to the limits of what is issued; its code is nobody else's. Refuses `code_used`, `code_expired`,
    `code_cancelled`, `code_held`, `member_blocked`; NotFound: member, coupon."""

    def change(deed: Deed, desk: Desk) -> Deed:
        return gone(desk, deed, m.cancelled(deed.coupon, desk.at, desk.zone))

    return _changed(rt, caller, command, "cancel_coupon", (member_id, coupon_id), change)


def reactivate_coupon(
    rt: Runtime, caller: Caller, command: Command, member_id: str, coupon_id: str
) -> Committed[m.Shown]:
    """Refuses `not_reactivable`, `series_not_active`, for one that was cancelled `limit_per_member` and `series_used_up`,
    `too_many_coupons`, `member_blocked`; NotFound: member, coupon."""

    def change(deed: Deed, desk: Desk) -> Deed:
        after = m.reactivated(deed.coupon, deed.series, desk.at, desk.zone)
        deed.series.must_be_at_work(local_day(desk.at, desk.zone))
        fact = f.CouponReactivated(after.coupon_id, after.series_id, after.expires_at)
        if deed.coupon.cancelled_at is None:
            return then(deed, after, fact)
        deed.counts.must_have_room(deed.series, "issued")
        after = after.model_copy(update={"issued_from": take(desk.taking, deed.series, "issued")})
        return then(deed, after, fact, "issued", 1)

    return _changed(rt, caller, command, "reactivate_coupon", (member_id, coupon_id), change)


def _changed(
    rt: Runtime, caller: Caller, command: Command, operation: str, of: tuple[str, str], change: Change
) -> Committed[m.Shown]:
    member_id, coupon_id = of
    doing = doing_for(rt, caller, command, operation, member_id)

    def plan() -> Plan:
        found = find_coupon(rt, caller.tenant, member_id, coupon_id)

        def decide(desk: Desk) -> Deed:
            return change(kept(desk, found.series, found.coupon, found.place), desk)

        return coupon_plan(rt, doing, found.series, member_id, (), decide)

    return commit_coupon(rt, doing, plan)
