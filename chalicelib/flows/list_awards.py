"""A member's awards as they stand now, with what everybody has, or their tier, that they have not used yet.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more; nothing is written
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Award, Level, Perk, PseudoCurrency, StampCard, standing_awards
from chalicelib.areas.perks.model.award import no_award
from chalicelib.flows.award_decisions import worth
from chalicelib.flows.award_turn import AwardState, OfMember, open_awards, state_of
from chalicelib.flows.lost_account import must_not_be_lost
from chalicelib.flows.terms import Terms, brought_to, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime


class AwardView(AwardState):
    """With what its perk says. `points` are those of its unit that can be used; `needed` are a card's stamps, `value` what all its
    points are worth. One that is not `begun` is everybody's, or the tier's: it gets an item of its own with its first use."""

    begun: bool
    name: str
    kind: str
    method: str
    priority: int
    till_code: str | None
    unit: str | None
    points: int
    needed: int | None
    value: int | None


def list_awards(rt: Runtime, caller: Caller, member_id: str, program_id: int = 1) -> tuple[AwardView, ...]:
    """The active ones first, by priority. Whoever may view perks. NotFound: member, program."""
    terms, now = terms_of(rt, caller.tenant, program_id), rt.clock.now()
    config = rt.config.load(rt.table, caller.tenant)
    opened, awards = open_awards(rt, caller.tenant, OfMember(member_id, program_id))
    must_not_be_lost(rt, caller.tenant, opened)
    account = brought_to(opened.account, terms, now)
    known = {perk.perk_id: perk for perk in perks.perks(config, program_id)}
    own = [_view(award, known[award.perk], account) for award in standing_awards(awards.values(), now)]
    have = {award.perk for award in awards.values()}
    implied = [perk for perk in known.values() if perk.perk_id not in have and _has(perk, account, terms, now)]
    views = [*own, *(_view(Award(perk.perk_id, 1, left=perk.given_uses), perk, account) for perk in implied)]
    return tuple(sorted(views, key=lambda view: (view.state != "active", -view.priority)))


def get_award(rt: Runtime, caller: Caller, member_id: str, award_id: str, program_id: int = 1) -> AwardView:
    """NotFound: member, program, award."""
    for view in list_awards(rt, caller, member_id, program_id):
        if view.award_id == award_id:
            return view
    raise no_award(award_id)


def _has(perk: Perk, account: Account, terms: Terms, now: int) -> bool:
    """Whether somebody has the perk without an award of their own."""
    if not perk.is_implied or perk.state != "active" or not perk.window.has(terms.day(now)):
        return False
    return not isinstance(perk.what, Level) or account.tier == perk.what.tier


def _view(award: Award, perk: Perk, account: Account) -> AwardView:
    what, points = perk.what, account.wallet(perk.counted_in).available if perk.counted_in else 0
    return AwardView(
        **dict(state_of(award)),
        begun=award.version > 0,
        name=perk.name,
        kind=what.kind,
        method=perk.method,
        priority=perk.priority,
        till_code=perk.till_code,
        unit=perk.counted_in,
        points=points,
        needed=what.stamps if isinstance(what, StampCard) else None,
        value=worth(what, max(0, points)) if isinstance(what, PseudoCurrency) else None,
    )
