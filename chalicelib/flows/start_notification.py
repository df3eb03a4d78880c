"""Start a notification: something is told to some members, to a segment, to those who favour a place or to everybody, now or at a
time.

reads    1 Query of the configuration; of a segment how many are in it, 1 BatchGet; of everybody the tenant's counts by day, 1 Query a
         MB; as every start (start_job)
writes   as every start; where it begins later that it is due: 2 units + 1
sends    the first chunk of each part, on the queue `notify` (notify_chunk); of what begins later nothing (wake_notices)
repeats  as every start
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.areas.jobs.model import Operation, Part, Progress
from chalicelib.areas.notifications.model import OF_MEMBERS, Channel, NoticeKind, TemplateDefinition
from chalicelib.areas.notifications.store import notices, templates
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.segments import store as segments
from chalicelib.errors import InvalidInput, Refused
from chalicelib.flows.carried_words import must_be_carried
from chalicelib.flows.quiet_hours import quiet_now
from chalicelib.flows.segment_changes import quota_of
from chalicelib.flows.start_job import counted_owners, start_job
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.wording import check_variables
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently
from chalicelib.table.config import Config, read_config
from chalicelib.table.protocol import Write

PARTS = 8  # chains of chunks, each through as many shards of the lists as the others
CHUNK_MEMBERS = 500
AHEAD_MS = 366 * 24 * 3_600_000
CUT = "notification"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is told: a template by its id, or these words. To whom: members, or all of a segment, or whose favourite a place is, or
    everybody where it is none of these. `at`: when; None at once."""

    kind: NoticeKind
    template_id: str | None = None
    words: TemplateDefinition | None = None
    members: tuple[str, ...] = ()
    segment_id: str | None = None
    place: str | None = None
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """How it is cut up: nothing that comes of it depends on it."""

    parts: int = PARTS
    chunk_members: int = CHUNK_MEMBERS


USUAL = Cut()


def start_notification(
    rt: Runtime, caller: Caller, command: Command, asked: Asked, cut: Cut = USUAL
) -> Committed[Progress]:
    """Marketing that would come in quiet hours begins when they are over. NotFound `template_not_found`, `segment_not_found`;
    Refused `unknown_variable`, `words_too_long`, `segment_ended`; InvalidInput `time_too_far`; Conflict `idempotency_key_reused`."""
    now = rt.clock.now()
    if asked.at is not None and asked.at > now + AHEAD_MS:
        raise InvalidInput("time_too_far", "A notification begins within a year.", param="at")
    config = read_patiently(rt, lambda: read_config(rt.table, caller.tenant))
    channel = _checked(config, asked)
    begins = max(now, asked.at or now)
    begins = quiet_now(config, asked.kind, channel, begins) or begins
    parts = 1 if asked.members else cut.parts
    later = begins > now
    begun = Operation(
        tenant=caller.tenant,
        operation_id=f"opr_{rt.ids.command()}",
        kind="send_notification",
        name=asked.template_id or channel,
        state="queued" if later else "running",
        created_at=now,
        request_id=caller.request_id,
        details=_details(asked, channel, begins, parts, cut),
        started_at=None if later else now,
        rows=_rows(rt, caller.tenant, asked),
        parts=0 if later else parts,
    )
    if not later:
        return start_job(rt, command, Progress(begun, tuple(Part(number) for number in range(parts))))
    due: tuple[Write, ...] = (notices.due_put(caller.tenant, begun.operation_id, begins),)
    return start_job(rt, command, Progress(begun), due)


def _checked(config: Config, asked: Asked) -> Channel:
    """Its channel, once everything it speaks of is there."""
    if asked.segment_id is not None:
        segments.segment(config, asked.segment_id).must_go_on()
    if asked.words is not None:
        check_variables(asked.words, OF_MEMBERS)
        must_be_carried(asked.words)
        return asked.words.channel
    template = templates.template(config, asked.template_id or "")
    try:
        check_variables(template, OF_MEMBERS)
        must_be_carried(template)
    except Refused as wrong:
        wrong.param = "template_id"
        raise
    return template.channel


def _details(asked: Asked, channel: Channel, begins: Instant, parts: int, cut: Cut) -> dict[str, Any]:
    words = asked.words
    return {
        "routing": CUT,
        "channel": channel,
        "kind": asked.kind,
        "template": asked.template_id or "",
        "words": None if words is None else words.model_dump(mode="json"),
        "members": list(dict.fromkeys(asked.members)),
        "segment": asked.segment_id or "",
        "place": asked.place or "",
        "at": begins,
        "parts": parts,
        "chunk_members": cut.chunk_members,
    }


def _rows(rt: Runtime, tenant: str, asked: Asked) -> int | None:
    """For the progress alone."""
    if asked.members:
        return len(set(asked.members))
    if asked.segment_id is not None:
        quota = quota_of(asked.segment_id)
        return read_patiently(rt, lambda: quotas.read_some(rt.table, tenant, (quota,)))[quota.name].taken
    if asked.place is not None:
        return None  # nobody counts them
    return read_patiently(rt, lambda: counted_owners(rt, tenant, groups=False))
