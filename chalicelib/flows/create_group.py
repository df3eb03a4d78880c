"""Create a group with its primary member in it.

reads    1 Query of the member's snapshot
writes   group, entry, membership (absent), the member's profile (version) and entry (absent): 10 units, + 2 for each
         account of the member, which is checked, + 2 with an Idempotency-Key
who      a key that may modify groups
"""

from __future__ import annotations

from chalicelib.areas.groups import operations as groups
from chalicelib.areas.groups.model import Group, GroupDefinition, created
from chalicelib.areas.members import operations as members
from chalicelib.flows.group_commit import commit_group, group_header, group_plan, newcomer
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan


def create_group(rt: Runtime, caller: Caller, command: Command, definition: GroupDefinition) -> Committed[Group]:
    """What the member has before stays theirs. Refuses `already_in_group`, `open_holds`; NotFound: member."""

    def plan() -> Plan:
        first = newcomer(rt, caller.tenant, definition.primary_member_id, "primary_member_id")
        header = group_header(rt, caller, command, "create_group")
        group_id = rt.ids.entity("group", header.recorded_at)
        made = groups.founded(rt, header, created(group_id, header.recorded_at, definition))
        linked = members.linked(rt, header, first.member, first.head, group_id)
        return group_plan(caller, command, made, (*linked.writes, *first.unchanged))

    return commit_group(rt, caller, command, plan)
