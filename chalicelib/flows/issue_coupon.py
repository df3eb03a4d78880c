"""Issue a coupon: a member gets one of a series, with a code of its own.

reads    1 BatchGet of profile, account and counts; of a pool 1 Query for a code, or as flows/pool_codes says
writes   account (version), entry, coupon, code (absent), counts of the member (version), a slice of what may be issued (drawn):
         14 units; of a pool the free code goes and its shard is drawn: 18; + 2 with an Idempotency-Key
who      a key that may modify coupons
"""

from __future__ import annotations

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.store import series as all_series
from chalicelib.areas.programs import store as programs
from chalicelib.flows.coupon_commit import commit_coupon, coupon_plan, doing_for
from chalicelib.flows.coupon_deeds import Deed, Desk, give
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan


def issue_coupon(
    rt: Runtime, caller: Caller, command: Command, member_id: str, program_id: int, series_id: str
) -> Committed[m.Shown]:
    """Refuses `code_is_shared`, `member_blocked`, `series_not_active`, `limit_per_member`, `series_used_up`,
    `no_codes_left`, `too_many_coupons`; NotFound: member, program, series. A trial names no code of a pool."""
    doing = doing_for(rt, caller, command, "issue_coupon", member_id)

    def plan() -> Plan:
        config = rt.config.load(rt.table, caller.tenant)
        programs.program(config, program_id)
        series = all_series.series(config, program_id, series_id)
        series.must_be_handed_out()

        def decide(desk: Desk) -> Deed:
            return give(rt, desk, series)

        return coupon_plan(rt, doing, series, member_id, (), decide)

    return commit_coupon(rt, doing, plan)
