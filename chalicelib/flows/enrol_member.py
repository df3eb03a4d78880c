"""Enrol a member: the tenant's settings say which custom fields there are."""

from __future__ import annotations

from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Enrolment, Member
from chalicelib.areas.programs import store as programs
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently


def enrol_member(rt: Runtime, caller: Caller, command: Command, enrolment: Enrolment) -> Committed[Member]:
    """Refuses `identifier_taken`, `undeclared_field`, `wrong_field_type`; InvalidInput: `invalid_identifier`."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    return members.enrol(rt, caller, command, config, programs.settings(config).member_fields, enrolment)
