"""Prove an account: fold its journal anew and compare.

reads    1 Get of the account, 1 Query a MB of entries (+ 1 Get of the profile when there is no account: is there such a
         member at all?)
"""

from __future__ import annotations

from chalicelib.areas.accounts import operations as accounts
from chalicelib.areas.accounts.operations import Proof
from chalicelib.areas.members import store as members
from chalicelib.areas.programs import store as programs
from chalicelib.errors import NotFound
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime


def prove_account(rt: Runtime, caller: Caller, member_id: str, program_id: int = 1) -> Proof:
    """NotFound: member, program, `account_not_found` for a member who never had anything in the program."""
    number_of("member", member_id)
    programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    try:
        return accounts.rebuild(rt, caller, member_id, program_id)
    except NotFound:
        members.read(rt.table, caller.tenant, member_id)
        raise
