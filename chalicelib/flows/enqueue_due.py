"""Enqueue what is due: one message for each tenant and shard of its due index, and nothing else. Every hour one for each tenant
besides, of rules on schedule.

reads    1 Query of the list of tenants per MB
sends    18 messages a tenant, to the queue `due`: its shards, what was published before, and what of its audit log goes into the archive;
         and one an hour
writes   at last, of a day, the mark that it was done, whose age is watched (flows/take_pulse): 2 units
"""

from __future__ import annotations

from typing import Any

from chalicelib.areas.access import store as access
from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.aws.queues import Message
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.patient import PatientTable
from chalicelib.table.pulse import mark_put

ARCHIVE_LAGS_DAYS = 1  # a day waits for another one, once it is over: then its index is whole


def enqueue_due(rt: Runtime, day: Day | None, request_id: str, runs_until: Instant | None = None) -> int:
    """How many messages were sent: of what is due by a `day`, and of rules on schedule that have to run by an instant. They carry
    these: however late they are handled, they mean the same."""
    sent = 0
    for tenant in access.tenants(PatientTable(rt)):
        bodies: list[dict[str, Any]] = [] if runs_until is None else [{"tenant": tenant, "rules_until": runs_until}]
        if day is not None:
            bodies += [{"tenant": tenant, "shard": shard, "day": iso_day(day)} for shard in range(DUE_SHARDS)]
            bodies.append({"tenant": tenant, "facts_before": iso_day(day)})
            bodies.append({"tenant": tenant, "audit_before": iso_day(day - ARCHIVE_LAGS_DAYS)})
        rt.queues.send("due", [Message(body, request_id) for body in bodies])
        sent += len(bodies)
    if day is not None:
        settle(rt, lambda: (None, [mark_put("DUE", rt.clock.now())]))
    return sent
