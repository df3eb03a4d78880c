"""What a member or a group has redeemed, newest first, and one of it by its id.

reads    a page: 1 Query (+ 1 Get of the profile when there is nothing to show); one: 1 BatchGet of profile and redemption
"""

from __future__ import annotations

from chalicelib.areas.rewards import store as rewards
from chalicelib.areas.rewards.model import Redemption
from chalicelib.flows.open_redemption import may_see, no_redemption, redemption_ref
from chalicelib.flows.opened import must_be_owner, opened_from, owner_keys
from chalicelib.flows.terms import terms_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of, owner_kind
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime


class RedemptionPage(Frozen):
    items: tuple[Redemption, ...]
    next_cursor: str | None


def list_redemptions(
    rt: Runtime, caller: Caller, owner: str, program_id: int, limit: int, cursor: str | None
) -> RedemptionPage:
    """What a member redeemed with a group's points is in the group's list. NotFound: owner, program. InvalidInput:
    `invalid_cursor`."""
    number_of(owner_kind(owner), owner)
    terms_of(rt, caller.tenant, program_id)
    scope = f"{caller.tenant}/{owner}/{program_id}/redemptions"
    query = rewards.redemptions_query(caller.tenant, owner, program_id, limit, _before(scope, cursor))
    page = rt.table.query(query)
    if not page.items:
        must_be_owner(rt, caller.tenant, owner)
    last = None if page.next is None else encode_cursor(scope, int(page.items[-1]["sk"]["S"].rsplit("#", 1)[1]))
    return RedemptionPage(items=tuple(rewards.redemption_from(one)[0] for one in page.items), next_cursor=last)


def get_redemption(rt: Runtime, caller: Caller, owner: str, redemption_id: str) -> Redemption:
    """NotFound: owner, `redemption_not_found`."""
    number_of(owner_kind(owner), owner)
    ref = redemption_ref(owner, redemption_id)
    profile, account = owner_keys(caller.tenant, owner, ref.program)
    place = rewards.redemption_key(caller.tenant, ref)
    found = rt.table.batch_get([profile, account, place])
    asks = opened_from(found, caller.tenant, owner, ref.program)
    if place not in found or not may_see(asks, ref):
        raise no_redemption(redemption_id)
    return rewards.redemption_from(found[place])[0]


def _before(scope: str, cursor: str | None) -> int | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case int() as sequence if sequence > 0:
            return sequence
    raise another_list()
