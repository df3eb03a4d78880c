"""Set a member's PIN, or another in its place. That unlocks what wrong tries have locked.

reads    1 BatchGet of profile and secrets; with an Idempotency-Key 1 Get
writes   the secrets (version): 2 units, + 2 with an Idempotency-Key. No entry: a secret has no history
may      who may change members, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.members import store as members
from chalicelib.areas.pins import store
from chalicelib.areas.pins.model import hashed
from chalicelib.errors import Conflict
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Write


class PinSet(Frozen):
    member_id: str


def set_pin(rt: Runtime, caller: Caller, command: Command, member_id: str, pin: str) -> Committed[PinSet]:
    """NotFound: member. Conflict `idempotency_key_reused`, also for another PIN than the one that the key was first sent with, or
    one that was changed since."""
    number_of("member", member_id)
    fresh = hashed(pin, rt.ids.salt())
    keys = (members.profile_key(caller.tenant, member_id), store.secrets_key(caller.tenant, member_id))

    def decide() -> tuple[Committed[PinSet], tuple[Write, ...]]:
        came_before = (
            recall_place(rt.table, caller.tenant, command) is not None
        )  # before what it would have written is read
        found = rt.table.batch_get(keys)
        members.member_from(found.get(keys[0]), member_id)
        known = store.secrets_from(found.get(keys[1]))
        if came_before and known.pin != fresh:
            if known.pin is None or not known.pin.fits(pin):
                text = "This Idempotency-Key was used for another PIN: give each request a key of its own."
                raise Conflict("idempotency_key_reused", text, param="Idempotency-Key")
            return Committed(PinSet(member_id=member_id), replayed=True), ()
        if known.pin == fresh or command.dry_run:  # the answer was lost, the write was not
            return Committed(PinSet(member_id=member_id)), ()
        guards = place_puts(caller.tenant, command, keys[1].pk, rt.clock.now())
        put = store.secrets_put(caller.tenant, member_id, known.with_pin(fresh))
        return Committed(PinSet(member_id=member_id)), (put, *guards)

    return settle(rt, decide)
