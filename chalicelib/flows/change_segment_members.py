"""Add members to a segment by hand, or take them out of it: up to a hundred at once, by their ids or identifiers; of a file, as many as
it names (import_members).

Each line is told what became of it; whom nobody knows is told, and all others are done. They are done 25 at a time, each 25 in
a transaction of its own: profile, entry and membership of each in whom something changes.

reads    for each 25 lines 1 BatchGet of profiles and memberships, where one is named by an identifier 1 more before it
writes   for each 25 lines 1 transaction: 6 units a member, + 2 for each slice of the count, 16 at most, + 2 with an Idempotency-Key;
         where nothing changes only the key is kept, with the answer: 1 transaction of 2 units
repeats  the 25 whose transaction is done answer as they did, also where nothing changed, the rest are done then; so a key that was used
         for another request is refused before anything is written
who      a key that may modify segments
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.areas.members import operations as enrolled
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Change, Membership, Segment, joined, left
from chalicelib.errors import Refused
from chalicelib.flows.segment_changes import change_writes, facts_of, membership_in
from chalicelib.kit.base import Frozen, Wire
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import is_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit, settle
from chalicelib.table.guards import guard_puts, recall_told, told_puts
from chalicelib.table.journal import Entry, Header
from chalicelib.table.protocol import Attrs, Key, Write

MOST_LINES = 100
TOGETHER = 25  # profile, entry and membership of each, the slices of the count and a guard are at most 92 of 100 writes

Became = Literal["joined", "renewed", "left", "unchanged", "not_found"]


class MemberLine(Wire):
    """A member, by one of the two."""

    member_id: Annotated[str, Field(max_length=64)] | None = None
    identifier: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A line: a member by id, or by an identifier."""

    member_id: str | None = None
    identifier: Identifier | None = None


class ToldLine(Frozen):
    """What became of a line, counted from 1. `member_id` is null where nobody is known by it."""

    line: int
    member_id: str | None
    result: Became


class ChangedMembers(Frozen):
    """`changed`: how many of them have joined, or left."""

    segment_id: str
    changed: int
    items: tuple[ToldLine, ...]


class _Unchanged(Refused):
    """Leaves the commit without writing: all are as asked, or unknown."""

    def __init__(self, told: tuple[ToldLine, ...], *, replayed: bool = False) -> None:
        super().__init__("unchanged", "All of them are already as asked.")
        self.told = told
        self.replayed = replayed


@dataclass(frozen=True, slots=True)
class _Batch:
    """Lines that are done together; `first` is the number of the first. `joins_at`: when they join, if not as it is done."""

    segment_id: str
    first: int
    lines: Sequence[Named]
    adds: bool
    joins_at: Instant | None = None

    @property
    def operation(self) -> str:
        return "add_to_segment" if self.adds else "remove_from_segment"

    def decided(self, segment: Segment, known: Membership | None, now: Instant) -> Change:
        at = now if self.joins_at is None else self.joins_at
        return joined(segment, known, at, now) if self.adds else left(known)


def add_to_segment(
    rt: Runtime, caller: Caller, command: Command, segment_id: str, lines: Sequence[Named]
) -> Committed[ChangedMembers]:
    """Who is in it stays, and a rolling stay is counted anew. NotFound: segment. Refuses `segment_ended`,
    `segment_by_criteria`."""
    return _changed(rt, caller, command, segment_id, lines, adds=True)


def remove_from_segment(
    rt: Runtime, caller: Caller, command: Command, segment_id: str, lines: Sequence[Named]
) -> Committed[ChangedMembers]:
    """Who is not in it is left alone. NotFound: segment. Refuses `segment_by_criteria`."""
    return _changed(rt, caller, command, segment_id, lines, adds=False)


def join_together(
    rt: Runtime, caller: Caller, command: Command, segment_id: str, lines: Sequence[Named], at: Instant
) -> tuple[ToldLine, ...]:
    """At most TOGETHER, who join as of an instant, in 1 transaction. NotFound: segment. Refuses `segment_ended`,
    `segment_by_criteria`, and `stay_over` where the stay would be."""
    return _done(rt, caller, command, _Batch(segment_id, 1, lines, adds=True, joins_at=at)).answer


def _changed(
    rt: Runtime,
    caller: Caller,
    command: Command,
    segment_id: str,
    lines: Sequence[Named],
    *,
    adds: bool,
) -> Committed[ChangedMembers]:
    told: list[ToldLine] = []
    replayed = False
    for first in range(0, len(lines), TOGETHER):
        own = replace(command, id=f"segment lines from {first + 1}/{command.id}") if first else command
        batch = _Batch(segment_id, first + 1, lines[first : first + TOGETHER], adds)
        done = _done(rt, caller, own, batch)
        told += done.answer
        replayed = replayed or done.replayed
    changed = sum(one.result in ("joined", "left") for one in told)
    return Committed(ChangedMembers(segment_id=segment_id, changed=changed, items=tuple(told)), replayed)


def _done(rt: Runtime, caller: Caller, command: Command, batch: _Batch) -> Committed[tuple[ToldLine, ...]]:
    def recall() -> Entry | None:
        entry, told = recall_told(rt.table, caller.tenant, command)
        if told is not None:
            raise _Unchanged(_lines(told), replayed=True)
        return entry

    try:
        return commit(rt, command, lambda: _plan(rt, caller, command, batch), _told_by, recall)
    except _Unchanged as found:
        if found.replayed or command.dry_run or not command.guarded:
            return Committed(found.told, found.replayed)
        return _kept(rt, caller, command, found.told)


def _kept(rt: Runtime, caller: Caller, command: Command, told: tuple[ToldLine, ...]) -> Committed[tuple[ToldLine, ...]]:
    """The answer under the key of the request: whoever repeats it is told the same, whatever has changed since."""
    tried = False

    def decide() -> tuple[Committed[tuple[ToldLine, ...]], tuple[Write, ...]]:
        nonlocal tried
        if tried:
            entry, before = recall_told(rt.table, caller.tenant, command)
            if entry is not None:
                return Committed(_told_by(entry), replayed=True), ()
            if before is not None:
                return Committed(_lines(before)), ()
        tried = True
        return Committed(told), told_puts(caller.tenant, command, _packed(told), rt.clock.now())

    return settle(rt, decide)


def _plan(rt: Runtime, caller: Caller, command: Command, batch: _Batch) -> Plan:
    tenant, now = caller.tenant, rt.clock.now()
    config = rt.config.load(rt.table, tenant)
    segment = store.segment(config, batch.segment_id)
    segment.must_be_by_hand()
    if batch.adds:
        segment.must_go_on()
    who = _members_named(rt, tenant, batch.lines)
    found = _found(rt, tenant, batch.segment_id, who)
    changes: dict[str, Change] = {}
    told: list[ToldLine] = []
    for line, member in enumerate(who, start=batch.first):
        known = member is not None and members.profile_key(tenant, member) in found
        result: Became = "unchanged" if known else "not_found"
        if member is not None and known and member not in changes:
            change = batch.decided(segment, membership_in(found, tenant, member, batch.segment_id), now)
            changes[member] = change
            result = change.steps[-1].deed if change.steps else "unchanged"
        told.append(ToldLine(line=line, member_id=member if known else None, result=result))
    some = {member: change for member, change in changes.items() if change.steps}
    if not some:
        raise _Unchanged(tuple(told))
    header = Header(batch.operation, command.id, caller, now, now, config.revision)
    return _written(rt, header, command, some, found, tuple(told))


def _written(
    rt: Runtime,
    header: Header,
    command: Command,
    changes: dict[str, Change],
    found: dict[Key, Attrs],
    told: tuple[ToldLine, ...],
) -> Plan:
    """The first of those who change has the answer in their entry."""
    tenant = header.caller.tenant
    after = {"lines": _packed(told)}
    writes: list[Write] = []
    main: Entry | None = None
    for member, change in changes.items():
        profile, head = members.member_from(found.get(members.profile_key(tenant, member)), member)
        made = enrolled.noted(rt, header, profile, head, facts_of(member, change), after if main is None else None)
        main = main or made.entry
        writes += made.writes
    assert main is not None  # noqa: S101 - somebody changes
    guards = guard_puts(tenant, command, main, main.recorded_at)
    every = (*writes, *change_writes(tenant, changes.items()), *guards)
    return Plan(main, every, frozenset(guard.key for guard in guards))


def _members_named(rt: Runtime, tenant: str, lines: Sequence[Named]) -> list[str | None]:
    """By their ids; what is no id, and an identifier that is nobody's, names nobody."""
    keys = {
        number: members.identifier_key(tenant, line.identifier.normalised())
        for number, line in enumerate(lines)
        if line.identifier is not None
    }
    owners = rt.table.batch_get(list(dict.fromkeys(keys.values()))) if keys else {}
    named: list[str | None] = []
    for number, line in enumerate(lines):
        if number in keys:
            attrs = owners.get(keys[number])
            named.append(None if attrs is None else members.owner_from(attrs))
        else:
            named.append(line.member_id if line.member_id is not None and is_id("member", line.member_id) else None)
    return named


def _found(rt: Runtime, tenant: str, segment_id: str, who: Sequence[str | None]) -> dict[Key, Attrs]:
    keys = [
        key
        for member in dict.fromkeys(filter(None, who))
        for key in (members.profile_key(tenant, member), store.membership_key(tenant, member, segment_id))
    ]
    return rt.table.batch_get(keys) if keys else {}


def _told_by(entry: Entry) -> tuple[ToldLine, ...]:
    return _lines(entry.header["after"]["lines"])


def _packed(told: Sequence[ToldLine]) -> list[list[Any]]:
    return [list(dict(one).values()) for one in told]


def _lines(packed: Any) -> tuple[ToldLine, ...]:
    return tuple(ToldLine(line=line, member_id=member, result=result) for line, member, result in packed)
