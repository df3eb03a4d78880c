"""Issue a coupon: a member gets one of a series, with a code of its own or the one that all share.

reads    1 BatchGet of profile, account and counts; of a pool 1 Query for a code, 2 where none lies behind the place drawn
writes   account (version), entry, coupon, code (absent), counts of the series and of the member (version): 12 units, of a
         pool the free code goes: 14; of a shared code 10; + 2 with an Idempotency-Key
who      a key that may modify coupons
"""

from __future__ import annotations

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.flows.coupon_commit import Doing, commit_coupon, coupon_plan
from chalicelib.flows.coupon_deeds import Deed, Desk, give
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan


def issue_coupon(
    rt: Runtime, caller: Caller, command: Command, member_id: str, program_id: int, series_id: str
) -> Committed[m.Shown]:
    """Refuses `member_blocked`, `series_not_active`, `limit_per_member`, `series_used_up`, `no_codes_left`; NotFound:
    member, program, series."""
    doing = Doing(caller, command, "issue_coupon")

    def plan() -> Plan:
        config = rt.config.load(rt.table, caller.tenant)
        programs.program(config, program_id)
        series = all_series.series(config, program_id, series_id)

        def decide(desk: Desk) -> Deed:
            return give(rt, desk, series)

        return coupon_plan(rt, doing, series, member_id, (), decide)

    return commit_coupon(rt, doing, plan)
