"""Stamp a member's card: stamps are points of its unit. Who has no card begins one; one that redeems itself does so as often as
it is full, at most so often at a time (`MOST_AT_ONCE`): the rest goes with the next stamp.

reads and writes    as flows/award_turn says; a card that gives something when it is full writes that award, too
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.areas.perks.model import Award, Perk, StampCard, Till, latest
from chalicelib.areas.perks.model.award import MAX_REFUNDABLE
from chalicelib.errors import Refused
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    id_of,
    standing_of,
)
from chalicelib.flows.award_decisions import earned, held, redeemed
from chalicelib.flows.award_turn import AwardState, Desk, OfMember, Turn, award_of, change_awards, told_of
from chalicelib.flows.redemptions_told import redemptions_of
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry

MOST_AT_ONCE = MAX_REFUNDABLE // 2  # of one card: each may be given back, and so may those of the time before


class Stamps(NamedTuple):
    """So many, of which so many for each line that they are for, by its number."""

    amount: int
    lines: tuple[tuple[int, int], ...] = ()


class CardRedeemed(Frozen):
    """One full card."""

    redemption_id: str
    gave: str | None


class Stamped(Frozen):
    """`stamps` are on the card now, of `needed`. Where it was full and redeemed itself, `redemptions` times: of the first one
    `redemption_id` and what it `gave`; all of them are `redeemed`."""

    award: AwardState
    stamps: int
    needed: int
    earning: Earning | None
    capped: tuple[Capped, ...]
    redemption_id: str | None
    gave: str | None
    redeemed: tuple[CardRedeemed, ...]
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
    """At most so many at a time as a rule gives (kit/stamps). Refuses `not_a_stamp_card`, `perk_not_active`, `card_finished`,
    `too_many_awards`, `member_blocked`, `group_blocked`, `balance_limit`, `too_many_lots`, `too_many_pending`; NotFound: member,
    program, perk."""
    where = till or Till()

    def decide(turn: Turn, desk: Desk) -> Turn:
        perk = desk.perk(perk_id)
        if not isinstance(perk.what, StampCard):
            raise Refused("not_a_stamp_card", f"{perk.name} is no stamp card.", param="perk_id")
        return stamped(turn, desk, perk, perk.what, (Stamps(amount),), where)

    of = OfMember(member_id, program_id, might_spend=True, place=where.place)
    return change_awards(rt, caller, command, "give_stamps", of, decide, _answer)


def stamped(turn: Turn, desk: Desk, perk: Perk, card: StampCard, given: Sequence[Stamps], till: Till) -> Turn:
    """The seam for whatever gives stamps, as a rule may within a purchase: `opened` was asked whether they may spend."""
    perk.must_be_on(desk.terms.day(desk.at))
    turn, award = _card(turn, desk, perk)
    for stamps in given:
        turn = earned(turn, desk, card.unit, stamps.amount, stamps.lines)
    turn = _redeeming_itself(turn.about(award.award_id), desk, perk, card, till)
    return turn.about(
        turn.main, stamps=turn.story.account.wallet(card.unit).available, needed=card.stamps, member=desk.member_id
    )


def _redeeming_itself(turn: Turn, desk: Desk, perk: Perk, card: StampCard, till: Till) -> Turn:
    """A card that cannot be redeemed here and now stays full: nobody is refused a stamp for that. Nor does one whose stamps are
    a group's redeem itself for whom the group does not let spend."""
    if perk.method != "auto" or not desk.opened.may_spend:
        return turn
    name = turn.main
    most = 1 if card.gives is not None and desk.perk(card.gives).again == "replace" else MOST_AT_ONCE
    for _ in range(most):  # a prize that takes the place of the one before would make that one worth nothing
        if turn.story.account.wallet(card.unit).available < card.stamps:
            break
        try:
            turn = redeemed(turn, desk, perk, turn.awards[name], till, None)
        except Refused:
            break
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
    told, award = told_of(entry), award_of(entry)
    used = tuple(
        CardRedeemed(redemption_id=id_of(entry, one.number), gave=one.fact.gave or None)
        for one in redemptions_of(entry, told["member"], award.award_id)
    )
    return Stamped(
        award=award,
        stamps=told["stamps"],
        needed=told["needed"],
        earning=next(iter(earnings_of(entry)), None),
        capped=capped_of(entry),
        redemption_id=used[0].redemption_id if used else None,
        gave=used[0].gave if used else None,
        redeemed=used,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
