"""Settle what comes to one member by itself: a birthday or an anniversary that has begun where every program of the tenant is.
Rules on it give what they give, and the profile gets its next day, in one commit.

What is given is given as of the first moment of that day, where its program is, however late this runs: so nothing depends
on when it does. A day that was settled is no longer due: nobody is given anything twice.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more a program with a rule on it
writes   profile (version), entry (absent): 4 units and the two places of the index; and of each program of which a rule gives
         something, the first 20 of them, account (version), entry (absent): 4 units
"""

from __future__ import annotations

from itertools import count

from chalicelib.areas.members import operations as profiles
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.programs import store as programs
from chalicelib.flows.member_moments import Moments
from chalicelib.flows.settle_one_due import NothingDue
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit
from chalicelib.table.config import Config
from chalicelib.table.journal import Entry, Header
from chalicelib.table.keys import snapshot_query
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import key_of

OPERATION = "settle_occasions"


def settle_occasions(rt: Runtime, caller: Caller, day: Day, member_id: str) -> bool:
    """Whether one was due until `day` (on the member's calendar), and this run settled it. Each is a commit of its own."""
    for settled in count():
        try:
            coming = _settle_next(rt, caller, day, member_id, settled)
        except NothingDue:
            return bool(settled)
        if coming is None or coming > day:
            break
    return True


def _settle_next(rt: Runtime, caller: Caller, day: Day, member_id: str, settled: int) -> Day | None:
    """The day that is the next one then. `settled`: how many were before it in this run."""
    command = Command(f"due:{iso_day(day)}:{member_id}:occasion:{settled}")

    taking = Taking(rt, caller.tenant, member_id)

    def plan() -> Plan:
        config = rt.config.load(rt.table, caller.tenant)
        found = {key_of(attrs): attrs for attrs in every_item(rt.table, snapshot_query(caller.tenant, member_id))}
        member, head = members.member_from(found.get(members.profile_key(caller.tenant, member_id)), member_id)
        occasions, now = member.occasions, rt.clock.now()
        if occasions is None or occasions.next_on > day or passed_by(now) < _everywhere(config, occasions.next_on):
            raise NothingDue("nothing_due", "No birthday or anniversary of this member is due.")
        moments = Moments(taking, caller, command, OPERATION, on=occasions.next_on)
        gifts = moments.given(member, occasions.next, found)
        given = {moment for gift in gifts if gift.gave for moment in gift.moments}
        header = Header(OPERATION, command.id, caller, now, now, config.revision)
        written = profiles.celebrated(rt, header, member, head, given)
        also = (write for gift in gifts for write in gift.writes)
        return Plan(written.entry, (*written.writes, *also), limited=taking)

    return commit(rt, command, plan, _next_of, lambda: None).answer


def _everywhere(config: Config, day: Day) -> Instant:
    """When the day has begun where every program is."""
    return max((day_starts(day, program.zone) for program in programs.programs(config)), default=day_starts(day, "UTC"))


def _next_of(entry: Entry) -> Day | None:
    if entry.private is None:
        return None
    occasions = Member.model_validate(entry.private["member"]).occasions
    return None if occasions is None else occasions.next_on
