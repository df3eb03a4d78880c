"""Operations of checkouts alone."""

from __future__ import annotations

from chalicelib.areas.checkouts import store
from chalicelib.areas.checkouts.model import Checkout
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


def get_checkout(rt: Runtime, caller: Caller, checkout_id: str) -> Checkout:
    """As it stands, ended ones as well until they are gone. NotFound `checkout_not_found`. 1 Query."""
    return store.read(rt.table, caller.tenant, checkout_id)[0]
