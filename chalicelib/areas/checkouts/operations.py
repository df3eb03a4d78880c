"""Operations of checkouts alone."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.checkouts import store
from chalicelib.areas.checkouts.model import Checkout, Listed
from chalicelib.areas.checkouts.store import ListPlace
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import is_id
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    items: tuple[Listed, ...]
    next_cursor: str | None


def get_checkout(rt: Runtime, caller: Caller, checkout_id: str) -> Checkout:
    """As it stands, ended ones as well until they are gone. NotFound `checkout_not_found`. 1 Query."""
    return store.read(rt.table, caller.tenant, checkout_id)[0]


def list_checkouts(
    rt: Runtime, caller: Caller, member_id: str, limit: int, cursor: str | None, *, past: bool = False
) -> CheckoutPage:
    """A member's, in any program, also where their group pays: those that are open, the last to lapse first; or those that are
    over, the last to be over first, until they are gone. 1 Query."""
    tenant, now = caller.tenant, rt.clock.now()
    scope = f"{tenant}/checkouts/{member_id}/{past}"
    after = _after(scope, cursor)
    query = (store.past_query if past else store.open_query)(tenant, member_id, now, limit, after)
    page = None if query is None else rt.table.query(query)
    found = [] if page is None else [store.listed_from(attrs, now) for attrs in page.items]
    rest = None if page is None or page.next is None else encode_cursor(scope, found[-1][1])
    return CheckoutPage(tuple(one for one, _ in found if past or one.state == "open"), rest)


def _after(scope: str, cursor: str | None) -> ListPlace | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case [int() as over_at, str() as checkout_id] if is_id("checkout", checkout_id):
            if 0 <= over_at < store.END_OF_TIME:
                return ListPlace(over_at, checkout_id)
    raise another_list()
