"""What is said of something that has been undone before: undoing is done once, and something may have stayed.

A mark says that it was undone, not how much was there to take then: so it is told by what the account has of it now. What
was not taken then was used, held, or beyond the limit below zero; where some of it is there now, it came back since. It may
have been taken of other points, by returns of its sale, which its order knows, or by an undoing that took all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from chalicelib.areas.accounts.model import Account, Piece, Story, due_of, held_of, left_of
from chalicelib.areas.accounts.model import facts as f
from chalicelib.errors import Refused
from chalicelib.flows.terms import Terms
from chalicelib.flows.undo_commit import Named
from chalicelib.kit.amounts import plain
from chalicelib.kit.facts import Fact

_GIVEN_BACK = "All of it has been given back before."
_SAID: Mapping[type[Fact], str] = {
    f.PointsSpent: _GIVEN_BACK,
    f.PointsCaptured: _GIVEN_BACK,
    f.PointsDeducted: _GIVEN_BACK,
    f.PointsHeld: "This hold has been undone before: what it still had then was released.",
    f.PointsConverted: "This conversion has been undone before, and that is done once: what had been used by then of what it "
    "gave stays converted.",
}


def refuse_again(story: Story, terms: Terms, named: Named) -> NoReturn:
    """Refuses `already_undone`."""
    said = _SAID.get(type(named.fact)) or _of_a_credit(story.account, terms, named)
    raise Refused("already_undone", said, param="entry_id")


def _of_a_credit(account: Account, terms: Terms, named: Named) -> str:
    unit, piece = named.fact.unit, Piece(*named.fact.piece)
    decimals = terms.program.unit(unit).decimals
    left, held = left_of(account, unit, piece), held_of(account, unit, (piece,))
    due = max(0, min(left, due_of(account, unit, (piece,), named.asked_back)))
    there = [f"{plain(due, decimals)} of it have come back since: {_advice(account, terms, named)}"] if due else []
    if left > due:
        there.append(
            f"{plain(left - due, decimals)} of it have come back since and stay: as much has been asked back before"
        )
    there += [f"{plain(held, decimals)} of it are on hold"] if held else []
    if not there:
        there = ["whatever had been used by then, or could not be taken, stayed"]
    return f"It has been undone before, and that is done once; {', and '.join(there)}."


def _advice(account: Account, terms: Terms, named: Named) -> str:
    """An order counts what was asked back of it, wherever it was taken. What nobody has bought, only the journal knows."""
    if named.sold is None and terms.conduct(named.fact.unit, account.advanced_to).used == "whole":
        return "deduct only what was not taken of other points then"
    return "deduct them if they are owed"
