"""Settle a page of due accounts: up to a hundred of one shard of the due index.

    reads    1 Query of the index; then for each account what flows/settle_account reads and writes

An account that fails keeps none of its neighbours from being settled: it is named, with its fault, and stays due.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.coupons.store import owned
from chalicelib.flows.expire_coupon import expire_coupon
from chalicelib.flows.settle_account import settle_account
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.protocol import StartKey

PAGE = 100


@dataclass(frozen=True, slots=True)
class Unsettled:
    member_id: str
    program_id: int
    fault: Exception
    coupon_id: str = ""


@dataclass(frozen=True, slots=True)
class SettledPage:
    """`next`: where the shard goes on; None at its end."""

    settled: int
    unsettled: tuple[Unsettled, ...]
    next: StartKey | None


def settle_due_page(rt: Runtime, caller: Caller, shard: int, day: Day, start: StartKey | None) -> SettledPage:
    """The page behind `start` of what is due until `day` (UTC), as far as the clock has come.

    A page settled before is settled again for nothing: what is done is no longer due.
    """
    query = accounts.due_query(caller.tenant, shard, day, PAGE, start)
    page = read_patiently(rt, partial(rt.table.query, query))
    settled, unsettled = 0, []
    for attrs in page.items:
        coupon = owned.due_coupon(attrs)
        member_id, program_id = (coupon[0], 0) if coupon else accounts.due_member(attrs)
        try:
            if coupon is not None:
                settled += expire_coupon(rt, caller, day, *coupon)
            else:
                settled += settle_account(rt, caller, day, member_id, program_id)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one account must not stop its neighbours
            unsettled.append(Unsettled(member_id, program_id, fault, coupon[1] if coupon else ""))
    return SettledPage(settled, tuple(unsettled), page.next)
