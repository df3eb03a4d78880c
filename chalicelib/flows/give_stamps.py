"""Stamp a member's card: stamps are points of its unit. Who has no card begins one; one that redeems itself does, once full.

reads and writes    as flows/award_turn says; a card that gives something when it is full writes that award, too
"""

from __future__ import annotations

from chalicelib.areas.accounts.model.facts import PerkRedeemed
from chalicelib.areas.perks.model import Award, Perk, StampCard, Till, latest
from chalicelib.errors import Refused
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    facts_of,
    id_of,
    standing_of,
)
from chalicelib.flows.award_decisions import earned, held, redeemed
from chalicelib.flows.award_turn import AwardState, Desk, OfMember, Turn, award_of, change_awards, told_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Stamped(Frozen):
    """`stamps` are on the card now, of `needed`. `redemption_id` and `gave` where it was full and redeemed itself."""

    award: AwardState
    stamps: int
    needed: int
    earning: Earning | None
    capped: tuple[Capped, ...]
    redemption_id: str | None
    gave: str | None
    expired: tuple[Expired, ...]
    account: Standing


def give_stamps(
    rt: Runtime,
    caller: Caller,
    command: Command,
    member_id: str,
    perk_id: str,
    amount: int = 1,
    till: Till | None = None,
    program_id: int = 1,
) -> Committed[Stamped]:
    """At most a card's worth at a time. Refuses `not_a_stamp_card`, `number_too_large`, `perk_not_active`, `card_finished`,
    `too_many_awards`, `member_blocked`, `group_blocked`, `balance_limit`, `too_many_lots`, `too_many_pending`; NotFound: member,
    program, perk."""
    where = till or Till()

    def decide(turn: Turn, desk: Desk) -> Turn:
        perk = desk.perk(perk_id)
        if not isinstance(perk.what, StampCard):
            raise Refused("not_a_stamp_card", f"{perk.name} is no stamp card.", param="perk_id")
        if amount > perk.what.stamps:
            text = f"A card of {perk.name} has {perk.what.stamps} stamps: give no more at a time."
            raise Refused("number_too_large", text, param="amount")
        return stamped(turn, desk, perk, perk.what, amount, where)

    of = OfMember(member_id, program_id, might_spend=True, place=where.place)
    return change_awards(rt, caller, command, "give_stamps", of, decide, _answer)


def stamped(turn: Turn, desk: Desk, perk: Perk, card: StampCard, amount: int, till: Till) -> Turn:
    """The seam for whatever gives stamps, as a rule may within a purchase: `opened` was asked whether they may spend."""
    perk.must_be_on(desk.terms.day(desk.at))
    turn, award = _card(turn, desk, perk)
    turn = earned(turn, desk, card.unit, amount).about(award.award_id)
    if (
        perk.method == "auto"
        and desk.opened.may_spend
        and turn.story.account.wallet(card.unit).available >= card.stamps
    ):
        turn = _redeeming_itself(turn, desk, perk, award, till)
    stamps = turn.story.account.wallet(card.unit).available
    return turn.about(turn.main, stamps=stamps, needed=card.stamps)


def _redeeming_itself(turn: Turn, desk: Desk, perk: Perk, award: Award, till: Till) -> Turn:
    """A card that cannot be redeemed here and now stays full: nobody is refused a stamp for that. Nor does one whose stamps are
    a group's redeem itself for whom the group does not let spend."""
    try:
        return redeemed(turn, desk, perk, award, till, None)
    except Refused:
        return turn


def _card(turn: Turn, desk: Desk, perk: Perk) -> tuple[Turn, Award]:
    """The one they have, or a new one; but no second one where it does not start anew."""
    known = latest(turn.awards, perk.perk_id)
    if known is not None and known.state == "redeemed":
        raise Refused("card_finished", f"{perk.name} is finished, and does not start anew.", param="perk_id")
    is_over = known is not None and known.state != "active"
    turn, award = held(turn, desk, perk, None if is_over else known, source="stamps")
    return turn, award


def _answer(entry: Entry) -> Stamped:
    used, told = next(iter(facts_of(entry, PerkRedeemed)), None), told_of(entry)
    return Stamped(
        award=award_of(entry),
        stamps=told["stamps"],
        needed=told["needed"],
        earning=next(iter(earnings_of(entry)), None),
        capped=capped_of(entry),
        redemption_id=None if used is None else id_of(entry),
        gave=None if used is None else used.gave or None,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
