"""Do one chunk of a notification: some hundred members, 25 together, for ten seconds; and begin one whose time has come.

reads    as every chunk (job_chunks); the list of members, 1 Query two hundred of a shard, but of named ones; and what tell_members
         reads
writes   as every chunk, and what tell_members writes
repeats  one that is done is left alone; one that is done again tells nobody again who was told, and counts them

Marketing that runs into quiet hours stops there: its chunk is put into the list of what is due when they are over.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from chalicelib.areas.jobs import store as jobs
from chalicelib.areas.jobs.model import Operation, Part
from chalicelib.areas.notifications.model import TemplateDefinition
from chalicelib.areas.notifications.store import favourites, notices, templates
from chalicelib.areas.segments import store as segments
from chalicelib.flows.job_chunks import WORK_SECONDS, Chunk, work_on_chunk
from chalicelib.flows.job_messages import Step, send_chunks
from chalicelib.flows.job_parts import begin_parts
from chalicelib.flows.listed_owners import listed, listed_in_segment, listed_members
from chalicelib.flows.owner_chunks import shards_of
from chalicelib.flows.quiet_hours import quiet_now
from chalicelib.flows.start_notification import CUT
from chalicelib.flows.tell_members import TOGETHER, Telling, tell_members
from chalicelib.kit.ids import number_of, shown
from chalicelib.kit.wording import Words
from chalicelib.runtime import Runtime
from chalicelib.table.commit import read_patiently, settle
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Delete, Equals, Table, Write


class Reached(NamedTuple):
    """A member, and where the part goes on behind them."""

    member_id: str
    offset: int


def route_notification(rt: Runtime, tenant: str, operation_id: str) -> None:
    """Begin what is due, or go on with what quiet hours have stopped; then it is not in the list of what is due any more. Of what
    is not due yet nothing. NotFound: `operation_not_found`."""
    operation = read_patiently(rt, lambda: jobs.read(rt.table, tenant, operation_id))
    if operation.state == "queued" and operation.details["at"] > rt.clock.now():
        return
    if operation.state == "queued":
        fresh = [Part(number) for number in range(operation.details["parts"])]
        operation, parts = begin_parts(rt, operation, CUT, operation.rows or 0, fresh)
    else:
        parts = list(read_patiently(rt, lambda: jobs.read_progress(rt.table, tenant, operation_id)).parts)
    if operation.state == "running":
        send_chunks(rt, operation, parts)
    _no_more_due(rt, tenant, operation_id)


def notify_chunk(rt: Runtime, step: Step) -> None:
    """As work_on_chunk has it."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, step.tenant))
    until = quiet_now(config, "marketing", "push", rt.clock.now())
    if until is not None:
        details = read_patiently(rt, lambda: jobs.read(rt.table, step.tenant, step.operation_id)).details
        until = quiet_now(config, details["kind"], details["channel"], rt.clock.now())
    if until is not None:
        due = notices.due_put(step.tenant, step.operation_id, until)
        settle(rt, lambda: (None, (due,)))
        return
    work_on_chunk(rt, step, _do)


def _do(rt: Runtime, operation: Operation, part: Part) -> Chunk:
    telling = _telling_of(rt, operation, part)
    counts, kept, offset, done = Counter[str](), list[bytes](), part.offset, 0
    started, most = rt.clock.monotonic(), operation.details["chunk_members"]
    everybody = _members(rt, operation, part)
    while done < most and not (done and rt.clock.monotonic() - started > WORK_SECONDS):
        some = list(islice(everybody, min(TOGETHER, most - done)))
        if not some:
            return Chunk(b"".join(kept), dict(counts), offset, last=True)
        for one in tell_members(rt, telling, [reached.member_id for reached in some]):
            counts.update(("rows", one.state))
            kept.append(json.dumps([one.member_id, one.state, one.reason or ""]).encode() + b"\n")
        offset, done = some[-1].offset, done + len(some)
    return Chunk(b"".join(kept), dict(counts), offset, last=False)


def _telling_of(rt: Runtime, operation: Operation, part: Part) -> Telling:
    """A template says what it says now: one that is corrected meanwhile tells the rest so."""
    details = operation.details
    config = read_patiently(rt, lambda: rt.config.load(rt.table, operation.tenant))
    template = templates.find(config, details["template"])
    if details["words"]:
        template = TemplateDefinition.model_validate(details["words"]).named("words")

    def words(locale: str) -> Words | None:
        return None if template is None or template.channel != details["channel"] else template.said_in(locale)

    return Telling(
        operation.tenant,
        details["channel"],
        details["kind"],
        operation.operation_id,
        operation.created_at,
        words,
        {},
        notification_id=operation.operation_id,
        again=part.attempt > 1,
    )


def _members(rt: Runtime, operation: Operation, part: Part) -> Iterator[Reached]:
    """Behind the part's offset: which counts those who are named, and else is the number of the last one."""
    named, segment, place = (operation.details[name] for name in ("members", "segment", "place"))
    if named:
        yield from (Reached(one, at + 1) for at, one in enumerate(named) if at >= part.offset)
        return
    table, shards = PatientTable(rt), shards_of(operation, part)
    after = shown("member", part.offset) if part.offset else None
    if segment:
        listed = _of_segment(rt, table, operation.tenant, segment, after, shards)
    elif place:
        listed = _who_favour(table, operation.tenant, place, after, shards)
    else:
        listed = listed_members(table, operation.tenant, after, shards)
    yield from (Reached(one, number_of("member", one)) for one in listed)


def _of_segment(
    rt: Runtime, table: Table, tenant: str, segment: str, after: str | None, shards: range
) -> Iterator[str]:
    """None whose stay is over, and nobody once the segment has ended: it may have, since this was asked for."""
    if segment not in segments.active(read_patiently(rt, lambda: rt.config.load(rt.table, tenant))):
        return
    for one in map(segments.member_from, listed_in_segment(table, tenant, segment, after, shards)):
        if one.leaves_at is None or rt.clock.now() < one.leaves_at:
            yield one.member_id


def _who_favour(table: Table, tenant: str, place: str, after: str | None, shards: range) -> Iterator[str]:
    query = partial(favourites.members_query, tenant, place)
    yield from map(favourites.listed_member, listed(table, shards, after, favourites.shard_of, query))


def _no_more_due(rt: Runtime, tenant: str, operation_id: str) -> None:
    """Unless a chunk has put it off again meanwhile."""
    key = notices.due_key(tenant, operation_id)

    def decide() -> tuple[None, tuple[Write, ...]]:
        attrs = rt.table.get(key)
        if attrs is None or notices.is_due_later(attrs, rt.clock.now()):
            return None, ()
        return None, (Delete(key, Equals("gsi3sk", attrs["gsi3sk"]["S"])),)

    settle(rt, decide)
