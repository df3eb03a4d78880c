"""Join a group: from now on the member buys, earns and spends for it. What they had before stays theirs.

reads    1 Get of the group, 1 Query of the member's snapshot
writes   group and the member's profile (version), their entries and the membership (absent): 10 units, + 2 for each
         account of the member, which is checked, + 2 with an Idempotency-Key
who      a key that may modify groups
"""

from __future__ import annotations

from chalicelib.areas.groups import operations as groups
from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import Group, joined
from chalicelib.areas.members import operations as members
from chalicelib.flows.group_commit import commit_group, group_header, group_plan, newcomer
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan


def join_group(
    rt: Runtime, caller: Caller, command: Command, group_id: str, member_id: str, chosen: bool = False
) -> Committed[Group]:
    """Refuses `already_in_group` (this one or another), `too_many_group_members`, `open_holds`; NotFound: group, member."""

    def plan() -> Plan:
        before, head = store.read(rt.table, caller.tenant, group_id)
        coming = newcomer(rt, caller.tenant, member_id)
        header = group_header(rt, caller, command, "join_group")
        made = groups.joined(rt, header, joined(before, member_id, chosen, header.recorded_at), head)
        linked = members.linked(rt, header, coming.member, coming.head, group_id)
        return group_plan(caller, command, made, (*linked.writes, *coming.unchanged))

    return commit_group(rt, caller, command, plan)
