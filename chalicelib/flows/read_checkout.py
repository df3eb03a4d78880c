"""A checkout as it stands, ended ones as well until they are gone. Whose it is says its order, where nobody was known when it was
paid for: somebody may have been since.

reads    1 Query; 1 Get more of one that was paid for by nobody who was known
who      a key that may view checkouts
"""

from __future__ import annotations

from chalicelib.areas.checkouts.operations import get_checkout
from chalicelib.areas.orders import store as orders
from chalicelib.flows.checkout_views import ShownCheckout, shown
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


def read_checkout(rt: Runtime, caller: Caller, checkout_id: str) -> ShownCheckout:
    """NotFound `checkout_not_found`."""
    checkout = get_checkout(rt, caller, checkout_id)
    if checkout.paid is not None and checkout.member_id is None:
        order = orders.read(rt.table, caller.tenant, checkout.paid.order_id)
        theirs = {"member_id": order.member_id or None, "group_id": order.group_id}
        checkout = checkout.model_copy(update=theirs)
    return shown(checkout, rt.clock.now())
