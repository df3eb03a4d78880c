"""Tell webhooks: a message of the topic becomes one delivery for each webhook that wants something of the entry, and one for each
rule that tells a webhook by it.

reads    the tenant's configuration, at most every five seconds: nothing where nobody wants to know
sends    one message for each that does, ten a request

A server that takes its time keeps no other webhook waiting: each delivery is a message of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.areas.webhooks import store
from chalicelib.areas.webhooks.model import Happening, wants
from chalicelib.aws.queues import Message
from chalicelib.flows.webhook_messages import QUEUE, Call, first_delivery
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently


def tell_webhooks(
    rt: Runtime, tenant: str, about: Happening, types: Sequence[str], request_id: str, calls: Sequence[Call] = ()
) -> int:
    """How many there are to tell. `calls`: by rules. Who is disabled or gone by now is told nothing."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, tenant))
    active = {one.webhook_id: one for one in store.webhooks(config) if one.state == "active"}
    wanting = [one.webhook_id for one in active.values() if any(wants(one.types, kind) for kind in types)]
    told = [(one.webhook_id, about._replace(told=one.place)) for one in calls if one.webhook_id in active]
    messages = [
        Message(first_delivery(tenant, webhook_id, which), request_id)
        for webhook_id, which in (*((one, about) for one in wanting), *told)
    ]
    if messages:
        rt.queues.send(QUEUE, messages)
    return len(messages)
