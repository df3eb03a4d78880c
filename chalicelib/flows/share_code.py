"""Give a member a referral code to share: the one that is asked for, or one that is drawn where they have none yet.

It is made when it is first asked for, so nobody's enrolment costs more for it. Another one may be asked for; the one before leads to
nobody then.

reads    1 Get of the profile, of a code that is asked for 1 Get more, to say clearly that it is taken
writes   profile (version), entry (absent), the code (absent): 6 units, + 2 for one that is given up, + 2 with an Idempotency-Key;
         nothing where the member has it already
"""

from __future__ import annotations

from chalicelib.areas.members import operations as profiles
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.referrals.model import CODE_DIGITS, normal_code
from chalicelib.areas.referrals.store import codes
from chalicelib.errors import Conflict, NotFound, Refused
from chalicelib.flows.opened import member_blocked
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.ids import code_digits
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import guard_puts, recall_guarded
from chalicelib.table.journal import Entry, Header


class SharedCode(Frozen):
    member_id: str
    referral_code: str


class _Unchanged(Refused):
    """Leaves the commit without writing: the member has it already."""

    def __init__(self, code: str) -> None:
        super().__init__("unchanged", "The member has this code already.")
        self.code = code


def share_code(
    rt: Runtime, caller: Caller, command: Command, member_id: str, wanted: str = ""
) -> Committed[SharedCode]:
    """Refuses `member_blocked`; Conflict `referral_code_taken`; NotFound: member; InvalidInput `invalid_referral_code`."""
    asked = normal_code(wanted) if wanted else ""

    def plan() -> Plan:
        member, head = members.read(rt.table, caller.tenant, member_id)
        if member.status == "blocked":
            raise member_blocked()
        before = member.shared_code
        if before is not None and asked in ("", before):
            raise _Unchanged(before)
        code = asked or code_digits(rt.ids.salt())[:CODE_DIGITS].upper()
        if asked and rt.table.get(codes.code_key(caller.tenant, code)) is not None:
            raise Conflict("referral_code_taken", "Somebody else has this referral code.", param="referral_code")
        now, revision = rt.clock.now(), rt.config.load(rt.table, caller.tenant).revision
        header = Header("share_code", command.id, caller, now, now, revision)
        made = profiles.sharing(rt, header, member, head, code)
        gone = () if before is None else (codes.code_delete(caller.tenant, before, member_id),)
        guards = guard_puts(caller.tenant, command, made.entry, now)
        writes = (*made.writes, codes.code_put(caller.tenant, code, member_id), *gone, *guards)
        return Plan(made.entry, writes, frozenset(guard.key for guard in guards))

    try:
        return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))
    except _Unchanged as kept:
        return Committed(SharedCode(member_id=member_id, referral_code=kept.code))


def _answer(entry: Entry) -> SharedCode:
    if entry.private is None:
        raise NotFound("member_erased", "The personal data of this member were erased.")
    member = Member.model_validate(entry.private["member"])
    return SharedCode(member_id=member.member_id, referral_code=str(member.shared_code))
