"""Follow stays in segments: who has joined is granted perks, who has left loses them, as the segment says; by hand, by rules, by criteria or by
time, it is told in an entry, and this follows from that.

A perk is granted only to who is in that very stay, and taken back only from who is in none: so in whatever order this is told, and
however often, it comes to the same. What cannot be granted (a perk that is paused, a blocked member) is not.

reads    the tenant's configuration, at most every five seconds: nothing where no segment brings perks; else 1 Get of the entry, and for each
         perk 1 Get of the stay and what flows/award_turn reads
writes   for each perk what flows/award_turn writes, a guard of stay and perk (2 units) and a check of the stay (2 units)
repeats  the guard refuses them
"""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import Segment
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_views import id_of
from chalicelib.flows.award_decisions import Grant, granted, is_ignored, revoked
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
from chalicelib.table.protocol import Absent, Check, Condition, Equals

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
    key = segments.membership_key(caller.tenant, member_id, segment.segment_id)
    command = Command(f"stay/{segment.segment_id}/{member_id}/{since}/{joins}/{perk}", guarded=True)
    of = OfMember(member_id, segment.perk_program_id, blocked_too=not joins)
    operation, decide = ("grant_perk", partial(_grant, perk)) if joins else ("revoke_award", partial(_revoke, perk))

    def plan() -> Plan:
        there = rt.table.get(key)
        stays = there is not None and segments.membership_from(there).since == since
        if not stays if joins else there is not None:
            raise _NothingToDo
        condition: Condition = Equals("since", since) if joins else Absent()
        return awards_plan(rt, caller, command, operation, of, decide, (Check(key, condition),))

    try:
        commit(rt, command, plan, id_of, lambda: recall_guarded(rt.table, caller.tenant, command))
    except (Refused, NotFound):
        return False
    return True


def _grant(perk_id: str, turn: Turn, desk: Desk) -> Turn:
    perk = desk.perk(perk_id)
    if is_ignored(turn, perk):
        raise _NothingToDo
    return granted(turn, desk, perk, Grant("segment"))


def _revoke(perk_id: str, turn: Turn, desk: Desk) -> Turn:
    """All that they still have of it."""
    theirs = [one for one in turn.awards.values() if one.perk == perk_id and one.state == "active"]
    if not theirs:
        raise _NothingToDo
    for award in sorted(theirs, key=lambda one: one.number):
        turn = revoked(turn, desk, award, "segment")
    return turn
