"""The due job: a schedule enqueues, messages settle.

    every hour            a message for each tenant: rules on schedule     {tenant, rules_until}
    in a day's first      one for each tenant and shard as well            {tenant, shard, day}
                          and one for each tenant: facts into files        {tenant, facts_before}
                          and one: the audit log into its archive          {tenant, audit_before}
    a page                settles a hundred accounts, enqueues the next    {tenant, shard, day, start}
    an account            one that failed on its page, tried by itself     {tenant, member_id, program_id, day}
    a coupon              the same                                         {tenant, member_id, coupon_id, day}
    a member's awards     the same                                         {tenant, member_id, program_id, awards, day}
    their birthday        the same                                         {tenant, member_id, occasion, day}
    a stay in a segment   the same                                         {tenant, member_id, segment_id, day}
    criteria of segments  the same                                         {tenant, member_id, criteria, day}
    what is held          of a limit for all, for checkouts that lapsed    {tenant, member_id, quota, day}
    an invitation         the same                                         {tenant, member_id, invitation, day}

An account that cannot be settled ends alone in the dead-letter queue: its shard goes on. Everything may come twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chalicelib.aws.queues import Message
from chalicelib.errors import NewerDataError
from chalicelib.events.log import Note, fault, noted
from chalicelib.events.messages import Delivery, handle_messages
from chalicelib.flows.archive_audit import archive_audit
from chalicelib.flows.enqueue_due import enqueue_due
from chalicelib.flows.keep_published import Kept, keep_published
from chalicelib.flows.settle_due_page import SettledPage, settle_due_page, settle_one
from chalicelib.flows.start_run import start_due_runs
from chalicelib.flows.what_is_due import (
    Due,
    DueAccount,
    DueAwards,
    DueCoupon,
    DueCriteria,
    DueInvitation,
    DueOccasion,
    DueQuota,
    DueStay,
)
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, local_day, local_minute, parse_day
from chalicelib.kit.wire import parse_rfc3339
from chalicelib.runtime import Runtime

# The day before which all goes into files, as a message names it
_INTO_FILES: Mapping[str, Callable[[Runtime, str, Day], Kept]] = {
    "facts_before": keep_published,
    "audit_before": archive_audit,
}
_AN_HOUR = 60  # minutes: what is due by a day is enqueued in its first
_ORG = ""  # a job acts for no org: it changes nothing that belongs to one


def schedule_due(rt: Runtime, event: Mapping[str, Any]) -> None:
    """The hour and the day are those of the schedule, not of whenever this runs. Raising means that Lambda tries again: let it."""
    with noted("schedule_due", str(event.get("id", ""))) as note:
        at = _scheduled_at(event)
        known = rt.clock.now() if at is None else at
        first = at is None or local_minute(at, "UTC") < _AN_HOUR
        note.done = enqueue_due(rt, local_day(known, "UTC") if first else None, note.request_id, known)


def due(rt: Runtime, event: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the queue `due`."""
    return handle_messages(event, "settle_due", partial(_settle, rt))


def _settle(rt: Runtime, body: dict[str, Any], note: Note, _delivery: Delivery) -> None:
    tenant = note.tenant = str(body["tenant"])
    caller = Caller(_ORG, tenant, "system", "due", "due", (), note.request_id, "job")
    if "rules_until" in body:
        note.done = start_due_runs(rt, caller, int(body["rules_until"]))
        return
    for before, keep in _INTO_FILES.items():
        if before in body:
            kept = keep(rt, tenant, _day(body[before]))
            note.done = kept.entries
            rt.queues.send("due", [Message(body, note.request_id)] if kept.more else [])
            return
    day = _day(body["day"])
    if "member_id" in body:
        note.done += settle_one(rt, caller, day, due_in(body))
        return
    page = settle_due_page(rt, caller, int(body["shard"]), day, body.get("start"))
    note.done, note.failed = page.settled, len(page.unsettled)
    for account in page.unsettled:
        fault(account.fault)
    if page.unknown:
        text = f"{page.unknown} of what is due is of kinds that this release does not know: a newer one settles them."
        fault(NewerDataError("newer_data", text))
    rt.queues.send("due", [Message(one, note.request_id) for one in _what_follows(body, page)])


def _what_follows(body: dict[str, Any], page: SettledPage) -> list[dict[str, Any]]:
    said = {"tenant": body["tenant"], "day": body["day"]}
    alone = [said | message_of(one.due) for one in page.unsettled]
    return alone if page.next is None else [*alone, said | {"shard": body["shard"], "start": dict(page.next)}]


def message_of(due: Due) -> dict[str, Any]:
    """A message of an older release is one of these as well: that of an account has not changed."""
    match due:
        case DueAccount(owner, program_id):
            return {"member_id": owner, "program_id": program_id}
        case DueAwards(member_id, program_id):
            return {"member_id": member_id, "program_id": program_id, "awards": True}
        case DueCoupon(member_id, coupon_id):
            return {"member_id": member_id, "coupon_id": coupon_id}
        case DueStay(member_id, segment_id):
            return {"member_id": member_id, "segment_id": segment_id}
        case DueCriteria(member_id):
            return {"member_id": member_id, "criteria": True}
        case DueOccasion(member_id):
            return {"member_id": member_id, "occasion": True}
        case DueQuota(quota):
            return {"member_id": "", "quota": quota}
        case DueInvitation(code):
            return {"member_id": "", "invitation": code}


def due_in(body: Mapping[str, Any]) -> Due:
    member_id = str(body["member_id"])
    match body:
        case {"quota": quota}:
            return DueQuota(str(quota))
        case {"invitation": code}:
            return DueInvitation(str(code))
        case {"coupon_id": coupon_id}:
            return DueCoupon(member_id, str(coupon_id))
        case {"segment_id": segment_id}:
            return DueStay(member_id, str(segment_id))
        case {"criteria": True}:
            return DueCriteria(member_id)
        case {"occasion": True}:
            return DueOccasion(member_id)
        case {"awards": True, "program_id": program_id}:
            return DueAwards(member_id, int(program_id))
        case _:
            return DueAccount(member_id, int(body["program_id"]))


def _scheduled_at(event: Mapping[str, Any]) -> Instant | None:
    read = parse_rfc3339(str(event.get("time", "")))
    return None if read is None else read[0]


def _day(text: str) -> Day:
    day = parse_day(text)
    if day is None:
        raise ValueError(f"{text!r} is no day")
    return day
