"""Change a group: its name, kind and labels, who may spend, who is its primary member, and whether it is blocked.

reads    1 BatchGet of the group and, where one is named, of the new primary member's membership
writes   group (version), entry (absent): 4 units, + 2 with an Idempotency-Key, + 2 where a primary member is named, whose
         membership is checked; nothing where it is so already
who      a key that may modify groups
"""

from __future__ import annotations

from chalicelib.areas.groups import operations as groups
from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import Group, GroupUpdate, not_in_group, updated
from chalicelib.flows.group_commit import commit_group, group_header, group_plan, unchanged
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import is_id, number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan
from chalicelib.table.protocol import Check, Present


def update_group(rt: Runtime, caller: Caller, command: Command, group_id: str, update: GroupUpdate) -> Committed[Group]:
    """NotFound: group; `group_member_not_found` for a primary member who is not in it."""
    number_of("group", group_id)
    primary = update.primary_member_id if "primary_member_id" in update.model_fields_set else None
    if primary is not None and not is_id("member", primary):  # what is no id names nobody, and no key is made of it
        raise not_in_group(primary, "primary_member_id")
    profile = store.group_key(caller.tenant, group_id)
    membership = () if primary is None else (store.membership_key(caller.tenant, group_id, primary),)

    def plan() -> Plan:
        known = rt.table.batch_get([profile, *membership])
        before, head = store.group_from(known.get(profile), group_id)
        if primary is not None and not known.keys() >= set(membership):
            raise not_in_group(primary, "primary_member_id")
        after = updated(before, update)
        if not after.facts:
            raise unchanged(before)
        header = group_header(rt, caller, command, "update_group")
        still_in_it = tuple(Check(key, Present()) for key in membership)
        return group_plan(caller, command, groups.changed(rt, header, after, head), still_in_it)

    return commit_group(rt, caller, command, plan)
