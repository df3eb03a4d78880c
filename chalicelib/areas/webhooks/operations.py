"""Reading webhooks and what became of their deliveries. Defining one and delivering are flows."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.webhooks import store
from chalicelib.areas.webhooks.model import Delivery, SecretState, Webhook, is_delivery_id
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    items: tuple[Delivery, ...]
    next_cursor: str | None


def list_webhooks(rt: Runtime, caller: Caller) -> tuple[Webhook, ...]:
    """Every webhook of the tenant, by id: 1 Query."""
    return store.webhooks(read_config(rt.table, caller.tenant))


def get_webhook(rt: Runtime, caller: Caller, webhook_id: str) -> tuple[Webhook, SecretState]:
    """With what is kept beside it: 1 Query, 1 Get. NotFound `webhook_not_found`."""
    known = store.webhook(read_config(rt.table, caller.tenant), webhook_id)
    return known, store.read_state(rt.table, caller.tenant, webhook_id) or SecretState(())


def list_deliveries(rt: Runtime, caller: Caller, webhook_id: str, limit: int, cursor: str | None) -> DeliveryPage:
    """What became of deliveries in the last 30 days, by when their entries were recorded, newest first: 1 Query of the
    configuration, 1 Query. NotFound `webhook_not_found`; InvalidInput `invalid_cursor`."""
    store.webhook(read_config(rt.table, caller.tenant), webhook_id)
    scope = f"{caller.tenant}/webhook/{webhook_id}/deliveries"
    query = store.deliveries_query(caller.tenant, webhook_id, limit, _before(scope, cursor))
    page = rt.table.query(query)
    found = tuple(store.delivery_from(attrs) for attrs in page.items)
    last = found[-1].delivery_id if page.next is not None and found else None
    return DeliveryPage(found, None if last is None else encode_cursor(scope, last))


def _before(scope: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case str() as delivery_id if is_delivery_id(delivery_id):
            return str(delivery_id)
    raise another_list()
