"""Prove an account: fold its journal anew and compare, and what is marked as undone with what was.

reads    1 Get of the account, 1 Query a MB of entries (+ 1 BatchGet of the profile and the entry it would begin
         with when there is no account: is there such an owner at all, and was there an account?); the same up to
         twice more where a mark differs
"""

from __future__ import annotations

from chalicelib.areas.accounts import operations as accounts
from chalicelib.areas.accounts.operations import Proof
from chalicelib.areas.programs import store as programs
from chalicelib.errors import NotFound
from chalicelib.flows.lost_account import must_be_without
from chalicelib.flows.verify_undone import LOOKS, PAUSE_SECONDS, Place, RecordedUndoing, entries_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import owner_number
from chalicelib.runtime import Runtime


def prove_account(rt: Runtime, caller: Caller, owner: str, program_id: int = 1) -> Proof:
    """NotFound: owner, program, `account_not_found` for one who never had anything in the program."""
    owner_number(owner)
    programs.program(rt.config.load(rt.table, caller.tenant), program_id)
    try:
        proof, wrong = _look(rt, caller, owner, program_id)
    except NotFound:
        must_be_without(rt, caller.tenant, owner, program_id)
        raise
    for _ in range(LOOKS - 1):
        if not wrong:
            break
        rt.clock.sleep(PAUSE_SECONDS)
        proof, again = _look(rt, caller, owner, program_id)
        wrong = dict(wrong.items() & again.items())
    if not wrong:
        return proof
    told = (f"undone of entry {sequence}" for sequence in entries_of(wrong))
    return proof.model_copy(update={"matches": False, "differences": (*proof.differences, *told)})


def _look(rt: Runtime, caller: Caller, owner: str, program_id: int) -> tuple[Proof, dict[Place, tuple[int, int]]]:
    undoing = RecordedUndoing()
    proof = accounts.rebuild(rt, caller, owner, program_id, undoing.see)
    return proof, undoing.wrong()
