"""Enrol a member: the tenant's settings say which custom fields there are, and rules on it what they are given for it.

reads    1 Get of each identifier, to say clearly that it is taken
writes   profile (absent), identifiers (absent), entry (absent): 4 units and 2 an identifier, + 2 with an Idempotency-Key; and what
         flows/member_moments writes where a rule gives something
"""

from __future__ import annotations

from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Asked, Enrolment, Member
from chalicelib.areas.members.operations import Asking, Beside
from chalicelib.areas.programs import store as programs
from chalicelib.flows.member_moments import Moments
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently
from chalicelib.table.config import Config


def enrol_member(rt: Runtime, caller: Caller, command: Command, enrolment: Enrolment) -> Committed[Member]:
    """Refuses `identifier_taken`, `undeclared_field`, `wrong_field_type`; InvalidInput: `invalid_identifier`."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    who = [one.value for one in enrolment.identifiers]  # nobody has an id yet
    taking = Taking(rt, caller.tenant, min(who, default=command.id))
    moments = Moments(taking, caller, command, "enrol_member")
    beside = Beside(moments.beside_profile, taking)
    return members.enrol(rt, caller, command, Asking(config, asked_of(config)), enrolment, beside)


def asked_of(config: Config) -> Asked:
    """What the tenant asks of profiles."""
    settings = programs.settings(config)
    return Asked(settings.member_fields, settings.complete_profile, programs.calendar(config))
