"""Bring one member where the criteria of segments say: into those they meet, out of persistent ones they no longer meet.

Derived afresh from the snapshot, whatever set it off: in whatever order things are told, and however often, the last look sees
all that happened. It is only written if profile and accounts are still as they were read, so no older look undoes a newer one.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more for each program that criteria go by
writes   nothing where nothing changes. Else profile (version), entry (absent), for each segment membership and a slice of the count,
         for each program a check of the account: 10 units for one; and the watch, where time comes sooner than it says, or has
         come: 2 units and its place in the index, alone with checks of profile and accounts
repeats  who is where they belong is left alone
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.areas.members import operations as enrolled
from chalicelib.areas.members import store as members
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Change, Deed, Segment, by_criteria
from chalicelib.flows.criteria import Judged, judged_segments, next_moment, profile_unmoved, situations
from chalicelib.flows.segment_changes import change_writes, facts_of, membership_in
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.periods import Day, day_starts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.journal import Header
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Key, Write, key_of

OPERATION = "settle_criteria"
TOGETHER = 40  # changes in a transaction: a stay and how many there are, of each; then once more


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a member in a segment."""

    segment_id: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Look:
    """What comes of a member as they were found."""

    changes: tuple[tuple[Segment, Change], ...]
    writes: tuple[Write, ...] = ()

    @property
    def moved(self) -> tuple[Moved, ...]:
        return tuple(Moved(segment.segment_id, change.steps[-1].deed) for segment, change in self.changes)


def settle_criteria(rt: Runtime, caller: Caller, member_id: str, acted_at: Instant | None = None) -> tuple[Moved, ...]:
    """`acted_at`: when the member did something by which rolling stays are renewed. NotFound: member. Busy."""

    def decide() -> tuple[tuple[Moved, ...], tuple[Write, ...]]:
        look = look_at(rt, caller, member_id, judged_segments(rt.config.load(rt.table, caller.tenant)), acted_at)
        return look.moved, look.writes

    moved = some = settle(rt, decide)
    while len(some) == TOGETHER:
        some = settle(rt, decide)
        moved += some
    return moved


def settle_due_criteria(rt: Runtime, caller: Caller, day: Day, member_id: str) -> bool:
    """Whether it was due until the end of a day (UTC), and this run looked at it."""
    watch = store.watch_from(rt.table.get(store.watch_key(caller.tenant, member_id)))
    if watch is None or watch.due_at > min(passed_by(rt.clock.now()), day_starts(day + 1, "UTC") - 1):
        return False
    settle_criteria(rt, caller, member_id)
    return True


def look_at(rt: Runtime, caller: Caller, member_id: str, by: Sequence[Judged], acted_at: Instant | None = None) -> Look:
    """NotFound: member."""
    tenant, now = caller.tenant, rt.clock.now()
    found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(tenant, member_id))}
    member, head = members.member_from(found.get(members.profile_key(tenant, member_id)), member_id)
    there = situations(rt, tenant, member, found, by, now)
    watch = _watched(found, tenant, member_id, now, next_moment(by, there))
    changes: list[tuple[Segment, Change]] = []
    for one in by:
        met = one.criteria.holds(there[one.criteria.program_id].context)
        known = membership_in(found, tenant, member_id, one.segment.segment_id)
        change = by_criteria(one.segment, known, met=met, now=now, acted_at=acted_at)
        changes += [(one.segment, change)] if change.steps and len(changes) < TOGETHER else []
    as_read = tuple(one.unmoved for one in there.values())
    if not changes:
        return Look((), (*watch, profile_unmoved(tenant, member, head), *as_read) if watch else ())
    header = Header(OPERATION, rt.ids.command(), caller, now, now, rt.config.load(rt.table, tenant).revision)
    facts = tuple(fact for _, change in changes for fact in facts_of(member_id, change))
    made = enrolled.noted(rt, header, member, head, facts)
    moved = change_writes(tenant, ((member_id, change) for _, change in changes))
    return Look(tuple(changes), (*made.writes, *moved, *watch, *as_read))


def _watched(
    found: Mapping[Key, Attrs], tenant: str, member_id: str, now: Instant, due_at: Instant | None
) -> tuple[Write, ...]:
    """Nothing where it says early enough: who buys every week is not written for that every week."""
    before = store.watch_from(found.get(store.watch_key(tenant, member_id)))
    if due_at == (None if before is None else before.due_at):
        return ()
    after = due_at if before is None else before.after(now, due_at)
    if before is not None and after == before.due_at:
        return ()
    write = store.watch_write(tenant, member_id, before, after)
    return () if write is None else (write,)
