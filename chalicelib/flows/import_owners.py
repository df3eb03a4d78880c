"""Tell the router of an import whose account each document concerns: the group's that a member is in or the member's own,
by what the table knows; strangers by their spelling.

Identities are resolved once per file, and so are groups, in 1 BatchGet of profiles a hundred documents. Someone who gets a
second identifier, or joins or leaves a group while the file is routed, may have documents in two parts: they are then
recorded exactly once as ever, but not surely in the order of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from chalicelib.areas.imports.router import Router
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.orders import store as orders
from chalicelib.areas.orders.file import Identity, ReturnRow, SaleRow
from chalicelib.errors import InvalidInput, Refused
from chalicelib.flows.import_documents import Placed, packed
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently
from chalicelib.table.items import from_attrs

BATCH = 100
_ORDERS_AT_ONCE = 25  # an order may have 256 KB


def tell(rt: Runtime, tenant: str, router: Router, batch: Sequence[Placed]) -> None:
    """At most BATCH documents, in file order."""
    sales = [one.document for one in batch if isinstance(one.document, SaleRow)]
    _tell_owners(rt, tenant, router, {sale.identity for sale in sales if sale.identity is not None})
    returns = [one.document for one in batch if isinstance(one.document, ReturnRow)]
    _tell_sales(rt, tenant, router, sorted({row.sale_number for row in returns}))
    for one in batch:
        match one.document:
            case SaleRow(identity=identity, sale=sale):
                spelled = f"order:{sale.number}" if identity is None else _spelled(identity)
                owner = router.owner(spelled) or spelled
                router.tell_sale(sale.number, owner)
                router.keep_of_owner(owner, packed(one))
            case ReturnRow(sale_number=number):
                router.keep_of_sale(number, packed(one))
            case _:
                router.keep_of_owner(f"line:{one.first_line}", packed(one))


def _tell_owners(rt: Runtime, tenant: str, router: Router, identities: Iterable[Identity]) -> None:
    unknown = {spelled: one for one in identities if router.owner(spelled := _spelled(one)) is None}
    readable = {spelled: named for spelled, one in unknown.items() if (named := _identifier(one)) is not None}
    keys = {members.identifier_key(tenant, named): spelled for spelled, named in readable.items()}
    known = read_patiently(rt, partial(rt.table.batch_get, list(keys)))
    found = {keys[key]: from_attrs(members.IdentifierItem, attrs).owner for key, attrs in known.items()}
    groups = _groups(rt, tenant, set(found.values()))
    for spelled in unknown:
        member = found.get(spelled)
        router.tell_owner(spelled, spelled if member is None else groups.get(member, member))


def _groups(rt: Runtime, tenant: str, some: Iterable[str]) -> dict[str, str]:
    """Who of these members is in which group."""
    keys = {members.profile_key(tenant, member): member for member in some}
    profiles = read_patiently(rt, partial(rt.table.batch_get, list(keys))) if keys else {}
    found = {keys[key]: members.group_in(attrs) for key, attrs in profiles.items()}
    return {member: group for member, group in found.items() if group is not None}


def _tell_sales(rt: Runtime, tenant: str, router: Router, numbers: Iterable[str]) -> None:
    """Sales recorded before: a return goes to the account of its sale, wherever that was made."""
    fresh = [number for number in numbers if not router.asked_for_sale(number)]
    for start in range(0, len(fresh), _ORDERS_AT_ONCE):
        some = fresh[start : start + _ORDERS_AT_ONCE]
        keys = {orders.order_key(tenant, orders.id_for(tenant, number)): number for number in some}
        found = read_patiently(rt, partial(rt.table.batch_get, list(keys)))
        for key, attrs in found.items():
            order = orders.order_from(attrs)
            if order.sale.number != keys[key]:
                _tell_clashing(rt, tenant, router, keys[key])
            else:
                router.tell_sale(order.sale.number, order.owner)


def _tell_clashing(rt: Runtime, tenant: str, router: Router, number: str) -> None:
    """Another number's order stands at the place of this one."""
    try:
        order = read_patiently(rt, lambda: orders.find(rt.table, tenant, number)).order
    except Refused:
        return
    if order is not None:
        router.tell_sale(number, order.owner)


def _spelled(identity: Identity) -> str:
    """An owner's name when nobody is known by it. What is no identifier at all concerns nobody, under its own name."""
    found = _identifier(identity)
    return f"{identity.type}:{identity.value}" if found is None else f"{found.type}:{found.value}"


def _identifier(identity: Identity) -> Identifier | None:
    try:
        return Identifier(type=identity.type, value=identity.value).normalised()
    except InvalidInput:
        return None
