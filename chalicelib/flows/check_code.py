"""Check a code, without using it: whose it is, what it is good for and until when, and if it cannot be used why not.

reads    1 Get of the code, none for a shared one; 1 BatchGet of the coupon, of what is counted and of the member who is named;
         1 Query of each limit in all that the series has

It decides as flows/use_code does, with the very same words, and writes nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.areas.coupons import model as m
from chalicelib.areas.coupons.model.series import CouponWorth
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.members import store as members
from chalicelib.areas.programs import store as programs
from chalicelib.errors import Refused
from chalicelib.flows.coupon_codes import Resolved, resolved
from chalicelib.flows.coupon_commit import Found, coupon_in, find_coupon
from chalicelib.flows.coupon_deeds import Deed, Desk, give, goods_of, kept, keys_of, must_have_few, use
from chalicelib.flows.opened import member_blocked
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
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
    who = member_id or known.member_id or ""
    profile = (members.profile_key(tenant, who),) if who else ()
    theirs = _coupon_keys(tenant, known)
    keys = (*profile, *keys_of(tenant, known.series, who), *theirs)
    found = rt.table.batch_get(keys) if keys else {}
    stored = found.get(profile[0]) if profile else None
    member = members.member_from(stored, who)[0] if stored or member_id else None
    zone = programs.program(rt.config.load(rt.table, tenant), known.series.program_id).zone
    desk = Desk(tenant, who, rt.clock.now(), zone, found, Taking(rt, tenant, who), trial=True)
    there = _found(rt, tenant, known, found)
    asked = _Asked(known, there, member_id, member is not None and member.status == "blocked", order_value)
    return _checked(desk, known, None if there is None else there.coupon, _why_not(rt, desk, asked))


class _Asked(NamedTuple):
    known: Resolved
    there: Found | None
    named: str | None
    blocked: bool
    order_value: int | None


def _coupon_keys(tenant: str, known: Resolved) -> tuple[Key, ...]:
    if known.member_id is None or known.coupon_id is None:
        return ()
    return owned.coupon_keys(tenant, known.member_id, known.coupon_id)


def _found(rt: Runtime, tenant: str, known: Resolved, found: Mapping[Key, Attrs]) -> Found | None:
    """What somebody has, looked for again where it moves just now."""
    if known.member_id is None or known.coupon_id is None:
        return None
    keys = owned.coupon_keys(tenant, known.member_id, known.coupon_id)
    return coupon_in(rt, tenant, found, keys) or find_coupon(rt, tenant, known.member_id, known.coupon_id)


def _why_not(rt: Runtime, desk: Desk, it: _Asked) -> Refused | None:
    """Decided twice where a limit in all turns out to be short."""
    for _ in range(2):
        desk.taking.begin()
        try:
            it.known.must_be_of(it.named)
            if it.blocked:
                raise member_blocked()
            must_have_few(desk, _used(rt, desk, it))
        except Refused as refused:
            return refused
        if desk.taking.foresee():
            break
    return None


def _used(rt: Runtime, desk: Desk, it: _Asked) -> Deed:
    if it.there is None:
        return use(desk, give(rt, desk, it.known.series, it.known.code), None, goods_of(it.order_value))
    return use(desk, kept(desk, it.known.series, it.there.coupon, it.there.place), None, goods_of(it.order_value))


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
