"""Expire one coupon: make it past where its time is over, so that no purchase reads it any more. Whoever asked has been told
so before: what state a coupon is in follows from the time.

reads    1 BatchGet of the coupon, 1 BatchGet of profile, account and counts
writes   account (version), entry, coupon (moved), how many live ones the member has: 10 units; nothing where it is not due, or another operation was faster
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import facts as f
from chalicelib.errors import NotFound
from chalicelib.flows.coupon_commit import commit_coupon, coupon_plan, doing_for, find_coupon
from chalicelib.flows.coupon_deeds import Deed, Desk, kept, then
from chalicelib.flows.settle_one_due import NothingDue
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import passed_by
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan


def expire_coupon(rt: Runtime, caller: Caller, day: Day, member_id: str, coupon_id: str) -> bool:
    """Whether it was due by the end of the day (UTC), and this run did it."""
    at = min(passed_by(rt.clock.now()), day_starts(day + 1, "UTC") - 1)
    doing = doing_for(rt, caller, Command(f"due:{iso_day(day)}:{coupon_id}"), "settle_due", member_id, at)

    def plan() -> Plan:
        found = find_coupon(rt, caller.tenant, member_id, coupon_id)
        expires_at = found.coupon.expires_at
        if found.place[0].sk.startswith("K#") or expires_at is None or found.coupon.state(at) != "expired":
            raise NothingDue("nothing_due", "This coupon is not due.")

        def decide(desk: Desk) -> Deed:
            deed = kept(desk, found.series, found.coupon, found.place)
            return then(deed, found.coupon, f.CouponExpired(coupon_id, found.series.series_id, expires_at))

        return coupon_plan(rt, doing, found.series, member_id, (), decide)

    try:
        commit_coupon(rt, doing, plan)
    except (NothingDue, NotFound):
        return False
    return True
