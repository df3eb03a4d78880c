"""What rules give beside points, in the transaction of what set them off: perks, stamps, a tier, segments. Pure.

Whatever cannot be given (a perk that is paused or gone since the rule was written, more awards than a member may have) is not, and
the answer says why: nobody is refused a purchase for that. An order keeps what it got of it, so that it goes with the goods
(flows/gifts_back); but whoever has joined a segment by it stays.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import PointsEarned, PointsPromised
from chalicelib.areas.orders.model.order import Credited, Gift
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import StampCard
from chalicelib.areas.perks.model import Till as At
from chalicelib.areas.rules.model.effects import FollowEffect, GiveStamps, GrantPerk, JoinSegment, LeaveSegment, SetTier
from chalicelib.areas.rules.outcome import Follow
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.award_decisions import Grant, granted, is_ignored
from chalicelib.flows.award_turn import Desk, Turn
from chalicelib.flows.follow_segments import SegmentTurn
from chalicelib.flows.give_stamps import stamped
from chalicelib.flows.opened import Opened
from chalicelib.flows.order_pins import pinned_for
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.table.journal import Entry, Header
from chalicelib.table.protocol import Key, Write

MOST = 10  # in one transaction; each may write awards


class GivenEffect(Frozen):
    """What a rule gave beside points, or the reason why not: a code. `what` is the perk, the tier or the segment,
    `award_id` the award that was granted or stamped."""

    rule_id: str
    kind: str
    what: str
    given: bool
    award_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """The story with it, what is written for it, and what the entry's answer says of it; and what an order keeps: the gifts, and
    what it earned by them."""

    story: Story
    writes: tuple[Write, ...] = ()
    effects: tuple[GivenEffect, ...] = ()
    gifts: tuple[Gift, ...] = ()
    credits: tuple[Credited, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        return told_effects(self.effects)


def told_effects(effects: Sequence[Frozen]) -> dict[str, Any]:
    """As an entry's answer keeps what was given or taken back beside points."""
    return {"effects": [one.model_dump(exclude_defaults=True) for one in effects]} if effects else {}


def effects_of(entry: Entry) -> tuple[GivenEffect, ...]:
    after: Any = entry.header["after"]
    return tuple(GivenEffect.model_validate(one) for one in after.get("effects", ()))


def followed(
    story: Story,
    terms: Terms,
    opened: Opened,
    follows: Sequence[Follow],
    header: Header,
    order: str = "",
    before: int = 0,
    taken: Collection[Key] = (),
) -> Followed:
    """Asks nothing: a member's awards and segments come with the snapshot. Once in a transaction for each program: what
    follows from several things in it is given together. `order`: what they follow from, but for so many `before` it; `taken`:
    what is written beside it."""
    if not follows or opened.member is None:
        return Followed(story)
    member_id, program_id = opened.member.member_id, terms.program.program_id
    desk = Desk(terms, terms.config, opened, member_id, header.effective_at)
    awards = perks.awards_from(opened.beside.values(), program_id)
    turn = Turn(story, awards, opened.head.version + 1).with_expired(member_id)
    tenant, now = header.caller.tenant, story.account.advanced_to
    stays = SegmentTurn(terms.config, tenant, member_id, header.effective_at, now, opened.beside, taken)
    made, gifts = list[GivenEffect](), list[Gift]()
    for number, follow in enumerate(follows):
        try:
            if number >= MOST:
                raise Refused("too_many_effects", f"At most {MOST} effects follow from one thing.")
            effect = follow.effect
            if isinstance(effect, JoinSegment | LeaveSegment):
                stays, facts = stays.moved(effect, follow.rule_id)
                turn, award_id = turn.then(*facts), None
            else:
                of_order = order if number >= before else ""
                at = desk.by(follow.rule_id, of_order)
                turn, award_id = _given(turn, at, effect, header.place)
                gifts += [_gift(follow.rule_id, effect, award_id)] if of_order else []
            made.append(_told(follow, award_id=award_id))
        except (Refused, NotFound) as refusal:
            made.append(_told(follow, reason=refusal.code))
    writes = (*turn.writes(tenant, member_id, program_id), *stays.writes)
    return Followed(turn.story, writes, tuple(made), tuple(gifts), _credited(turn.story, story, order))


def _gift(rule_id: str, effect: GrantPerk | GiveStamps | SetTier, award_id: str | None) -> Gift:
    """As it is known to who takes it back."""
    if isinstance(effect, SetTier):
        return Gift(rule_id, effect.kind, effect.tier)
    return Gift(rule_id, effect.kind, effect.perk, award_id or "")


def _credited(after: Story, before: Story, order: str) -> tuple[Credited, ...]:
    """Of no line, and worth nothing: so it is due back with all of the order."""
    return tuple(
        Credited(fact.rule, fact.unit, fact.amount, (), 0, fact.piece, period=fact.period)
        for fact in after.facts[len(before.facts) :]
        if isinstance(fact, PointsEarned | PointsPromised) and order and fact.order == order
    )


def _told(follow: Follow, *, award_id: str | None = None, reason: str | None = None) -> GivenEffect:
    effect = follow.effect
    given = reason is None
    return GivenEffect(
        rule_id=follow.rule_id, kind=effect.kind, what=_what(effect), given=given, award_id=award_id, reason=reason
    )


def _what(effect: FollowEffect) -> str:
    match effect:
        case GrantPerk() | GiveStamps():
            return effect.perk
        case SetTier():
            return effect.tier
        case JoinSegment() | LeaveSegment():
            return effect.segment


def _given(turn: Turn, desk: Desk, effect: GrantPerk | GiveStamps | SetTier, place: str) -> tuple[Turn, str | None]:
    if not isinstance(effect, GrantPerk | GiveStamps):
        return _on_tier(turn, desk, effect.tier, effect.days), None
    perk = desk.perk(effect.perk)
    if isinstance(effect, GrantPerk):
        perk.must_be_on(desk.terms.day(desk.at))
        if is_ignored(turn, perk):
            raise Refused("held_already", f"The member has {perk.name} already.")
        turn = granted(turn, desk, perk, Grant("rule"))
    elif isinstance(perk.what, StampCard):
        turn = stamped(turn, desk, perk, perk.what, effect.amount, At(place))
    else:
        raise Refused("not_a_stamp_card", f"{perk.name} is no stamp card.")
    return turn, turn.main


def _on_tier(turn: Turn, desk: Desk, tier: str, days: int | None) -> Turn:
    until = None if days is None else desk.terms.day(turn.story.account.advanced_to) + days - 1
    return replace(turn, story=pinned_for(turn.story, desk.terms, tier, until, desk.order))
