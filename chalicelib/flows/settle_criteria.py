"""Bring one member where the criteria of segments say: into those they meet, out of persistent ones they no longer meet.

Derived afresh from the snapshot, whatever set it off: in whatever order things are told, and however often, the last look sees
all that happened. It is only written if profile and accounts are still as they were read, so no older look undoes a newer one.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more for each program that criteria go by
writes   nothing where nothing changes. Else profile (version), entry (absent), for each segment membership and a slice of the count,
         for each program a check of the account: 10 units for one; and the watch, where time comes sooner than it says, or has
         come: 2 units and its place in the index, alone with checks of profile and accounts; so with a rest, where a stay is over
         of who meets its criteria, or who had one no longer does: 2 units
repeats  who is where they belong is left alone
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from chalicelib.areas.members import operations as enrolled
from chalicelib.areas.members import store as members
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Change, Deed, Prompt, Segment, Watch, by_criteria, resting
from chalicelib.flows.criteria import Judged, Situation, judged_segments, next_moment, profile_unmoved, situations
from chalicelib.flows.segment_changes import change_writes, facts_of, membership_in
from chalicelib.flows.thresholds import with_thresholds
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.periods import Day, day_starts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.journal import Header, entry_from
from chalicelib.table.keys import owner_stream, snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Key, Write, key_of

OPERATION = "settle_criteria"
TOGETHER = 30  # changes in a transaction: a stay, how many there are and a rest, of each; then once more

_DEEDS: Mapping[str, Deed] = {
    "member.joined_segment": "joined",
    "member.renewed_segment": "renewed",
    "member.left_segment": "left",
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a member in a segment."""

    segment_id: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Look:
    """What comes of a member as they were found. `full`: there may be more to do than fits into a transaction."""

    moved: tuple[Moved, ...] = ()
    writes: tuple[Write, ...] = ()
    full: bool = False


@dataclass(frozen=True, slots=True)
class Acted:
    """What a member did, as questions name it (areas/rules/criteria), and when."""

    at: Instant
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is looked at: they have `acted`; `due_by`: time may have moved them by then, and else nothing comes of it; `anew`:
    the segment whose criteria are others. `command` names the look; one that may have been done `again` is told as it was."""

    acted: Acted | None = None
    due_by: Instant | None = None
    command: str = ""
    again: bool = False
    anew: str = ""

    def prompt(self, one: Judged) -> Prompt:
        acted = self.acted if self.acted is not None and one.renewed_by(self.acted.acts) else None
        return Prompt(None if acted is None else acted.at, one.segment.segment_id == self.anew)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of a member in a segment. `rests`: what has become of what says that their stay is over."""

    segment: Segment
    change: Change
    rests: tuple[Write, ...]


ASKED = Reason()


def settle_criteria(rt: Runtime, caller: Caller, member_id: str, why: Reason = ASKED) -> tuple[Moved, ...]:
    """NotFound: member. Busy."""
    return _settled(rt, caller, member_id, why).moved


def settle_due_criteria(rt: Runtime, caller: Caller, day: Day, member_id: str) -> bool:
    """Whether it was due until the end of a day (UTC), and this run did it."""
    return bool(_settled(rt, caller, member_id, Reason(due_by=due_by(rt.clock.now(), day))).writes)


def due_by(now: Instant, day: Day) -> Instant:
    """What of a day (UTC) has come."""
    return min(passed_by(now), day_starts(day + 1, "UTC") - 1)


def look_at(rt: Runtime, caller: Caller, member_id: str, by: Sequence[Judged], why: Reason = ASKED) -> Look:
    """NotFound: member."""
    tenant, now = caller.tenant, rt.clock.now()
    found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(tenant, member_id))}
    member, head = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    before = store.watch_from(found.get(store.watch_key(tenant, member_id)))
    if why.due_by is not None and (before is None or before.due_at > why.due_by):
        return Look(())
    metrics = with_thresholds(rt.config.load(rt.table, tenant))
    programs = (*(one.criteria.program_id for one in by), *(one.metric.program_id for one in metrics))
    there = situations(rt, tenant, member, found, programs, now)
    outcomes = (_outcome(tenant, member_id, found, there, one, now, why) for one in by)
    some = tuple(islice((one for one in outcomes if one.change.steps or one.rests), TOGETHER))
    full, changes = len(some) == TOGETHER, [(one.segment, one.change) for one in some if one.change.steps]
    rests = tuple(write for one in some for write in one.rests)
    watch = _watched(tenant, member_id, before, now, next_moment(by, metrics, there))
    as_read = tuple(one.unmoved for one in there.values())
    if not changes:
        quiet = (*rests, *watch)
        return Look((), (*quiet, profile_unmoved(tenant, member, head), *as_read) if quiet else (), full)
    header = Header(OPERATION, why.command, caller, now, now, rt.config.load(rt.table, tenant).revision)
    facts = tuple(fact for _, change in changes for fact in facts_of(member_id, change))
    made = enrolled.noted(rt, header, member, head, facts)
    written = change_writes(tenant, ((member_id, change) for _, change in changes))
    moved = tuple(Moved(segment.segment_id, change.steps[-1].deed) for segment, change in changes)
    return Look(moved, (*made.writes, *written, *rests, *watch, *as_read), full)


def _outcome(
    tenant: str,
    member_id: str,
    found: Mapping[Key, Attrs],
    there: Mapping[int, Situation],
    one: Judged,
    now: Instant,
    why: Reason,
) -> _Outcome:
    segment = one.segment
    met = one.criteria.holds(there[one.criteria.program_id].context)
    known = membership_in(found, tenant, member_id, segment.segment_id)
    rest = store.rest_from(found.get(store.rest_key(tenant, member_id, segment.segment_id)))
    change = by_criteria(segment, known, met=met, now=now, why=why.prompt(one), rest=rest)
    after = resting(segment, change, rest, met=met)
    return _Outcome(segment, change, store.rest_writes(tenant, member_id, segment.segment_id, rest, after))


def _settled(rt: Runtime, caller: Caller, member_id: str, why: Reason) -> Look:
    """Once more as long as there is more to do than fits into a transaction."""
    named = replace(why, command=why.command or rt.ids.command())
    whole = some = _settled_once(rt, caller, member_id, named)
    while some.full:
        then = replace(why, due_by=None, command=rt.ids.command(), again=False)
        some = _settled_once(rt, caller, member_id, then)
        whole = Look((*whole.moved, *some.moved), (*whole.writes, *some.writes))
    return whole


def _settled_once(rt: Runtime, caller: Caller, member_id: str, why: Reason) -> Look:
    again = why.again

    def decide() -> tuple[Look, tuple[Write, ...]]:
        nonlocal again
        look = look_at(rt, caller, member_id, judged_segments(rt.config.load(rt.table, caller.tenant)), why)
        if again and not look.moved:
            look = replace(look, moved=_moved_before(rt, caller.tenant, member_id, why.command))
        again = True  # an answer may have been lost
        return look, look.writes

    return settle(rt, decide)


def _moved_before(rt: Runtime, tenant: str, member_id: str, command: str) -> tuple[Moved, ...]:
    """By this very look, if nobody has moved them since: 2 Gets."""
    _, head = members.read(rt.table, tenant, member_id)
    stream = owner_stream(tenant, member_id, 0)
    stored = rt.table.get(stream.key(head.version))
    entry = None if stored is None else entry_from(stream, stored)
    if entry is None or entry.header["command"] != command:
        return ()
    told = {str(body["segment"]): _DEEDS[str(body["type"])] for body in entry.facts}
    return tuple(Moved(segment_id, deed) for segment_id, deed in told.items())


def _watched(
    tenant: str, member_id: str, before: Watch | None, now: Instant, due_at: Instant | None
) -> tuple[Write, ...]:
    """Nothing where it says early enough: who buys every week is not written for that every week."""
    after = due_at if before is None else before.after(now, due_at)
    if after == (None if before is None else before.due_at):
        return ()
    write = store.watch_write(tenant, member_id, before, after)
    return () if write is None else (write,)
