"""The messages of the queue `webhooks` beside those that the topic puts there.

a delivery         {do: deliver, tenant, webhook_id, about: [owner, program, sequence, entry_id, recorded_at, told]}
one that is kept   {do: deliver, tenant, webhook_id, delivery_id}
what is due        {do: wake, shard}
what failed        {do: redeliver, tenant, webhook_id, first, until}
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chalicelib.areas.webhooks.model import Happening
from chalicelib.areas.webhooks.store import Place
from chalicelib.aws.queues import Message, QueueName
from chalicelib.runtime import Runtime

QUEUE: QueueName = "webhooks"


class Call(NamedTuple):
    """Of a rule: which webhook it tells, and where the entry has the fact of it."""

    webhook_id: str
    place: int


def first_delivery(tenant: str, webhook_id: str, about: Happening) -> dict[str, Any]:
    return {"do": "deliver", "tenant": tenant, "webhook_id": webhook_id, "about": list(about)}


def kept_delivery(place: Place) -> dict[str, Any]:
    return {"do": "deliver", **place._asdict()}


def send_kept(rt: Runtime, place: Place, request_id: str, delay_seconds: int = 0) -> None:
    """It is in the list of what is due as well: where the message is lost it is found there, a little later."""
    rt.queues.send(QUEUE, [Message(kept_delivery(place), request_id, delay_seconds)])


def wake_of(shard: int) -> dict[str, Any]:
    return {"do": "wake", "shard": shard}


def failed_from(tenant: str, webhook_id: str, first: str, until: int) -> dict[str, Any]:
    """`first`: the id from which on; `until`: what failed by then and has not been tried since."""
    return {"do": "redeliver", "tenant": tenant, "webhook_id": webhook_id, "first": first, "until": until}
