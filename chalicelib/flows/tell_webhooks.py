"""Tell webhooks: a message of the topic becomes one delivery for each webhook that wants something of the entry.

reads    the tenant's configuration, at most every five seconds: nothing where nobody wants to know
sends    one message for each that does, ten a request

A server that takes its time keeps no other webhook waiting: each delivery is a message of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.areas.webhooks import store
from chalicelib.areas.webhooks.model import Happening, wants
from chalicelib.aws.queues import Message
from chalicelib.flows.webhook_messages import QUEUE, first_delivery
from chalicelib.runtime import Runtime


def tell_webhooks(rt: Runtime, tenant: str, about: Happening, types: Sequence[str], request_id: str) -> int:
    """How many there are to tell."""
    config = rt.config.load(rt.table, tenant)
    wanting = [
        one for one in store.webhooks(config) if one.state == "active" and any(wants(one.types, kind) for kind in types)
    ]
    messages = [Message(first_delivery(tenant, one.webhook_id, about), request_id) for one in wanting]
    if messages:
        rt.queues.send(QUEUE, messages)
    return len(messages)
