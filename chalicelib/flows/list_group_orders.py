"""List what was bought for a group, newest purchase first, whoever bought it and whoever is in the group now.

reads    1 Query and 1 BatchGet of the orders a page (1 Get of the group instead where there is nothing to show: is there such
         a group at all?)
"""

from __future__ import annotations

from chalicelib.areas.groups import store as groups
from chalicelib.areas.orders import operations as orders
from chalicelib.areas.orders.operations import GroupOrderPage
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime


def list_group_orders(rt: Runtime, caller: Caller, group_id: str, limit: int, cursor: str | None) -> GroupOrderPage:
    """NotFound: group. InvalidInput: `invalid_cursor`."""
    number_of("group", group_id)
    page = orders.list_orders_for_group(rt, caller, group_id, limit, cursor)
    if not page.items:
        groups.read(rt.table, caller.tenant, group_id)
    return page
