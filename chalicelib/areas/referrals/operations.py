"""Reading whom a member brought in. Bringing somebody in is a flow."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.referrals.model import ReferralCard
from chalicelib.areas.referrals.store import codes, owned
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import is_id
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Key


@dataclass(frozen=True, slots=True)
class ReferralPage:
    items: tuple[ReferralCard, ...]
    next_cursor: str | None


def list_referrals(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> ReferralPage:
    """Whom a member asked or brought in, the latest first: 1 Query."""
    scope = f"{caller.tenant}/referrals/{member_id}"
    query = owned.referrals_query(caller.tenant, member_id, limit, _after(caller.tenant, scope, cursor))
    page, now = rt.table.query(query), rt.clock.now()
    cards = tuple(owned.card_from(attrs).as_of(now) for attrs in page.items)
    last = list(owned.listed(page.items[-1])) if page.next is not None and page.items else None
    return ReferralPage(cards, None if last is None else encode_cursor(scope, last))


def _after(tenant: str, scope: str, cursor: str | None) -> tuple[Key, str] | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case [str() as name, str() as place] if (
            name and place and (not name.startswith("mem_") or is_id("member", name))
        ):
            return codes.listed_key(tenant, name), place
    raise another_list()
