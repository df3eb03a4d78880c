"""Issue a one-time code, by which a member proves that it is they who redeem. The caller delivers it: by mail, text or on a screen of theirs.

reads    1 BatchGet of profile and secrets; with an Idempotency-Key 1 Get
writes   the secrets (version): 2 units, + 2 with an Idempotency-Key. No entry: nothing is decided until it is shown
repeats  the same key is the same code, until it is used, too old, or another was issued
"""

from __future__ import annotations

from chalicelib.areas.members import store as members
from chalicelib.areas.pins import store
from chalicelib.areas.pins.model import Hashed, Secrets, hashed, one_time_code
from chalicelib.errors import Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import number_of
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, settle
from chalicelib.table.guards import place_puts, recall_place
from chalicelib.table.protocol import Write


class IssuedProof(Frozen):
    """`code` is shown here alone: nobody can read it again."""

    member_id: str
    code: str
    expires_at: Time


def issue_proof_code(rt: Runtime, caller: Caller, command: Command, member_id: str) -> Committed[IssuedProof]:
    """Refuses `member_blocked`, `proof_locked`, `proof_expired`; NotFound: member."""
    number_of("member", member_id)
    salt = rt.ids.salt()
    keys = (members.profile_key(caller.tenant, member_id), store.secrets_key(caller.tenant, member_id))

    def decide() -> tuple[Committed[IssuedProof], tuple[Write, ...]]:
        now = rt.clock.now()
        came_before = (
            recall_place(rt.table, caller.tenant, command) is not None
        )  # before what it would have written is read
        found = rt.table.batch_get(keys)
        member, _ = members.member_from(found.get(keys[0]), member_id)
        known = store.secrets_from(found.get(keys[1]))
        if known.code is not None and known.code.salt == salt:  # the answer was lost, the write was not
            return Committed(_shown(known, known.code, command, member_id)), ()
        if came_before:
            return Committed(_issued(known, command, member_id, now), replayed=True), ()
        if member.status == "blocked":
            raise Refused("member_blocked", "This member is blocked.", param="member_id")
        known.must_not_be_locked(now)
        code = one_time_code(salt, command.id)
        after = known.with_code(hashed(code, salt), now)
        answer = IssuedProof(member_id=member_id, code=code, expires_at=after.code_expires_at)
        guards = place_puts(caller.tenant, command, keys[1].pk, now)
        put = store.secrets_put(caller.tenant, member_id, after)
        return Committed(answer), () if command.dry_run else (put, *guards)

    return settle(rt, decide)


def _issued(known: Secrets, command: Command, member_id: str, now: Instant) -> IssuedProof:
    """What an earlier run of this command has issued."""
    if known.code is not None and now < known.code_expires_at:
        shown = _shown(known, known.code, command, member_id)
        if known.code.fits(shown.code):
            return shown
    text = "The code of this Idempotency-Key has been used, is too old, or another was issued since."
    raise Refused("proof_expired", text, param="member_id")


def _shown(known: Secrets, code: Hashed, command: Command, member_id: str) -> IssuedProof:
    shown = one_time_code(code.salt, command.id)
    return IssuedProof(member_id=member_id, code=shown, expires_at=known.code_expires_at)
