"""List a member's orders, newest purchase first; a stranger has none and is told so.

reads    1 Query a page (+ 1 Get of the profile when there is nothing to show: is there such a member at all?)
"""

from __future__ import annotations

from chalicelib.areas.members import store as members
from chalicelib.areas.orders import operations as orders
from chalicelib.areas.orders.operations import OrderPage
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime


def list_member_orders(rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None) -> OrderPage:
    """NotFound: member. InvalidInput: `invalid_cursor`."""
    number_of("member", member_id)
    page = orders.list_orders(rt, caller, member_id, limit, cursor)
    if not page.items:
        members.read(rt.table, caller.tenant, member_id)
    return page
