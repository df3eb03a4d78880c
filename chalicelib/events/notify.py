"""The queue `notify`: steps of notifications, and what is to be sent by now.

    from the topic  an entry, for what it wants told             {tenant, entry_id, owner, program, sequence, types …}
    a route       begins a notification, or goes on with one     {job: notification, do: route, tenant, operation}
    a chunk       some hundred members of it                     {job: notification, do: chunk, tenant, operation, part, chunk}
    a join        its report                                     {job: notification, do: join, tenant, operation}
    a notice      of one member, whose time has come             {do: tell, tenant, member_id, notice_id}
    an invitation whose time has come                            {do: invite, tenant, code}
    what is due   a page of what is to be sent by now            {do: wake, shard}

Everything may come twice and in any order. What raises comes again with its queue; a step received for the fifth time is given up:
its operation ends as failed, even if it was never told why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from chalicelib.areas.notifications.store.notices import DueNotice
from chalicelib.areas.referrals.model import Sending
from chalicelib.errors import InvalidInput, Refused
from chalicelib.events.chunks import coming_again
from chalicelib.events.log import Note
from chalicelib.events.messages import Delivery, handle_messages
from chalicelib.flows.give_up_operation import give_up_operation
from chalicelib.flows.job_messages import NOTIFY, Step, step_of
from chalicelib.flows.join_notification import join_notification
from chalicelib.flows.notify_chunk import notify_chunk, route_notification
from chalicelib.flows.send_invitation import send_invited, send_put_off
from chalicelib.flows.tell_one import tell_waiting
from chalicelib.flows.tell_wanted import Happened, tell_wanted
from chalicelib.flows.wake_notices import wake_shard
from chalicelib.runtime import Runtime

LAST_RECEIVE = 5  # as the template's redrive policy says: behind it the message is dead


def notify(rt: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the queue."""
    return handle_messages(event, "notify", partial(_handle, rt))


def _handle(rt: Runtime, body: Any, note: Note, delivery: Delivery) -> None:
    match body:
        case {"job": "notification"}:
            step = step_of(body)
            note.operation, note.tenant, note.job = step.name, step.tenant, step.operation_id
            _step(rt, step, delivery)
            note.done += 1
        case {"tenant": str() as tenant, "types": list() as types} if "do" not in body:
            note.operation, note.tenant = "tell_wanted", tenant
            happened = Happened(*(body[name] for name in Happened._fields))
            note.done += tell_wanted(rt, tenant, happened, tuple(types))
            _count(note, send_invited(rt, tenant, happened, tuple(types)))
        case {"do": "wake", "shard": int() as shard}:
            note.operation = "wake_notices"
            note.done += wake_shard(rt, shard, note.request_id)
        case {"do": "invite", "tenant": str() as tenant, "code": str() as code}:
            note.operation, note.tenant = "send_invitation", tenant
            _count(note, send_put_off(rt, tenant, code))
        case {"do": "tell", "tenant": str() as tenant, "member_id": str() as member_id, "notice_id": str() as notice}:
            note.operation, note.tenant = "tell_member", tenant
            note.done += tell_waiting(rt, DueNotice(tenant, member_id, notice)) is not None
        case _:
            raise InvalidInput("unknown_message", "This is no message about notifications.")


def _count(note: Note, sending: Sending | None) -> None:
    """What is put off is counted when its time has come."""
    if sending is not None:
        note.done += sending.state == "sent"
        note.failed += sending.state == "failed"


def _step(rt: Runtime, step: Step, delivery: Delivery) -> None:
    if delivery.received >= LAST_RECEIVE:
        if give_up_operation(rt, step):
            raise Refused("given_up", f"This step of notification {step.operation_id} failed as often as it may.")
        return
    match step.do:
        case "route":
            route_notification(rt, step.tenant, step.operation_id)
        case "chunk":
            with coming_again(rt, NOTIFY, delivery):
                notify_chunk(rt, step)
        case "join":
            join_notification(rt, step.tenant, step.operation_id)
