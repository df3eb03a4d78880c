"""Grant a member a perk, by hand. A second grant is added to what they have, replaces it, or is ignored, as the perk says.

reads and writes    as flows/award_turn says; nothing is written where the grant is ignored
"""

from __future__ import annotations

from chalicelib.areas.perks.model import Award, latest
from chalicelib.errors import Refused
from chalicelib.flows.account_views import Standing, standing_of
from chalicelib.flows.award_decisions import Grant, granted, is_ignored
from chalicelib.flows.award_turn import AwardState, Desk, OfMember, Turn, award_of, change_awards, state_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class GrantedPerk(Frozen):
    """`account` is null where a second grant was ignored: then nothing has changed."""

    award: AwardState
    account: Standing | None


class _Ignored(Refused):
    """Leaves the commit without writing: they have it already."""

    def __init__(self, award: Award) -> None:
        super().__init__("unchanged", "The member has this perk already.")
        self.award = award


def grant_perk(
    rt: Runtime,
    caller: Caller,
    command: Command,
    member_id: str,
    perk_id: str,
    points: int | None = None,
    program_id: int = 1,
) -> Committed[GrantedPerk]:
    """`points` come with it, else as many as the perk says. Refuses `perk_not_active`, `held_by_tier`, `perk_without_points`,
    `too_many_awards`, `member_blocked`, `group_blocked`, `balance_limit`, `too_many_lots`, `too_many_pending`; NotFound: member, program, perk."""

    def decide(turn: Turn, desk: Desk) -> Turn:
        perk = desk.perk(perk_id)
        if points and perk.counted_in is None:
            raise Refused("perk_without_points", f"{perk.name} has no points that could come with it.", param="points")
        perk.must_be_on(desk.terms.day(desk.at))
        known = latest(turn.awards, perk_id)
        if known is not None and is_ignored(turn, perk):
            raise _Ignored(known)
        return granted(turn, desk, perk, Grant(points=points))

    try:
        return change_awards(rt, caller, command, "grant_perk", OfMember(member_id, program_id), decide, _answer)
    except _Ignored as ignored:
        return Committed(GrantedPerk(award=state_of(ignored.award), account=None))


def _answer(entry: Entry) -> GrantedPerk:
    return GrantedPerk(award=award_of(entry), account=standing_of(entry))
