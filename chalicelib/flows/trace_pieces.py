"""Where positions came from and where they went, read from the facts of a journal.

A position of a lot is given once, by one credit, and keeps its name for ever. So what paid a spend are the credits whose
intervals meet the intervals it took, and what became of an earning are the later facts whose intervals meet its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model import VOCABULARY
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.lots import meeting, spans_by_lot
from chalicelib.flows.account_views import numbered_bodies
from chalicelib.kit.facts import Fact
from chalicelib.table.journal import Entry

SPAN = 250  # how many entries a page looks through

Pieces = Sequence[Sequence[Any]]
PiecesOf = Callable[[Any, str], Pieces]


class Met(NamedTuple):
    """A fact of an entry by its number (0 where it has none), and how many of the positions asked for it is about."""

    number: int
    fact: Any
    amount: int


def met_in(entry: Entry, unit: str, wanted: Pieces, pieces_of: Mapping[type[Fact], PiecesOf]) -> Iterator[Met]:
    """The facts of these types, and of how many of the wanted positions each speaks; also of none."""
    spans = spans_by_lot(wanted)
    for number, body in numbered_bodies(entry):
        cls = VOCABULARY.classes.get(body["type"])
        if cls is not None and cls in pieces_of:
            fact = VOCABULARY.decode(body)
            yield Met(number, fact, meeting(spans, pieces_of[cls](fact, unit)))


def given_by(fact: Any) -> tuple[str, Pieces] | None:
    """The unit that a credit is in, and the positions it gave; None for what is no credit."""
    pieces_of = GIVEN.get(type(fact))
    unit = fact.into if isinstance(fact, f.PointsConverted) else getattr(fact, "unit", "")
    pieces = () if pieces_of is None else pieces_of(fact, unit)
    return (unit, pieces) if pieces else None


def _one(fact: Any, unit: str) -> Pieces:
    return (fact.piece,) if fact.unit == unit else ()


def _fresh(fact: Any, unit: str) -> Pieces:
    return () if fact.fresh is None or fact.unit != unit else (fact.fresh,)


def _gained(fact: Any, unit: str) -> Pieces:
    return (fact.piece,) if fact.into == unit else ()


def _touched(fact: Any, unit: str) -> Pieces:
    return fact.pieces if fact.unit == unit else ()


GIVEN: Mapping[type[Fact], PiecesOf] = {
    f.PointsEarned: _one,
    f.PointsPromised: _one,
    f.PointsGranted: _one,
    f.PointsReceived: _touched,
    f.PointsRefunded: _fresh,
    f.PointsConverted: _gained,
}
CAME_OR_WENT: Mapping[type[Fact], int] = {  # what it does to how much of an earning is there
    f.PointsActivated: 1,
    f.PointsRefunded: 1,
    f.PointsReleased: 1,
    f.PointsSpent: -1,
    f.PointsDeducted: -1,
    f.PointsCancelled: -1,
    f.PointsSent: -1,
    f.PointsConverted: -1,
    f.PointsHeld: -1,
    f.DebtSettled: -1,
    f.PointsExpired: -1,
    f.PointsCaptured: 0,  # it was held before
    f.PromiseCancelled: 0,  # it was pending
}
TOUCHED: Mapping[type[Fact], PiecesOf] = dict.fromkeys(CAME_OR_WENT, _touched)
