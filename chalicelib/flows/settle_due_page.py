"""Settle a page of due accounts: up to a hundred of one shard of the due index.

    reads    1 Query of the index; then for each account what flows/settle_account reads and writes, for each member with an
             award that is over what flows/settle_awards does, for each coupon what flows/expire_coupon does, for each stay in a
             segment what flows/leave_due_segment does, for each member who may meet criteria or cross a threshold by now
             what flows/settle_criteria and flows/settle_metrics do, for each member with a birthday or an anniversary what
             flows/settle_occasions does, for each invitation what flows/expire_invitation does, for each quota what
             flows/lapsed_limits does

An account that fails keeps none of its neighbours from being settled: it is named, with its fault, and stays due. So does what
only a newer release knows to settle, after a rollback: it is counted, and waits for that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.areas.accounts import store as accounts
from chalicelib.flows.expire_coupon import expire_coupon
from chalicelib.flows.expire_invitation import expire_invitation
from chalicelib.flows.lapsed_limits import settle_lapsed
from chalicelib.flows.leave_due_segment import leave_due_segment
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.settle_awards import settle_awards
from chalicelib.flows.settle_criteria import due_by, settle_due_criteria
from chalicelib.flows.settle_metrics import settle_metrics
from chalicelib.flows.settle_occasions import settle_occasions
from chalicelib.flows.what_is_due import (
    Due,
    DueAccount,
    DueAwards,
    DueCoupon,
    DueCriteria,
    DueInvitation,
    DueOccasion,
    DueQuota,
    DueStay,
    due_of,
)
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.protocol import StartKey

PAGE = 100


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
    settled, unsettled, found = 0, [], [due_of(attrs) for attrs in page.items]
    for due in dict.fromkeys(one for one in found if one is not None):
        try:
            settled += settle_one(rt, caller, day, due)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one account must not stop its neighbours
            unsettled.append(Unsettled(due, fault))
    return SettledPage(settled, tuple(unsettled), page.next, found.count(None))


def settle_one(rt: Runtime, caller: Caller, day: Day, due: Due) -> bool:
    """Whether there was something to settle, and this run did it."""
    match due:
        case DueAccount(owner, program_id):
            return settle_account(rt, caller, day, owner, program_id)
        case DueAwards(member_id, program_id):
            return settle_awards(rt, caller, day, member_id, program_id)
        case DueCoupon(member_id, coupon_id):
            return expire_coupon(rt, caller, day, member_id, coupon_id)
        case DueStay(member_id, segment_id):
            return leave_due_segment(rt, caller, day, member_id, segment_id)
        case DueCriteria(member_id):
            crossed = settle_metrics(rt, caller, member_id, due_by=due_by(rt.clock.now(), day))
            return settle_due_criteria(rt, caller, day, member_id) or bool(crossed)
        case DueOccasion(member_id):
            return settle_occasions(rt, caller, day, member_id)
        case DueQuota(quota):
            return settle_lapsed(rt, caller.tenant, quota)
        case DueInvitation(code):
            return expire_invitation(rt, caller, day, code)
