"""A transfer that is undone: what the receiver gives back, and where it goes at the sender."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import last_pieces, pieces_sum
from chalicelib.areas.accounts.model.decisions.apart import Undoes
from chalicelib.areas.accounts.model.decisions.credits import Credit
from chalicelib.areas.accounts.model.decisions.story import Conduct, Story
from chalicelib.areas.accounts.model.decisions.undo import refund, take_back
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.lots import Piece, length, remaining, spans_by_lot

REASON = "transfer_undone"


def give_up_received(
    story: Story, received: f.PointsReceived, conduct: Conduct, undoes: Undoes
) -> tuple[Story, f.PointsDeducted]:
    """The receiver's side: what is left of it, all of it, or not at all, as the policy says of what was used.

    Refuses as `take_back`.
    """
    pieces = tuple(Piece(*brought[:3]) for brought in received.pieces)
    after = take_back(story, received.unit, pieces, conduct, REASON, undoes)
    taken = after.facts[-1]
    assert isinstance(taken, f.PointsDeducted)  # noqa: S101 - the one fact that taking back ends with
    return after, taken


def take_sent_back(
    story: Story,
    sent: f.PointsSent,
    received: f.PointsReceived,
    taken: f.PointsDeducted,
    fresh: Credit,
    conduct: Conduct,
    undoes: Undoes,
) -> Story:
    """The sender's side: as much as the receiver gave up, each part into the lot that it had left."""
    return refund(story, sent.unit, _coming_back(sent, received, taken), fresh, conduct=conduct, undoes=undoes)


def _coming_back(sent: f.PointsSent, received: f.PointsReceived, taken: f.PointsDeducted) -> tuple[Taken, ...]:
    """Of every part so many of the positions it took, the last first, as the receiver still had of it; then as many of the
    others as the receiver gave up besides."""
    if taken.amount == sent.amount:
        return sent.pieces
    back: list[Taken] = []
    lots = dict.fromkeys(piece[0] for piece in sent.pieces)  # a part each, as they were sent
    for lot, brought in zip(lots, received.pieces, strict=True):
        left = _within(taken.pieces, brought)
        back += last_pieces([piece for piece in sent.pieces if piece[0] == lot], left)
    return (*back, *last_pieces(_others(sent.pieces, back), taken.amount - pieces_sum(back)))


def _others(pieces: Iterable[Taken], back: Sequence[Taken]) -> list[Taken]:
    spans = spans_by_lot(back)
    return [
        (lot, *span, day) for lot, start, end, day in pieces for span in remaining(((start, end),), spans.get(lot, ()))
    ]


def _within(pieces: Iterable[Taken], brought: Sequence[int | None]) -> int:
    """How many of these positions belong to what was brought."""
    lot, start, end = brought[:3]
    assert start is not None  # noqa: S101
    assert end is not None  # noqa: S101
    own = [(piece[1], piece[2]) for piece in pieces if piece[0] == lot]
    return end - start - length(remaining(((start, end),), own))
