"""Enrol a member: the tenant's settings say which custom fields there are, and rules on it what they are given for it.

Who is brought in by another says so by their code: the referral begins in the same commit, with what rules give for it.

reads    1 Get of each identifier, to say clearly that it is taken; with a code, or on a device, what flows/referring reads
writes   profile (absent), identifiers (absent), entry (absent): 4 units and 2 an identifier, + 2 with an Idempotency-Key; and what
         flows/member_moments and flows/referring write where a rule gives something, or somebody brought them in
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Asked, Enrolment, Member
from chalicelib.areas.members.operations import Asking, Beside
from chalicelib.areas.programs import store as programs
from chalicelib.flows.member_moments import Moments
from chalicelib.flows.referral_gifts import brought_in, moments_of_coming
from chalicelib.flows.referring import BY_THEMSELVES, Came, Newcomer
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently
from chalicelib.table.config import Config
from chalicelib.table.drawn import together
from chalicelib.table.protocol import Write


def enrol_member(
    rt: Runtime, caller: Caller, command: Command, enrolment: Enrolment, came: Came = BY_THEMSELVES
) -> Committed[Member]:
    """Refuses `identifier_taken`, `undeclared_field`, `wrong_field_type`, and what flows/referring does; InvalidInput:
    `invalid_identifier`, `invalid_referral_code`."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    newcomer = Newcomer(rt, caller.tenant, came, enrolment.identifiers)
    who = [one.value for one in enrolment.identifiers]  # nobody has an id yet
    taking = Taking(rt, caller.tenant, min(who, default=command.id))

    def beside(member: Member, moments: Sequence[str]) -> tuple[Write, ...]:
        by = newcomer.bringing
        giving = Moments(taking, caller, command, "enrol_member", about=by.about)
        own = giving.beside_profile(member, (*moments, *moments_of_coming(by)))
        return together((*own, *brought_in(giving, member, by, own)))

    ask = Asking(config, asked_of(config))
    return members.enrol(rt, caller, command, ask, enrolment, Beside(beside, taking, newcomer.met))


def asked_of(config: Config) -> Asked:
    """What the tenant asks of profiles."""
    settings = programs.settings(config)
    return Asked(settings.member_fields, settings.complete_profile, programs.calendar(config))
