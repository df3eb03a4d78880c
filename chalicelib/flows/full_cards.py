"""Stamp cards that rules fill by points in the card's own unit, as `fixed` or `per_product` give them: they redeem themselves as
with the effect `stamps`, and with what comes back of an order they are as they were.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import StampCard
from chalicelib.areas.rules.model.effects import GiveStamps
from chalicelib.areas.rules.outcome import Follow
from chalicelib.flows.terms import Terms


def full_cards(terms: Terms, story: Story, credited: Iterable[Credited]) -> tuple[Follow, ...]:
    """What follows from credits: no stamp more, for these are there, but a card that is full is redeemed by the rule that filled it."""
    by_unit = perks.cards_by_unit(terms.config, terms.program.program_id)
    if not by_unit:
        return ()
    found = {
        (credit.rule, perk.perk_id): Follow(credit.rule, GiveStamps(kind="stamps", perk=perk.perk_id))
        for credit in credited
        for perk in by_unit.get(credit.unit, ())
        if isinstance(perk.what, StampCard) and story.account.wallet(credit.unit).available >= perk.what.stamps
    }
    return tuple(found.values())
