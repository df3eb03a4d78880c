"""What rules give beside points, in the transaction of what set them off: perks, stamps, badges, a tier, coupons, segments; and which webhooks
they tell of it. Pure, but for codes of a pool.

Whatever cannot be given (a perk that is paused or gone since the rule was written, more awards than a member may have, a coupon of
which there are no more) is not, and the answer says why: nobody is refused a purchase for that. An order keeps what it got of it, so that it goes with the goods
(flows/gifts_back); but whoever was in a segment stays in it or out of it, and who has been told of it knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.facts import PointsEarned, PointsPromised
from chalicelib.areas.coupons.model import Coupon
from chalicelib.areas.orders.model.gifts import Gift
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import StampCard
from chalicelib.areas.perks.model import Till as At
from chalicelib.areas.rules.model.effects import (
    CallWebhook,
    FollowEffect,
    GiveBadge,
    GiveStamps,
    GrantPerk,
    IssueCoupon,
    JoinSegment,
    LeaveSegment,
    Notify,
    SetTier,
)
from chalicelib.areas.rules.outcome import Follow
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.award_decisions import Grant, granted, is_ignored
from chalicelib.flows.award_turn import Desk, Turn
from chalicelib.flows.follow_coupons import OF_A_COUPON, OF_ALL_COUPONS, CouponTurn, Giving, coupon_turn
from chalicelib.flows.follow_segments import SegmentTurn
from chalicelib.flows.follow_webhooks import telling
from chalicelib.flows.give_stamps import Stamps, stamped
from chalicelib.flows.opened import Opened
from chalicelib.flows.order_pins import pinned_for
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.table.journal import Entry, Header
from chalicelib.table.protocol import Write

MOST = 10  # in one transaction; each may write awards
THAT_STAY = LeaveSegment | CallWebhook | Notify  # whatever comes back
OF_A_STAY = 2  # writes: itself, and how many are in the segment


class GivenEffect(Frozen):
    """What a rule gave beside points, or the reason why not: a code. `what` is the perk, the tier, the coupon's series, the
    segment, the webhook or the template, `award_id` the award that was granted or stamped, `code` the coupon's: a trial has none of a pool."""

    rule_id: str
    kind: str
    what: str
    given: bool
    award_id: str | None = None
    coupon_id: str | None = None
    code: str | None = None
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

    def gave(self, since: int = 0, until: int | None = None) -> tuple[str, ...]:
        """The rules of which something was given, of what followed from there to there."""
        return tuple(effect.rule_id for effect in self.effects[since:until] if effect.given)


def told_effects(effects: Sequence[Frozen]) -> dict[str, Any]:
    """As an entry's answer keeps what was given or taken back beside points."""
    return {"effects": [one.model_dump(exclude_defaults=True) for one in effects]} if effects else {}


def effects_of(entry: Entry) -> tuple[GivenEffect, ...]:
    after: Any = entry.header["after"]
    return tuple(GivenEffect.model_validate(one) for one in after.get("effects", ()))


def followed(
    giving: Giving,
    story: Story,
    terms: Terms,
    opened: Opened,
    follows: Sequence[Follow],
    header: Header,
    order: str = "",
    before: int = 0,
) -> Followed:
    """Asks nothing, but for a code of a pool: a member's awards, segments and coupons come with the snapshot. Once in a
    transaction for each program: what follows from several things in it is given together, after the coupons that are used in it.
    `order`: what they follow from, but for so many `before` it. What finds no room is told as `too_many_effects`."""
    if opened.member is None or not (follows or giving.used):
        return Followed(story)
    tenant, member_id, program_id = header.caller.tenant, opened.member.member_id, terms.program.program_id
    desk, now = Desk(terms, terms.config, opened, member_id, header.effective_at), story.account.advanced_to
    coupons = coupon_turn(giving, terms, opened, header, now)
    awards = perks.awards_from(opened.beside.values(), program_id)
    turn = Turn(story.then(*coupons.told_since()), awards, opened.head.version + 1).with_expired(member_id, giving.room)
    stays = SegmentTurn(terms.config, tenant, member_id, header.effective_at, now, opened.beside, giving.taken)
    given = _Given(turn, stays, coupons, place=header.place)
    made, gifts = list[GivenEffect](), list[Gift]()
    for number, follow in enumerate(follows):
        at = desk.by(follow.rule_id, order if number >= before else "")
        try:
            if number >= MOST:
                raise Refused("too_many_effects", f"At most {MOST} effects follow from one thing.")
            given = given.and_in_room(giving, follow, at)
            made.append(_told(follow, given))
            gifts += [_gift(follow, given)] if at.order and given.goes_back(follow.effect) else []
        except (Refused, NotFound) as refusal:
            made.append(_told(follow, reason=refusal.code))
    turn = given.turn
    writes = (*turn.writes(tenant, member_id, program_id), *given.stays.writes, *given.coupons.written(header))
    return Followed(turn.story, writes, tuple(made), tuple(gifts), _credited(turn.story, story, order, follows))


@dataclass(frozen=True, slots=True)
class _Given:
    """What has become of the member so far, and which award or coupon the last effect was about."""

    turn: Turn
    stays: SegmentTurn
    coupons: CouponTurn
    place: str
    award_id: str | None = None
    coupon: Coupon | None = None

    def goes_back(self, effect: FollowEffect) -> bool:
        """With the goods. Who was in the segment before stays in it."""
        return self.stays.began(effect) if isinstance(effect, JoinSegment) else not isinstance(effect, THAT_STAY)

    def and_in_room(self, giving: Giving, follow: Follow, desk: Desk) -> _Given:
        """Refuses `too_many_effects` where there is no room for it: of a coupon before anything is taken for it."""
        coupon = isinstance(follow.effect, IssueCoupon)
        if not coupon or self.writes_at_most(giving, coupons=1) <= giving.room:
            after = self.with_effect(follow, desk)
            if after.writes_at_most(giving) <= giving.room:
                return after
        raise Refused("too_many_effects", "There is no room for it beside what else is written.")

    def writes_at_most(self, giving: Giving, coupons: int = 0) -> int:
        """With so many coupons more."""
        coupons += len(self.coupons.deeds) - len(giving.used)
        of_coupons = OF_A_COUPON * coupons + OF_ALL_COUPONS if coupons else 0
        return len(self.turn.changed) + len(self.turn.gone) + OF_A_STAY * len(self.stays.changes) + of_coupons

    def with_effect(self, follow: Follow, desk: Desk) -> _Given:
        effect, blank = follow.effect, replace(self, award_id=None, coupon=None)
        if isinstance(effect, JoinSegment | LeaveSegment):
            stays, facts = self.stays.moved(effect, follow.rule_id)
            return replace(blank, stays=stays, turn=self.turn.then(*facts))
        if isinstance(effect, Notify):
            who, hours = desk.member_id, effect.after_hours
            wanted = f.NotificationWanted(who, effect.template, effect.notice, hours, follow.rule_id)
            return replace(blank, turn=self.turn.then(wanted))
        if isinstance(effect, CallWebhook):
            told = telling(desk.terms.config, effect, desk.member_id, follow.rule_id, desk.order)
            return replace(blank, turn=self.turn.then(told))
        if isinstance(effect, IssueCoupon):
            coupons = self.coupons.with_one(effect.series, follow.rule_id)
            issued = coupons.told_since(self.coupons)
            return replace(blank, coupons=coupons, turn=self.turn.then(*issued), coupon=coupons.last)
        turn, award_id = _given(self.turn, desk, follow, effect, self.place)
        return replace(blank, turn=turn, award_id=award_id)


def _gift(follow: Follow, given: _Given) -> Gift:
    """As it is known to who takes it back."""
    kept = given.award_id if given.coupon is None else given.coupon.coupon_id
    return Gift(follow.rule_id, follow.effect.kind, _what(follow.effect), kept or "", lines=follow.lines)


def _credited(after: Story, before: Story, order: str, follows: Sequence[Follow]) -> tuple[Credited, ...]:
    """What is of no line is worth nothing: so it is due back with all of the order."""
    paid = {number: value for one in follows for portion in one.portions for number, value in portion.paid}

    def value(fact: PointsEarned | PointsPromised) -> int:
        return sum(paid[number] for number, _ in fact.lines)

    return tuple(
        Credited(fact.rule, fact.unit, fact.amount, fact.lines, value(fact), fact.piece, period=fact.period)
        for fact in after.facts[len(before.facts) :]
        if isinstance(fact, PointsEarned | PointsPromised) and order and fact.order == order
    )


def coming(follow: Follow) -> dict[str, str]:
    """How an answer names it."""
    return {"rule_id": follow.rule_id, "kind": follow.effect.kind, "what": _what(follow.effect)}


def _told(follow: Follow, given: _Given | None = None, *, reason: str | None = None) -> GivenEffect:
    coupon = None if given is None else given.coupon
    return GivenEffect(
        **coming(follow),
        given=given is not None,
        award_id=None if given is None else given.award_id,
        coupon_id=None if coupon is None else coupon.coupon_id,
        code=None if coupon is None else coupon.code or None,
        reason=reason,
    )


def _what(effect: FollowEffect) -> str:
    match effect:
        case GrantPerk() | GiveStamps() | GiveBadge():
            return effect.perk
        case SetTier():
            return effect.tier
        case IssueCoupon():
            return effect.series
        case JoinSegment() | LeaveSegment():
            return effect.segment
        case CallWebhook():
            return effect.webhook_id
        case Notify():
            return effect.template


def _given(
    turn: Turn, desk: Desk, follow: Follow, effect: GrantPerk | GiveStamps | GiveBadge | SetTier, place: str
) -> tuple[Turn, str | None]:
    if isinstance(effect, SetTier):
        return _on_tier(turn, desk, effect.tier, effect.days), None
    perk = desk.perk(effect.perk)
    if isinstance(effect, GiveBadge):
        perk.must_be_badge()
    if isinstance(effect, GrantPerk | GiveBadge):
        perk.must_be_on(desk.terms.day(desk.at))
        if is_ignored(turn, perk):
            raise Refused("held_already", f"The member has {perk.name} already.")
        turn = granted(turn, desk, perk, Grant("rule"))
    elif isinstance(perk.what, StampCard):
        given = [Stamps(portion.amount, portion.lines) for portion in follow.portions]
        turn = stamped(turn, desk, perk, perk.what, given, At(place))
    else:
        raise Refused("not_a_stamp_card", f"{perk.name} is no stamp card.")
    return turn, turn.main


def _on_tier(turn: Turn, desk: Desk, tier: str, days: int | None) -> Turn:
    until = None if days is None else desk.terms.day(turn.story.account.advanced_to) + days - 1
    return replace(turn, story=pinned_for(turn.story, desk.terms, tier, until, desk.order))
