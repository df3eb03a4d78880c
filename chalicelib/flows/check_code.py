"""Check a code, without using it: whose it is, what it is good for and until when, and if it cannot be used why not.

reads    1 Get of the code, none for a shared one; 1 BatchGet of the coupon, of what is counted and of the member who is named
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.series import CouponWorth
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.members import store as members
from chalicelib.areas.programs import store as programs
from chalicelib.errors import Refused
from chalicelib.flows.coupon_codes import Resolved, resolved
from chalicelib.flows.coupon_commit import coupon_in, find_coupon
from chalicelib.flows.coupon_deeds import Desk, counts_of, keys_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Attrs, Key


class CheckedCode(Frozen):
    """`usable`: it would be redeemed now; else `reason` is the code that this would answer, and `message` its sentence.
    `coupon` is what somebody has, nothing of a code that nobody has yet."""

    code: str
    program_id: int
    series_id: str
    series_name: str
    worth: CouponWorth
    usable: bool
    reason: str | None
    message: str | None
    coupon: m.Shown | None


def check_code(
    rt: Runtime, caller: Caller, code: str, member_id: str | None = None, order_value: int | None = None
) -> CheckedCode:
    """Of a member who is named, or else of whoever has it. NotFound: `unknown_code`, member."""
    tenant, known = caller.tenant, resolved(rt, caller.tenant, code)
    if member_id is not None:
        number_of("member", member_id)
    who = member_id or known.member_id
    keys = () if who is None else (members.profile_key(tenant, who), *keys_of(tenant, known.series, who))
    theirs = (
        ()
        if known.coupon_id is None or known.member_id is None
        else owned.coupon_keys(tenant, known.member_id, known.coupon_id)
    )
    found = rt.table.batch_get([*keys, *theirs]) if keys or theirs else {}
    if member_id is not None:
        members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    zone = programs.program(rt.config.load(rt.table, tenant), known.series.program_id).zone
    desk = Desk(tenant, who or "", rt.clock.now(), zone, found)
    coupon = _coupon(rt, tenant, known, found)
    return _checked(desk, known, coupon, _why_not(desk, known, coupon, member_id, order_value))


def _coupon(rt: Runtime, tenant: str, known: Resolved, found: Mapping[Key, Attrs]) -> m.Coupon | None:
    """What somebody has, looked for again where it moves just now."""
    if known.member_id is None or known.coupon_id is None:
        return None
    keys = owned.coupon_keys(tenant, known.member_id, known.coupon_id)
    return (coupon_in(rt, tenant, found, keys) or find_coupon(rt, tenant, known.member_id, known.coupon_id)).coupon


def _why_not(
    desk: Desk, known: Resolved, coupon: m.Coupon | None, member_id: str | None, order_value: int | None
) -> Refused | None:
    series = known.series
    try:
        known.must_be_of(member_id)
        if coupon is not None:
            m.must_be_usable(coupon, series, desk.at, desk.zone, order_value)
        series.must_be_at_work(local_day(desk.at, desk.zone))
        if desk.member_id:
            counts = counts_of(desk, series)
            if coupon is None:
                counts.must_have_room(series, "issued")
            counts.must_have_room(series, "used")
    except Refused as refused:
        return refused
    return None


def _checked(desk: Desk, known: Resolved, coupon: m.Coupon | None, why_not: Refused | None) -> CheckedCode:
    series = known.series
    return CheckedCode(
        code=known.code,
        program_id=series.program_id,
        series_id=series.series_id,
        series_name=series.name,
        worth=series.worth,
        usable=why_not is None,
        reason=None if why_not is None else why_not.code,
        message=None if why_not is None else why_not.message,
        coupon=None if coupon is None else m.shown(coupon, series, desk.at),
    )
