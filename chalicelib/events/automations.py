"""The queue `automations`: what the topic says, and what follows from it for whoever meets criteria of segments, or has joined or left one.

    from the topic    an entry (flows/follow_entry, follow_stays)   {tenant, entry_id, owner, program, sequence, types …}
    a look            a member of a group whose account moved       {do: look, tenant, member_id, acted_at, acts}
    criteria          a segment has others: everybody is judged     {do: judge, tenant, segment_id, sequence, anew}

Everything may come twice and in any order: whoever it is about is looked at as they are then. What raises comes again with its
queue, and ends in the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from chalicelib.errors import InvalidInput
from chalicelib.events.log import Note
from chalicelib.events.messages import Delivery, handle_messages
from chalicelib.flows.follow_entry import Told, acted_by, follow_entry, look_again
from chalicelib.flows.follow_stays import follow_stays
from chalicelib.flows.start_segment_job import judge_everybody
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


def automations(rt: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the queue."""
    return handle_messages(event, "follow_entry", partial(_handle, rt))


def _handle(rt: Runtime, body: Any, note: Note, _delivery: Delivery) -> None:
    match body:
        case {"do": "look", "tenant": str() as tenant, "member_id": str() as member_id}:
            note.operation, note.tenant = "settle_criteria", tenant
            note.done += look_again(rt, tenant, member_id, acted_by(body), note.request_id)
        case {
            "do": "judge",
            "tenant": str() as tenant,
            "segment_id": str() as segment_id,
            "sequence": int() as sequence,
        }:
            note.operation, note.tenant = "judge_segment", tenant
            caller = Caller("", tenant, "system", "criteria", "criteria", (), note.request_id, "job")
            begun = judge_everybody(rt, caller, segment_id, sequence, anew=body.get("anew", True))
            note.done += begun is not None
        case {"tenant": str() as tenant, "types": list(), "owner": str()} if "do" not in body:
            note.tenant = tenant
            told = Told(**{name: body[name] for name in Told._fields if name in body})
            note.done += follow_entry(rt, tenant, told, note.request_id)
            note.done += follow_stays(rt, tenant, told, note.request_id)
        case _:
            raise InvalidInput("unknown_message", "This is no message about what follows from an entry.")
