"""Settle a page of due accounts: up to a hundred of one shard of the due index.

    reads    1 Query of the index; then for each account what flows/settle_account reads and writes, for each member with an
             award that is over what flows/settle_awards does, for each coupon what flows/expire_coupon does, for each stay in a
             segment what flows/leave_due_segment does, for each member with a birthday or an anniversary what
             flows/settle_occasions does, for each invitation what flows/expire_invitation does, for each quota what
             flows/lapsed_limits does

An account that fails keeps none of its neighbours from being settled: it is named, with its fault, and stays due. So does what
only a newer release knows to settle, after a rollback: it is counted, and waits for that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.coupons.store import owned
from chalicelib.areas.members import store as members
from chalicelib.areas.perks import store as perks
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.referrals import store as referrals
from chalicelib.areas.segments import store as segments
from chalicelib.flows.expire_coupon import expire_coupon
from chalicelib.flows.expire_invitation import expire_invitation
from chalicelib.flows.lapsed_limits import settle_lapsed
from chalicelib.flows.leave_due_segment import leave_due_segment
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.settle_awards import settle_awards
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.protocol import Attrs, StartKey

PAGE = 100


@dataclass(frozen=True, slots=True)
class Due:
    """An account; a coupon; a stay in a segment; a member's birthday or anniversary; all awards of a member in a program that
    are over, which are settled at once; an invitation, by its code; or what is held of a quota for checkouts that have lapsed."""

    member_id: str
    program_id: int = 0
    coupon_id: str = ""
    segment_id: str = ""
    awards: bool = False
    occasion: bool = False
    quota: str = ""
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Unsettled:
    due: Due
    fault: Exception


@dataclass(frozen=True, slots=True)
class SettledPage:
    """`next`: where the shard goes on; None at its end. `unknown`: how many this release knows nothing of."""

    settled: int
    unsettled: tuple[Unsettled, ...]
    next: StartKey | None
    unknown: int = 0


def settle_due_page(rt: Runtime, caller: Caller, shard: int, day: Day, start: StartKey | None) -> SettledPage:
    """The page behind `start` of what is due until `day` (UTC), as far as the clock has come.

    A page settled before is settled again for nothing: what is done is no longer due.
    """
    query = accounts.due_query(caller.tenant, shard, day, PAGE, start)
    page = read_patiently(rt, partial(rt.table.query, query))
    settled, unsettled, found = 0, [], [_due(attrs) for attrs in page.items]
    for due in dict.fromkeys(one for one in found if one is not None):
        try:
            settled += settle_one(rt, caller, day, due)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one account must not stop its neighbours
            unsettled.append(Unsettled(due, fault))
    return SettledPage(settled, tuple(unsettled), page.next, found.count(None))


def settle_one(rt: Runtime, caller: Caller, day: Day, due: Due) -> bool:
    """Whether there was something to settle, and this run did it."""
    if due.quota:
        return settle_lapsed(rt, caller.tenant, due.quota)
    if due.invitation:
        return expire_invitation(rt, caller, day, due.invitation)
    if due.coupon_id:
        return expire_coupon(rt, caller, day, due.member_id, due.coupon_id)
    if due.segment_id:
        return leave_due_segment(rt, caller, day, due.member_id, due.segment_id)
    if due.occasion:
        return settle_occasions(rt, caller, day, due.member_id)
    settle = settle_awards if due.awards else settle_account
    return settle(rt, caller, day, due.member_id, due.program_id)


def _due(attrs: Attrs) -> Due | None:
    quota = quotas.due_quota(attrs)
    if quota is not None:
        return Due("", quota=quota)
    invitation = referrals.due_invitation(attrs)
    if invitation is not None:
        return Due("", invitation=invitation)
    coupon, award, stay = owned.due_coupon(attrs), perks.due_award(attrs), segments.due_membership(attrs)
    if coupon is not None:
        return Due(coupon[0], coupon_id=coupon[1])
    if stay is not None:
        return Due(stay[0], segment_id=stay[1])
    member = members.due_occasion(attrs)
    if member is not None:
        return Due(member, occasion=True)
    if award is not None:
        return Due(*award, awards=True)
    account = accounts.due_member(attrs)
    return None if account is None else Due(*account)
