"""Wake webhooks: what is to be tried again by now gets its message.

reads    from the schedule nothing; of a shard 1 Query of the index
sends    from the schedule one message a shard; of a shard one for each delivery found, ten a request

There is one list for all tenants, in a few shards: looking costs the same however many there are, and next to nothing while
nothing waits. What is found stays in the list until it has been tried, so it may be found again; whoever then has a message about
what was just tried does nothing. One look sends no more than a page of a shard, which bounds what a server that is down can cause.
"""

from __future__ import annotations

from chalicelib.areas.webhooks import store
from chalicelib.aws.queues import Message
from chalicelib.flows.webhook_messages import QUEUE, kept_delivery, wake_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently

PAGE = 500


def wake_webhooks(rt: Runtime, request_id: str) -> int:
    """How many shards will be looked at."""
    rt.queues.send(QUEUE, [Message(wake_of(shard), request_id) for shard in range(store.DUE_SHARDS)])
    return store.DUE_SHARDS


def wake_shard(rt: Runtime, shard: int, request_id: str, page: int = PAGE) -> int:
    """How many deliveries are due there."""
    found = read_patiently(rt, lambda: rt.table.query(store.due_query(shard, rt.clock.now(), page))).items
    messages = [Message(kept_delivery(store.place_from(attrs)), request_id) for attrs in found]
    if messages:
        rt.queues.send(QUEUE, messages)
    return len(messages)
