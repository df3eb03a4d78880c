"""Leave a group: from now on the member buys, earns and spends for themselves. What was earned for the group stays with it.

reads    1 Query of the group's profile and accounts, 1 BatchGet of the member's profile and membership
writes   group and the member's profile (version), their entries (absent), the membership (deleted): 10 units, + 2 for
         each account of the group, which is checked, + 2 with an Idempotency-Key
who      a key that may modify groups
"""

from __future__ import annotations

from chalicelib.areas.groups import operations as groups
from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import Group, left, not_in_group
from chalicelib.areas.members import operations as members
from chalicelib.areas.members import store as member_store
from chalicelib.flows.group_commit import ACCOUNTS, commit_group, group_header, group_plan, nothing_held
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan
from chalicelib.table.keys import accounts_query
from chalicelib.table.protocol import key_of


def leave_group(rt: Runtime, caller: Caller, command: Command, group_id: str, member_id: str) -> Committed[Group]:
    """Refuses `primary_cannot_leave`, and `open_holds` as long as points of the group are on hold by the member;
    NotFound: group, member, `group_member_not_found`."""
    number_of("group", group_id)
    number_of("member", member_id)
    profile = member_store.profile_key(caller.tenant, member_id)
    membership = store.membership_key(caller.tenant, group_id, member_id)

    def plan() -> Plan:
        found = {key_of(attrs): attrs for attrs in rt.table.query(accounts_query(caller.tenant, group_id)).items}
        before, head = store.group_from(found.get(store.group_key(caller.tenant, group_id)), group_id)
        known = rt.table.batch_get([profile, membership])
        member, member_head = member_store.member_from(known.get(profile), member_id)
        if membership not in known or member.group_id != group_id:
            raise not_in_group(member_id)
        theirs = [attrs for key, attrs in found.items() if key.sk.startswith(ACCOUNTS)]
        unchanged = nothing_held(theirs, group_id, rt.clock.now(), member_id)
        header = group_header(rt, caller, command, "leave_group")
        made = groups.left(rt, header, left(before, store.membership_from(known[membership])), head)
        freed = members.linked(rt, header, member, member_head, None)
        return group_plan(caller, command, made, (*freed.writes, *unchanged))

    return commit_group(rt, caller, command, plan)
