"""Choose a member of a group to spend for it, or choose them no longer. It matters where the group's spenders are chosen.

reads    1 BatchGet of group and membership
writes   group (version), entry (absent), membership: 6 units, + 2 with an Idempotency-Key; nothing where it is so already
who      a key that may modify groups
"""

from __future__ import annotations

from chalicelib.areas.groups import operations as groups
from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import Group, changed_membership, not_in_group
from chalicelib.flows.group_commit import commit_group, group_header, group_plan, unchanged
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan


def change_group_member(
    rt: Runtime, caller: Caller, command: Command, group_id: str, member_id: str, chosen: bool
) -> Committed[Group]:
    """NotFound: group, `group_member_not_found`."""
    number_of("group", group_id)
    number_of("member", member_id)
    profile = store.group_key(caller.tenant, group_id)
    membership = store.membership_key(caller.tenant, group_id, member_id)

    def plan() -> Plan:
        known = rt.table.batch_get([profile, membership])
        before, head = store.group_from(known.get(profile), group_id)
        if membership not in known:
            raise not_in_group(member_id)
        after = changed_membership(before, store.membership_from(known[membership]), chosen)
        if not after.facts:
            raise unchanged(before)
        header = group_header(rt, caller, command, "change_group_member")
        return group_plan(caller, command, groups.changed(rt, header, after, head))

    return commit_group(rt, caller, command, plan)
