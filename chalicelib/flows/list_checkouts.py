"""A member's checkouts, for whoever has lost the id of one.

reads    1 Query a page, + 1 Get of the profile when there is nothing to show
"""

from __future__ import annotations

from chalicelib.areas.checkouts import operations as checkouts
from chalicelib.areas.checkouts.operations import CheckoutPage
from chalicelib.flows.opened import must_be_owner
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime


def list_checkouts(
    rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None, *, past: bool = False
) -> CheckoutPage:
    """NotFound: member. InvalidInput: `invalid_cursor`."""
    number_of("member", member_id)
    page = checkouts.list_checkouts(rt, caller, member_id, limit, cursor, past=past)
    if not page.items:
        must_be_owner(rt, caller.tenant, member_id)
    return page
