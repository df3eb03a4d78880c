"""What rules gave for an order beside points goes when all has come back for which it was given, the lines that the rule asked for
or the whole order, as far as nobody has used it.

    a perk      (a badge, too) is taken back, or the grant of it where there was more; not where it was used
    stamps      are cancelled as points are (flows/return_order), those for some lines or pieces with a part of these; a card that
                redeemed itself with the order is refunded first, as often as they are needed, and what it gave goes with it, where
                nobody has used that; one that did so with another order stays, and gives back so much less (flows/stamps_short)
    a coupon    is cancelled, where nobody has used it and it is not over (flows/coupons_back)
    a stay      in a segment that began with it ends, where it is still the one that began, and nothing has made it longer since
    a tier      is unpinned, or pinned as it was before, where no operator has pinned the member since; where a newer order has, its pin
                stays (flows/order_pins)

reads    1 Get of the entry that recorded the order, where something of this goes; 1 Query of the member's snapshot more where
         the order is a group's
writes   each award (version): 2 units; the order's entry, where a card is refunded: 2 units; of a stay itself and how many are in
         the segment: 4 units
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import (
    MemberJoinedSegment,
    PerkGranted,
    PerkRefunded,
    PerkRevoked,
    TierPinned,
)
from chalicelib.areas.accounts.model.standing import Pin
from chalicelib.areas.orders.model.gifts import COUPON_GIVEN, STAMPS, STAY_BEGUN, Gift
from chalicelib.areas.orders.model.order import Due, Order, ReturnPlan, due_back
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Award, Redemption
from chalicelib.areas.perks.model.award import award_used, named_award
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_views import facts_of
from chalicelib.flows.award_turn import Turn
from chalicelib.flows.follow_effects import told_effects
from chalicelib.flows.follow_segments import SegmentTurn
from chalicelib.flows.opened import Opened, open_snapshot
from chalicelib.flows.order_pins import pinned_since, uncovered, without_pin
from chalicelib.flows.redemptions_told import Told, redemptions_of
from chalicelib.flows.refund_award import points_back
from chalicelib.flows.spends_back import recording_entry
from chalicelib.flows.stamps_short import due_of_redemptions
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Attrs, Key, Write


class TakenEffect(Frozen):
    """What a rule gave beside points is taken back, or the reason why not: a code. `what` is the perk, the tier, the coupon's series or
    the segment."""

    rule_id: str
    kind: str
    what: str
    taken: bool
    award_id: str | None = None
    coupon_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The story without it, what is written for it, how much of which facts of the order's entry came back, and what the
    return's answer says."""

    story: Story
    writes: tuple[Write, ...] = ()
    undone: Mapping[int, int] = field(default_factory=dict)
    effects: tuple[TakenEffect, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        return told_effects(self.effects)


@dataclass(frozen=True, slots=True)
class GiftsBack:
    """`going` of what was given, and how much is `due` of what, by unit, as the `dues` of credits say. `sequence` is that of the entry that will tell of it; `beside`
    what was read of the member; `coupons` that were given why they stay, or None."""

    order: Order
    entry: Entry
    awards: Mapping[str, Award]
    tenant: str
    sequence: int
    beside: Mapping[Key, Attrs] = field(default_factory=dict)
    coupons: Mapping[str, str | None] = field(default_factory=dict)
    going: tuple[Gift, ...] = ()
    due: Mapping[str, int] = field(default_factory=dict)
    dues: tuple[Due, ...] = ()

    def taken_from(self, story: Story, terms: Terms, at: Instant) -> TakenBack:
        """What was given last goes first."""
        turn, undone = Turn(story, self.awards, self.sequence), dict[int, int]()
        who, now, made = self.order.member_id, story.account.advanced_to, list[TakenEffect]()
        stays = SegmentTurn(terms.config, self.tenant, who, at, now, self.beside)
        for gift in reversed(self.going):
            why = self.coupons[gift.award] if gift.kind == COUPON_GIVEN else None
            try:
                if gift.kind == STAMPS:
                    turn, why = self._unfilled(turn, terms, at, gift.award, undone)
                elif gift.kind == STAY_BEGUN:
                    stays, left = stays.without_stay(self._begun(gift), gift.rule)
                    turn = turn.then(*left)
                elif gift.kind != COUPON_GIVEN:
                    turn = self._without(turn, terms, gift)
            except (Refused, NotFound) as refusal:
                why = refusal.code
            made.append(_told(gift, why))
        for gift in self.order.gifts:
            if gift.kind == STAMPS and gift not in self.going:
                turn, _ = self._unfilled(turn, terms, at, gift.award, undone, as_needed=True)
        turn = due_of_redemptions(turn, terms, self.order, self.dues, self.entry.sequence)
        writes = turn.writes(self.tenant, self.order.member_id, self.order.program)
        return TakenBack(turn.story, (*writes, *stays.writes), undone, tuple(reversed(made)))

    def _begun(self, gift: Gift) -> MemberJoinedSegment:
        """As the order's entry tells it; the last, where a rule before it began one that another ended."""
        told = facts_of(self.entry, MemberJoinedSegment)
        return [one for one in told if (one.segment, one.rule) == (gift.what, gift.rule)][-1]

    def _without(self, turn: Turn, terms: Terms, gift: Gift) -> Turn:
        if gift.kind == "set_tier":
            return replace(turn, story=self._off_tier(turn.story, terms, gift))
        award = turn.awards.get(gift.award)
        award = None if award is None else award.at(turn.story.account.advanced_to)
        if award is None or award.state in ("expired", "revoked"):
            raise Refused("award_gone", "The award is over, or was taken back.")
        [fact, *_] = [
            one for one in facts_of(self.entry, PerkGranted) if _is_of(one, gift.award) and one.source == "rule"
        ]
        return _without_grant(turn, self.order.member_id, award, fact, gift.ended)

    def _off_tier(self, story: Story, terms: Terms, gift: Gift) -> Story:
        """Refuses `pinned_since`. An older release did not say of a pin for which order it is: then by tier and last day."""
        made = [one for one in facts_of(self.entry, TierPinned) if one.tier == gift.what]
        if any(one.order for one in made):
            return without_pin(story, terms, gift.what, self.order.order_id)
        standing = story.account.standing
        by_it = standing.pinned and not standing.pinned_by and story.account.tier == gift.what
        if not by_it or standing.pinned_until not in {one.until for one in made}:
            raise pinned_since()
        return uncovered(story, terms, () if gift.was is None else (Pin(*gift.was),))

    def _unfilled(
        self, turn: Turn, terms: Terms, at: Instant, name: str, undone: dict[int, int], *, as_needed: bool = False
    ) -> tuple[Turn, str | None]:
        """The card as it was before it redeemed itself with the order, or with as much on it as goes back; and why it is not so,
        where somebody has used what it gave. The last goes first."""
        award, told, why = turn.awards.get(name), redemptions_of(self.entry, self.order.member_id, name), None
        known = () if award is None else award.told_by(self.entry.sequence, self.order.owner)
        if award is None or award.state == "revoked" or not told:
            return turn, None
        unit = told[0].fact.unit
        for redemption in reversed(known):
            if as_needed and turn.story.account.wallet(unit).available >= self.due.get(unit, 0):
                break
            try:
                turn = self._without_redemption(turn, terms, at, redemption, told[redemption.place], undone)
            except Refused as refusal:
                why = refusal.code
        return turn, why

    def _without_redemption(
        self, turn: Turn, terms: Terms, at: Instant, of: Redemption, told: Told, undone: dict[int, int]
    ) -> Turn:
        """Refuses `reward_used`."""
        name = f"{told.fact.perk}.{told.fact.award}"
        award = turn.awards[name].at(turn.story.account.advanced_to)
        if told.granted is not None:
            turn = self._without_prize(turn, of.gave, told.granted, of.ended)
        turn, back = points_back(turn, terms, self.entry, told, of.points, at)
        if back:
            undone[told.paid] = back
        fact = PerkRefunded(self.order.member_id, award.perk, award.number, self.entry.sequence, back, whole=True)
        return turn.put(award.refunded(of, of.points)).then(fact)

    def _without_prize(self, turn: Turn, name: str, grant: PerkGranted, ended: Instant | None) -> Turn:
        prize = turn.awards.get(name)
        if prize is None:
            raise award_used(name)
        prize = prize.at(turn.story.account.advanced_to)
        if prize.state in ("expired", "revoked"):
            return turn
        return _without_grant(turn, self.order.member_id, prize, grant, ended)


def gifts_back(
    rt: Runtime, tenant: str, before: Order, planned: ReturnPlan, opened: Opened, coupons: Mapping[str, str | None]
) -> GiftsBack | None:
    """None where nothing goes. What becomes of `coupons` is decided."""
    going, due = due_back(before, planned.order), _due_of_cards(before, planned)
    if not (going or due):
        return None
    beside = opened.beside
    if before.group_id is not None and any(gift.kind != COUPON_GIVEN for gift in before.gifts):
        beside = open_snapshot(rt, tenant, before.member_id, before.program).beside
    awards = perks.awards_from(beside.values(), before.program)
    entry, sequence = recording_entry(rt, tenant, before), opened.head.version + 1
    return GiftsBack(before, entry, awards, tenant, sequence, beside, coupons, going, due, planned.dues)


def _due_of_cards(order: Order, planned: ReturnPlan) -> Mapping[str, int]:
    """By unit, where rules that gave stamps are due some back."""
    stamping = {gift.rule for gift in order.gifts if gift.kind == STAMPS}
    due = Counter[str]()
    for credit, amount in planned.dues:
        due[credit.unit] += amount
    return {
        unit: due[unit]
        for unit in {one.credit.unit for one in planned.dues if one.amount and one.credit.rule in stamping}
    }


def taken_effects_of(entry: Entry) -> tuple[TakenEffect, ...]:
    after: Any = entry.header["after"]
    return tuple(TakenEffect.model_validate(one) for one in after.get("effects", ()))


def _without_grant(turn: Turn, member_id: str, award: Award, grant: PerkGranted, ended: Instant | None) -> Turn:
    """Refuses `reward_used`."""
    rest = award.without_grant(grant.uses, grant.until, ended)
    turn = turn.put(rest)
    if rest.state != "revoked":
        return turn
    return turn.then(PerkRevoked(member_id, award.perk, award.number, "returned"))


def _is_of(fact: PerkGranted, award_id: str) -> bool:
    return (fact.perk, fact.award) == named_award(award_id)


def _told(gift: Gift, reason: str | None = None) -> TakenEffect:
    return TakenEffect(
        rule_id=gift.rule,
        kind=gift.kind,
        what=gift.what,
        taken=reason is None,
        award_id=None if gift.kind == COUPON_GIVEN else gift.award or None,
        coupon_id=gift.award if gift.kind == COUPON_GIVEN else None,
        reason=reason,
    )
