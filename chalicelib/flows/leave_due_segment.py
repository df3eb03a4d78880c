"""Let one member leave a segment in which their stay is over by the end of a day (UTC).

Nothing depends on when it runs: rules and rewards know that a stay is over. This only tells it, and takes it out of lists. Where the
segment has criteria the member is looked at (flows/settle_criteria): whether they meet them then is kept.

reads    1 BatchGet of profile and membership; of a segment with criteria what a look reads
writes   profile (version), entry (absent), membership (gone), a slice of the count: 8 units; nothing where nothing is due; of a segment
         with criteria what a look writes
"""

from __future__ import annotations

from chalicelib.areas.members import operations as enrolled
from chalicelib.areas.members import store as members
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import ended
from chalicelib.flows.criteria import judged_segments
from chalicelib.flows.segment_changes import change_writes, facts_of, membership_in
from chalicelib.flows.settle_criteria import settle_criteria
from chalicelib.flows.settle_one_due import NothingDue, settled
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import passed_by
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, read_patiently
from chalicelib.table.journal import Header


def leave_due_segment(rt: Runtime, caller: Caller, day: Day, member_id: str, segment_id: str) -> bool:
    """Whether it was due, and this run did it."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    if segment_id in (one.segment.segment_id for one in judged_segments(config)):
        return any(one.segment_id == segment_id for one in settle_criteria(rt, caller, member_id))
    return _left(rt, caller, day, member_id, segment_id)


def _left(rt: Runtime, caller: Caller, day: Day, member_id: str, segment_id: str) -> bool:
    tenant = caller.tenant
    command = Command(f"due:{iso_day(day)}:{member_id}:segment:{segment_id}")

    def plan() -> Plan:
        now = rt.clock.now()
        by = min(passed_by(now), day_starts(day + 1, "UTC") - 1)
        profile = members.profile_key(tenant, member_id)
        found = rt.table.batch_get([profile, store.membership_key(tenant, member_id, segment_id)])
        known = membership_in(found, tenant, member_id, segment_id)
        change = None if known is None else ended(known, by)
        if change is None or not change.steps:
            raise NothingDue("nothing_due", "No stay of this member in the segment is due.")
        member, head = members.member_from(found.get(profile), member_id)
        revision = rt.config.load(rt.table, tenant).revision
        header = Header("settle_due", command.id, caller, now, now, revision)
        made = enrolled.noted(rt, header, member, head, facts_of(member_id, change))
        return Plan(made.entry, (*made.writes, *change_writes(tenant, [(member_id, change)])))

    return settled(rt, command, plan)
