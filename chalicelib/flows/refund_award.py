"""Give a redemption back: a use of the award, what was spent for it, and what a full card gave, if nobody used that yet.

reads    1 BatchGet of profile, account and the redemption's entry, 1 BatchGet of the award and of what it gave
writes   account (version), entry (absent), the awards (version), the redemption's entry where points come back: 8 units, + 2 for what it
         gave, + 2 with an Idempotency-Key
may      who may change perks, also for a blocked member
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.decisions.story import must_be_positive
from chalicelib.areas.accounts.model.facts import PerkRefunded, PerkRevoked
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Award, Redemption
from chalicelib.areas.perks.model.award import award_used, named_award, no_award
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, standing_of
from chalicelib.flows.award_turn import AwardState, Turn, award_of, told_of
from chalicelib.flows.opened import Opened
from chalicelib.flows.redemptions_told import Told, redemptions_of
from chalicelib.flows.terms import Terms, settle_tier, terms_of
from chalicelib.flows.undo_commit import Named, Wanted, open_entry
from chalicelib.flows.undo_kinds import given_back
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import EntryRef, entry_id
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed, Plan, commit
from chalicelib.table.guards import recall_guarded
from chalicelib.table.journal import Entry, undone_put

PARAM = "redemption_id"


class RefundedAward(Frozen):
    """`points` came back; the award can be used once more where the redemption was given back as a whole."""

    redemption_id: str
    award: AwardState
    points: int
    whole: bool
    expired: tuple[Expired, ...]
    account: Standing


@dataclass(frozen=True, slots=True)
class _Used:
    """The redemption as its entry tells it, with the award that it used and the one it gave."""

    entry: Entry
    told: Told
    redemption: Redemption
    award: Award
    gave: Award | None


def refund_award(
    rt: Runtime,
    caller: Caller,
    command: Command,
    member_id: str,
    award_id: str,
    redemption_id: str,
    amount: int | None = None,
) -> Committed[RefundedAward]:
    """All that is left of it where no amount of points is named. Refuses `already_refunded`, `reward_used`, `whole_card_only`, `number_too_small`,
    `refunded_more_than_spent`, `award_revoked`, `balance_limit`, `too_many_lots`; NotFound: member, `redemption_not_found`."""
    what = Wanted(member_id, redemption_id, PARAM)

    def plan() -> Plan:
        opened, old = _opened(rt, caller, what)
        terms = terms_of(rt, caller.tenant, what.ref.program)
        header = header_for(rt, caller, command, "refund_award", terms)
        at = header.effective_at
        used = _used(rt, caller.tenant, what, old, (member_id, award_id))
        story = terms.advance(Story(opened.account), at)
        awards = {one.award_id: one for one in (used.award, used.gave) if one is not None}
        turn, number, back = _given_back(Turn(story, awards, opened.head.version + 1), terms, used, amount, at)
        settled = settle_tier(turn.story, terms)
        entry = account_entry(caller.tenant, settled, opened.head, header, told=turn.answered)
        marks = (undone_put(old, number, back),) if back else ()
        also = (*turn.writes(caller.tenant, member_id, what.ref.program), *marks)
        return account_plan(caller, command, settled, opened.head, entry, also)

    return commit(rt, command, plan, _answer, lambda: recall_guarded(rt.table, caller.tenant, command))


def _opened(rt: Runtime, caller: Caller, what: Wanted) -> tuple[Opened, Entry]:
    try:
        return open_entry(rt, caller.tenant, what)
    except NotFound as missing:
        if missing.code == "entry_not_found":
            raise _no_redemption(what.text) from missing
        raise


def _used(rt: Runtime, tenant: str, what: Wanted, old: Entry, of: tuple[str, str]) -> _Used:
    """1 BatchGet. NotFound: `award_not_found`, `redemption_not_found`. Refuses `already_refunded`."""
    member_id, award_id = of
    perk_id, number = named_award(award_id)
    all_told = redemptions_of(old, member_id, award_id)
    place = next((at for at, one in enumerate(all_told) if one.number == what.ref.fact), None)
    if place is None:
        raise _no_redemption(what.text)
    told = all_told[place]
    wanted = [Award(perk_id, number), *([Award(*named_award(told.fact.gave))] if told.fact.gave else [])]
    keys = [perks.award_key(tenant, member_id, what.ref.program, one) for one in wanted]
    found = rt.table.batch_get(keys)
    known = [perks.award_from(found[key]) if key in found else None for key in keys]
    award = known[0]
    if award is None:
        raise no_award(award_id)
    redemption = award.redemption(old.sequence, what.ref.owner, place)
    return _Used(old, told, redemption, award, known[1] if len(known) > 1 else None)


def _given_back(turn: Turn, terms: Terms, used: _Used, amount: int | None, at: Instant) -> tuple[Turn, int, int]:
    """With the number of the spend in its entry, and how much more of it is undone: what an operator gave back of it by its
    own id is not given back twice."""
    award = used.award.at(turn.story.account.advanced_to)
    if award.state == "revoked":
        award.must_be_usable()
    points = used.redemption.points if amount is None else amount
    if amount is not None:
        must_be_positive(amount)
    if points > used.redemption.points:
        text = f"{used.redemption.points} points of it can still be given back, not {points}."
        raise Refused("refunded_more_than_spent", text, param="amount")
    if used.told.fact.gave and points < used.redemption.points:
        text = "The full card gave something: it is given back as a whole. Name no amount."
        raise Refused("whole_card_only", text, param="amount")
    turn = _without_gift(turn, used)
    turn, back = points_back(turn, terms, used.entry, used.told, points, at)
    fact = PerkRefunded(
        used.told.fact.member,
        award.perk,
        award.number,
        used.entry.sequence,
        back,
        whole=points == used.redemption.points,
    )
    turn = turn.put(award.refunded(used.redemption, points)).then(fact)
    return turn.about(award.award_id, redemption=used.told.number), used.told.paid, back


def points_back(turn: Turn, terms: Terms, entry: Entry, told: Told, most: int, at: Instant) -> tuple[Turn, int]:
    """With so many of the points that were spent for it, as far as nobody has given them back otherwise; and how many those are."""
    if told.spent is None:
        return turn, 0
    named = Named(entry, told.paid, told.spent)
    back = min(most, named.rest)
    return (replace(turn, story=given_back(turn.story, terms, named, back, at)) if back else turn), back


def _without_gift(turn: Turn, used: _Used) -> Turn:
    """What the full card gave goes with it, and nothing that the member was given otherwise. Refuses `reward_used`."""
    if not used.told.fact.gave:
        return turn
    gift, grant = used.gave, used.told.granted
    if gift is None or grant is None:
        raise award_used(used.told.fact.gave)
    if gift.state in ("expired", "revoked"):
        return turn
    rest = gift.without_grant(grant.uses, grant.until, used.redemption.ended)
    turn = turn.put(rest)
    if rest.state != "revoked":
        return turn
    return turn.then(PerkRevoked(used.told.fact.member, gift.perk, gift.number, "refunded"))


def _no_redemption(text: str) -> NotFound:
    return NotFound("redemption_not_found", f"This award has no redemption {text[:64]}.", param=PARAM)


def _answer(entry: Entry) -> RefundedAward:
    [fact] = facts_of(entry, PerkRefunded)
    owner = entry.stream.pk.rsplit("#", 1)[1]
    return RefundedAward(
        redemption_id=entry_id(EntryRef(owner, entry.stream.program, fact.entry, told_of(entry).get("redemption", 0))),
        award=award_of(entry),
        points=fact.points,
        whole=fact.whole,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
