"""Wake notices: what is to be sent by now gets its message, notifications, notices of single members and invitations alike.

reads    from the schedule nothing; of a shard 1 Query of the index
sends    from the schedule one message a shard; of a shard one for each that is due, ten a request

There is one list for all tenants, in a few shards, as webhooks have one. What is found stays in it until it has been sent.
"""

from __future__ import annotations

from typing import Any

from chalicelib.areas.notifications.store import notices
from chalicelib.areas.notifications.store.notices import DueNotice, DueNotification, DueSending
from chalicelib.aws.queues import Message
from chalicelib.flows.job_messages import NOTIFY
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently

PAGE = 500


def wake_notices(rt: Runtime, request_id: str) -> int:
    """How many shards will be looked at."""
    shards = range(notices.DUE_SHARDS)
    rt.queues.send(NOTIFY, [Message({"do": "wake", "shard": shard}, request_id) for shard in shards])
    return len(shards)


def wake_shard(rt: Runtime, shard: int, request_id: str, page: int = PAGE) -> int:
    """How many are due there."""
    found = read_patiently(rt, lambda: rt.table.query(notices.due_query(shard, rt.clock.now(), page))).items
    messages = [Message(_wanted(notices.due_from(attrs)), request_id) for attrs in found]
    if messages:
        rt.queues.send(NOTIFY, messages)
    return len(messages)


def _wanted(due: DueNotice | DueNotification | DueSending) -> dict[str, Any]:
    match due:
        case DueSending():
            return {"do": "invite", **due._asdict()}
        case DueNotification(tenant, operation_id):
            return {"job": "notification", "do": "route", "tenant": tenant, "operation": operation_id}
        case DueNotice():
            return {"do": "tell", **due._asdict()}
