"""Stamps whose goods come back when a card has long redeemed itself with them, with another order: they are not there to be taken.
What is due of them is due of that redemption: it gives back so many stamps less, whoever takes it back, and when.

writes   each award (version): 2 units
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from chalicelib.areas.accounts.model import Account, Piece, asked_of, pending_of
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.orders.model.order import Due, Order
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model.award import Redemption
from chalicelib.areas.perks.model.perk import StampCard
from chalicelib.flows.award_turn import Turn
from chalicelib.flows.terms import Terms


def due_of_redemptions(turn: Turn, terms: Terms, order: Order, dues: Sequence[Due], recorded: int) -> Turn:
    """`recorded`: the sequence of the order's entry. Those since then go first, the oldest of them, for it took what lay there first."""
    cards = {
        perk.perk_id: perk.what.unit
        for perk in perks.perks(terms.config, order.program)
        if isinstance(perk.what, StampCard)
    }
    for unit, short in _short(turn.story.account, terms, order, dues).items():
        known = [
            (one, award.award_id)
            for award in turn.awards.values()
            if cards.get(award.perk) == unit
            for one in award.refundable
            if one.owner == order.owner
        ]
        known.sort(key=lambda it: (it[0].sequence < recorded, it[0].sequence, it[0].place, it[1]))
        turn = _less(turn, known, short)
    return turn


def _less(turn: Turn, redemptions: Sequence[tuple[Redemption, str]], short: int) -> Turn:
    for of, name in redemptions:
        if less := min(short, of.points):
            turn, short = turn.put(turn.awards[name].with_less_due(of, less)), short - less
    return turn


def _short(account: Account, terms: Terms, order: Order, dues: Sequence[Due]) -> Mapping[str, int]:
    """What is due and not there, by unit, of what its policy takes no further."""
    asked = Counter[str]()
    for credit, amount in dues:
        if amount and terms.conduct(credit.unit, order.sale.purchased_at).beyond == "clip":
            piece = Piece(*credit.piece)
            wanted = asked_of(account, credit.unit, piece, amount, credit.due)
            asked[credit.unit] += max(0, wanted - pieces_sum(pending_of(account, credit.unit, piece)))
    return {unit: short for unit, wanted in asked.items() if (short := wanted - account.wallet(unit).available) > 0}
