"""Update a member: the tenant's settings say which custom fields there are and what makes a profile complete, and rules what
is given for it, once.

reads    1 Get of the profile, 1 of each identifier that is new; where a rule is on what has happened, what
         flows/member_moments reads
writes   profile (version), entry (absent), identifiers that come and go: 4 units and 2 an identifier, 2 more of each address and
         number that goes, + 2 with an Idempotency-Key; and what flows/member_moments writes
"""

from __future__ import annotations

from functools import partial

from chalicelib.areas.members import operations as members
from chalicelib.areas.members.model import Member, MemberUpdate
from chalicelib.areas.members.operations import Asking, Beside
from chalicelib.flows.enrol_member import asked_of
from chalicelib.flows.member_moments import Moments
from chalicelib.flows.referring import given_up_writes
from chalicelib.flows.take_quotas import Taking
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, read_patiently


def update_member(
    rt: Runtime, caller: Caller, command: Command, member_id: str, update: MemberUpdate
) -> Committed[Member]:
    """Refuses `identifier_taken`, `undeclared_field`, `wrong_field_type`; NotFound; InvalidInput."""
    config = read_patiently(rt, lambda: rt.config.load(rt.table, caller.tenant))
    taking = Taking(rt, caller.tenant, member_id)
    moments = Moments(taking, caller, command, "update_member")
    beside = Beside(moments.beside_profile, taking, given_up=partial(given_up_writes, caller.tenant, member_id))
    return members.update(rt, caller, command, Asking(config, asked_of(config)), member_id, update, beside)
