"""The queue `webhooks`: what the topic says, and what webhooks send to themselves (flows/webhook_messages.py).

    from the topic         an entry, for whoever wants it                      {tenant, entry_id, owner, program, sequence, types, calls …}
    a delivery             one call                                            {do: deliver …}
    what is due            a page of what is to be tried again                 {do: wake, shard}
    what failed            a page of it, tried again                           {do: redeliver …}

Everything may come twice and in any order. A call that fails is no message that fails: it is tried again after its own pauses,
for days. What raises comes again with its queue, and ends in the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from chalicelib.areas.webhooks.model import Happening
from chalicelib.areas.webhooks.store import Place
from chalicelib.errors import InvalidInput
from chalicelib.events.log import Note, noted
from chalicelib.events.messages import Delivery, handle_messages
from chalicelib.flows.deliver_webhook import deliver_first, deliver_kept
from chalicelib.flows.redeliver_webhook import redeliver_page
from chalicelib.flows.tell_webhooks import tell_webhooks
from chalicelib.flows.wake_notices import wake_notices
from chalicelib.flows.wake_webhooks import wake_shard, wake_webhooks
from chalicelib.flows.webhook_messages import Call
from chalicelib.runtime import Runtime


def schedule_webhooks(rt: Runtime, event: Mapping[str, Any]) -> None:
    """What is due by now is looked for, of webhooks and of notifications. Raising means that Lambda tries again: let it."""
    with noted("wake_webhooks", str(event.get("id", ""))) as note:
        note.done = wake_webhooks(rt, note.request_id) + wake_notices(rt, note.request_id)


def webhooks(rt: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the queue."""
    return handle_messages(event, "tell_webhooks", partial(_handle, rt))


def _handle(rt: Runtime, body: Any, note: Note, _delivery: Delivery) -> None:
    match body:
        case {"do": "deliver", "tenant": str() as tenant, "webhook_id": str() as webhook_id}:
            note.operation, note.tenant = "deliver_webhook", tenant
            _deliver(rt, tenant, webhook_id, body, note)
        case {"do": "wake", "shard": int() as shard}:
            note.operation = "wake_webhooks"
            note.done += wake_shard(rt, shard, note.request_id)
        case {"do": "redeliver", "tenant": str() as tenant, "webhook_id": str() as webhook_id}:
            note.operation, note.tenant = "redeliver_webhook", tenant
            note.done += redeliver_page(rt, tenant, webhook_id, body["first"], int(body["until"]), note.request_id)
        case {"tenant": str() as tenant, "types": list() as types} if "do" not in body:
            note.tenant = tenant
            about = Happening(*(body[name] for name in Happening._fields[:-1]))
            calls = [Call(*one) for one in body.get("calls", ())]
            note.done += tell_webhooks(rt, tenant, about, types, note.request_id, calls)
        case _:
            raise InvalidInput("unknown_message", "This is no message about webhooks.")


def _deliver(rt: Runtime, tenant: str, webhook_id: str, body: Mapping[str, Any], note: Note) -> None:
    """One that its server did not take counts as failed."""
    if "about" in body:
        became = deliver_first(rt, tenant, webhook_id, Happening(*body["about"]), note.request_id)
    else:
        became = deliver_kept(rt, Place(tenant, webhook_id, body["delivery_id"]), note.request_id)
    if became is not None:
        note.done += became.state == "succeeded"
        note.failed += became.state != "succeeded"
