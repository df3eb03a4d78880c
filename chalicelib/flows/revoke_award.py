"""Take an award back. Points of its unit stay: they are the account's, and are cancelled or deducted like any others.

reads and writes    as flows/award_turn says
may      who may change perks, also for a blocked member
"""

from __future__ import annotations

from chalicelib.areas.perks.model.award import no_award
from chalicelib.flows.account_views import Standing, standing_of
from chalicelib.flows.award_decisions import revoked
from chalicelib.flows.award_turn import AwardState, Desk, OfMember, Turn, award_of, change_awards
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class RevokedAward(Frozen):
    award: AwardState
    account: Standing


def revoke_award(
    rt: Runtime, caller: Caller, command: Command, member_id: str, award_id: str, program_id: int = 1
) -> Committed[RevokedAward]:
    """Refuses `award_used_up`, `award_expired`, `award_revoked`; NotFound: member, program, award."""

    def decide(turn: Turn, desk: Desk) -> Turn:
        award = turn.awards.get(award_id)
        if award is None:
            raise no_award(award_id)
        return revoked(turn, desk, award)

    of = OfMember(member_id, program_id, blocked_too=True)
    return change_awards(rt, caller, command, "revoke_award", of, decide, _answer)


def _answer(entry: Entry) -> RevokedAward:
    return RevokedAward(award=award_of(entry), account=standing_of(entry))
