"""Undoing, each by its kind and never beyond itself: earnings, grants, and what went out."""

from __future__ import annotations

from random import Random
from typing import Any

from chalicelib.areas.accounts.model import Cause, Piece, Story, cancel_whole, refund, take_back
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import but_last, last_pieces, pieces_sum
from chalicelib.errors import Refused
from chalicelib.flows.expire_earning import expire_earning
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.ids import EntryRef, entry_id
from tests.simulation.commits import PROGRAM, undoing
from tests.simulation.tally import Deed
from tests.simulation.world import World

BY_HAND = (f.PointsEarned, f.PointsPromised)
WENT = (f.PointsSpent, f.PointsCaptured, f.PointsDeducted)


def cancel_earning(world: World, dice: Random) -> str:
    """One by hand: what an order gave is its returns' to take."""
    member, deed = _a_deed(world, dice, BY_HAND)

    def decide(story: Story, terms: Terms, at: Instant, undone: int) -> tuple[Story, int]:
        _must_be_whole(undone)
        cause = Cause(day=deed.fact.counts_on, undoes=deed.key)
        conduct = terms.conduct(deed.fact.unit, at)
        after = cancel_whole(story, deed.fact.unit, Piece(*deed.fact.piece), conduct, cause)
        return after, _undone_by(after, len(story.facts))

    world.ask(dice, undoing(member, deed, decide))
    return f"{member}'s {deed.fact} was cancelled"


def take_back_grant(world: World, dice: Random) -> str:
    """Granted, or gained by conversion."""
    member, deed = _a_deed(world, dice, (f.PointsGranted,))

    def decide(story: Story, terms: Terms, at: Instant, undone: int) -> tuple[Story, int]:
        _must_be_whole(undone)
        conduct = terms.conduct(deed.fact.unit, at)
        after = take_back(story, deed.fact.unit, (Piece(*deed.fact.piece),), conduct, "mistake", deed.key)
        return after, _undone_by(after, len(story.facts))

    world.ask(dice, undoing(member, deed, decide))
    return f"{member}'s {deed.fact} was taken back"


def refund_some(world: World, dice: Random) -> str:
    """Whole or in part, from its end; what had been taken below zero comes last."""
    member, deed = _a_deed(world, dice, WENT)
    part = dice.choice((1, max(1, deed.amount // 2), deed.amount, deed.amount))

    def decide(story: Story, terms: Terms, at: Instant, undone: int) -> tuple[Story, int]:
        amount = min(part, deed.amount - undone)
        if amount < 1:
            raise Refused("already_undone", "All of it was given back.")
        rest = but_last(deed.fact.pieces, undone)
        pieces = last_pieces(rest, amount)
        after = refund(
            story,
            deed.fact.unit,
            pieces,
            terms.credit(deed.fact.unit, 1, at),
            conduct=terms.conduct(deed.fact.unit, at),
            beside=amount - pieces_sum(pieces),
            undoes=deed.key,
        )
        return after, amount

    world.ask(dice, undoing(member, deed, decide))
    return f"up to {part} of {member}'s {deed.fact} were given back"


def let_expire(world: World, dice: Random) -> str:
    member, deed = _a_deed(world, dice, (*BY_HAND, f.PointsGranted))
    earning = entry_id(EntryRef(member, PROGRAM, *deed.key))
    world.ask(dice, lambda shop, command: expire_earning(shop.rt, shop.caller, command, member, earning))
    return f"what was left of {member}'s {deed.fact} expired"


def _a_deed(world: World, dice: Random, kinds: tuple[type[Fact], ...]) -> tuple[str, Deed]:
    """One of the last of these kinds; now and then one that was undone before."""
    again = dice.random() < 0.1
    deeds = [
        (member, deed)
        for member in world.members
        for deed in list(world.journals[member].deeds.values())[-40:]
        if isinstance(deed.fact, kinds) and not getattr(deed.fact, "order", "") and not _is_undoing(deed.fact)
        if again or deed.left
    ]
    if not deeds:
        raise Refused("nothing_there", "There is nothing of that kind.")
    return dice.choice(deeds)


def _is_undoing(fact: Any) -> bool:
    return getattr(fact, "undoes", None) is not None


def _must_be_whole(undone: int) -> None:
    if undone:
        raise Refused("already_undone", "It was undone before.")


def _undone_by(story: Story, told: int) -> int:
    """How much the facts told from there on undo; an undoing that takes nothing is none."""
    undoing: list[Any] = [fact for fact in story.facts[told:] if _is_undoing(fact)]
    amount = sum(fact.amount + getattr(fact, "short", 0) for fact in undoing)
    if not amount:
        raise Refused("nothing_left", "Nothing is left of it.")
    return int(amount)
