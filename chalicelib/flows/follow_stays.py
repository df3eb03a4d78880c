"""Follow stays in segments: who has joined is granted perks, who has left loses them, as the segment says; by hand, by rules, by criteria or by
time, it is told in an entry, and this follows from that.

A perk is granted only to who is in that very stay, and taken back only from who is in none that grants it: so in whatever order this is
told, and however often, it comes to the same. What cannot be granted (a perk that is paused, a blocked member) is not; what came by
hand, with a card or by a rule, or was added to by them, is not taken back.

reads    the tenant's configuration, at most every five seconds: nothing where no segment brings perks; else 1 Get of the entry, and for each
         perk 1 BatchGet of the stay, and of those in other segments with the perk, and what flows/award_turn reads
writes   for each perk what flows/award_turn writes, a guard of stay and perk (2 units) and a check of the stay (2 units); where it is taken
         back also one of each other segment with the perk
repeats  the guard refuses them
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import Segment
from chalicelib.areas.segments.store import granting
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_views import id_of
from chalicelib.flows.award_decisions import OF_STAY, Grant, granted, is_ignored, revoked
from chalicelib.flows.award_turn import Desk, OfMember, Turn, awards_plan
from chalicelib.flows.follow_entry import OF_GROUP, OF_MEMBER, Told
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit, read_patiently
from chalicelib.table.config import Config
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import entry_from
from chalicelib.table.keys import owner_stream
from chalicelib.table.protocol import Absent, AsRead, Attrs, Check, Condition, Equals, Write

_JOINED, _LEFT = "member.joined_segment", "member.left_segment"


class _NothingToDo(Refused):
    """Leaves the commit without writing."""

    def __init__(self) -> None:
        super().__init__("nothing_given", "Nothing is to be granted or taken back.")


def follow_stays(rt: Runtime, tenant: str, told: Told, request_id: str) -> int:
    """How many perks were granted or taken back."""
    bringing = _bringing(read_patiently(rt, lambda: rt.config.load(rt.table, tenant)))
    is_owner = told.owner.startswith((OF_MEMBER, OF_GROUP))
    if not bringing or not is_owner or not {_JOINED, _LEFT}.intersection(told.types):
        return 0
    stream = owner_stream(tenant, told.owner[len(OF_MEMBER) :], told.program)
    stored = read_patiently(rt, partial(rt.table.get, stream.key(told.sequence)))
    caller = Caller("", tenant, "system", "segments", "segments", (), request_id, "job")
    bodies = () if stored is None else entry_from(stream, stored).facts
    return sum(_followed(rt, caller, bringing, body) for body in bodies if body["type"] in (_JOINED, _LEFT))


def _bringing(config: Config) -> dict[str, Segment]:
    """Those that grant perks or take them back."""
    return config.derived(
        ("segments", "perks"),
        lambda: {one.segment_id: one for one in segments.segments(config) if one.on_join or one.on_leave},
    )


def _followed(rt: Runtime, caller: Caller, bringing: dict[str, Segment], body: Any) -> int:
    segment = bringing.get(str(body["segment"]))
    if segment is None:
        return 0
    member_id, since = str(body["member"]), int(body["since"])
    if body["type"] == _LEFT:
        return sum(_changed(rt, caller, segment, member_id, since, perk) for perk in segment.on_leave)
    joins = segment.on_join if segment.state == "active" else ()
    return sum(_changed(rt, caller, segment, member_id, since, perk, joins=True) for perk in joins)


def _changed(
    rt: Runtime, caller: Caller, segment: Segment, member_id: str, since: Instant, perk: str, *, joins: bool = False
) -> bool:
    """Whether this run did it, or one before."""
    stays = _Stays(segment, perk, member_id, since)
    command = Command(f"stay/{segment.segment_id}/{member_id}/{since}/{joins}/{perk}", guarded=True)
    of = OfMember(member_id, segment.perk_program_id, blocked_too=not joins)
    operation, decide = ("grant_perk", partial(_grant, perk)) if joins else ("revoke_award", partial(_revoke, perk))

    def plan() -> Plan:
        checks = stays.granting(rt, caller.tenant) if joins else stays.taking(rt, caller.tenant)
        return awards_plan(rt, caller, command, operation, of, decide, checks)

    try:
        commit(rt, command, plan, id_of, lambda: recall_guarded(rt.table, caller.tenant, command))
    except (Refused, NotFound):
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Stays:
    """A stay that began at an instant, and those in other segments with the same perk."""

    segment: Segment
    perk: str
    member_id: str
    since: Instant

    def granting(self, rt: Runtime, tenant: str) -> tuple[Write, ...]:
        """That they are in that very stay. Raises where they are not."""
        key = segments.membership_key(tenant, self.member_id, self.segment.segment_id)
        there = rt.table.get(key)
        if there is None or segments.membership_from(there).since != self.since:
            raise _NothingToDo
        return (Check(key, Equals("since", self.since)),)

    def taking(self, rt: Runtime, tenant: str) -> tuple[Write, ...]:
        """That they are in no stay that grants it, as they were read. Raises where they are in one."""
        ids = (self.segment.segment_id, *_others_with(rt.config.load(rt.table, tenant), self.segment, self.perk))
        keys = [segments.membership_key(tenant, self.member_id, one) for one in ids]
        found, now = rt.table.batch_get(keys), rt.clock.now()
        if keys[0] in found or any(segments.stays(attrs, now) for attrs in found.values()):
            raise _NothingToDo
        return tuple(Check(key, _as_read(found.get(key))) for key in keys)


def _as_read(attrs: Attrs | None) -> Condition:
    return Absent() if attrs is None else AsRead({name: attrs[name] for name in ("version", "since")})


def _others_with(config: Config, segment: Segment, perk: str) -> tuple[str, ...]:
    """Other segments that grant the perk, which have not ended."""
    return tuple(
        one.segment_id
        for one in granting(config, segment.perk_program_id, perk)
        if one.segment_id != segment.segment_id
    )


def _grant(perk_id: str, turn: Turn, desk: Desk) -> Turn:
    perk = desk.perk(perk_id)
    if is_ignored(turn, perk):
        raise _NothingToDo
    return granted(turn, desk, perk, Grant(OF_STAY))


def _revoke(perk_id: str, turn: Turn, desk: Desk) -> Turn:
    """All that they still have of it by stays."""
    theirs = [one for one in turn.awards.values() if one.perk == perk_id and one.state == "active" and not one.kept]
    if not theirs:
        raise _NothingToDo
    for award in sorted(theirs, key=lambda one: one.number):
        turn = revoked(turn, desk, award, "segment")
    return turn
