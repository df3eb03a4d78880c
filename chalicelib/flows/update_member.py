"""Update a member: the tenant's settings say which custom fields there are."""

from __future__ import annotations

from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Member, MemberUpdate
from chalicelib.areas.programs import store as programs
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently


def update_member(
    rt: Runtime, caller: Caller, command: Command, member_id: str, update: MemberUpdate
) -> Committed[Member]:
    """Refuses `identifier_taken`, `undeclared_field`, `wrong_field_type`; NotFound; InvalidInput."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    declared = programs.settings(config).member_fields
    return members.update(rt, caller, command, config, declared, member_id, update)
