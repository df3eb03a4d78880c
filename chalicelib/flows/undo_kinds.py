"""How each kind of fact is undone: one table. Whoever adds a kind that can be undone adds its row.

kind                             undone by
points.earned, points.promised   cancelling what is left of it, all of it or nothing, as `cancel_used` says; of a purchase's
                                 what its returns have not asked back
points.spent, points.captured    giving back what has not been given back
points.held                      releasing what is still held
points.granted                   deducting it again, as `cancel_used` says
points.deducted                  giving it back, unless it undid something itself
points.converted                 deducting what was gained, as `cancel_used` says, and giving back in proportion

points.sent and points.received have no row: a transfer comes back from both sides at once, so it is undone as a transfer,
by a flow that opens both accounts (undo_entry hands it over). Cancellations, refunds and expiries are not undone: what
can be done instead is told by undo_instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.areas.accounts.model import Cause, Piece, Story, cancel_whole, refund, release, take_back
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import but_last, last_pieces
from chalicelib.errors import Refused
from chalicelib.flows.account_views import facts_of, id_of
from chalicelib.flows.past_points import without_earning, without_spent
from chalicelib.flows.terms import Terms, Wait
from chalicelib.flows.undo_commit import Named, Undoing
from chalicelib.flows.undone_before import refuse_again
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Body, Fact
from chalicelib.table.journal import Entry

REASON = "undo"  # of what is deducted again
UNDOES_ALL = frozenset(
    ("undo_entry", "cancel_earning")
)  # leave nothing to undo, whatever was there: but for a conversion

Undo = Callable[[Story, Terms, Named, Instant], Story]


def is_undone_by_kind(body: Body) -> bool:
    """Whether such a fact can be undone at all; what undoes another cannot."""
    return body["type"] in _TYPES and body.get("undoes") is None


def undone(terms: Terms, named: Named, at: Instant) -> Undoing:
    """What is not undone yet of the fact, undone by its kind. Refuses `already_undone`, which is so for good, by what the
    account has of it now; then what the kind refuses."""
    if named.is_done:
        return Undoing(named, 0, lambda story: refuse_again(story, terms, named))
    undo = KINDS[type(named.fact)]
    return Undoing(named, named.rest, lambda story: undo(story, terms, named, at))


def given_back(story: Story, terms: Terms, named: Named, amount: int, at: Instant) -> Story:
    """So much of what went out, what was taken last first: what went below zero, then positions from their end."""
    fact = named.fact
    owed = getattr(fact, "owed", 0)
    beside = min(amount, max(0, owed - named.undone))
    there = but_last(fact.pieces, max(0, named.undone - owed))
    after = refund(
        story,
        fact.unit,
        last_pieces(there, amount - beside),
        terms.credit(fact.unit, amount, at, Wait()),
        conduct=terms.conduct(fact.unit, at),
        beside=beside,
        undoes=named.place,
    )
    if not isinstance(fact, f.PointsSpent | f.PointsCaptured):
        return after
    told = facts_of(named.entry, f.PastCounted)
    return without_spent(after, told, fact.unit, amount, whole=amount == named.rest)


def must_not_be_of_an_order(entry: Entry) -> None:
    """A purchase is not undone; what it earned is, by the id of the earning."""
    for sale in facts_of(entry, f.OrderRecorded):
        text = f"It is an order: record a return of it, POST /v1/orders/{sale.order}/returns, or name what it earned."
        raise Refused("undo_by_return", text, param="entry_id")


def must_not_be_of_a_reward(entry: Entry, param: str) -> None:
    """What a reward cost comes back with the whole redemption, its stock, limits and codes."""
    if any(body["type"] == f.RewardRedeemed.type for body in entry.facts):
        path = f"/redemptions/{id_of(entry)}/refund"
        raise Refused("undo_by_refund", f"It was spent on a reward: refund the redemption, POST {path}.", param=param)


def _cancelled(story: Story, terms: Terms, named: Named, at: Instant) -> Story:
    fact = named.fact
    cause = Cause(fact.rule, fact.order, fact.counts_on, named.place, fact.period)
    conduct = terms.conduct(fact.unit, at)
    after = cancel_whole(story, fact.unit, Piece(*fact.piece), conduct, cause, asked_before=named.asked_back)
    return without_earning(story, after, facts_of(named.entry, f.PastCounted), fact)


def _taken_back(story: Story, terms: Terms, named: Named, at: Instant) -> Story:
    fact = named.fact
    return take_back(story, fact.unit, (Piece(*fact.piece),), terms.conduct(fact.unit, at), REASON, named.place)


def _all_given_back(story: Story, terms: Terms, named: Named, at: Instant) -> Story:
    return given_back(story, terms, named, named.rest, at)


def _released(story: Story, terms: Terms, named: Named, at: Instant) -> Story:
    return release(story, named.fact.hold, None, terms.conduct(named.fact.unit, at), undoes=named.place)


def _turned_back(story: Story, terms: Terms, named: Named, at: Instant) -> Story:
    """Who has used a part of what was gained gets back the share of the rest, down to whole ones."""
    fact: f.PointsConverted = named.fact
    gained = (Piece(*fact.piece),)
    story = take_back(story, fact.into, gained, terms.conduct(fact.into, at), REASON, named.place)
    taken: Any = story.facts[-1]
    share = fact.amount * int(taken.amount) // fact.gained
    if not share:
        raise Refused("nothing_left", "What is left of what was gained comes to nothing.", param="entry_id")
    return given_back(story, terms, named, share, at)


KINDS: Mapping[type[Fact], Undo] = {
    f.PointsEarned: _cancelled,
    f.PointsPromised: _cancelled,
    f.PointsSpent: _all_given_back,
    f.PointsCaptured: _all_given_back,
    f.PointsHeld: _released,
    f.PointsGranted: _taken_back,
    f.PointsDeducted: _all_given_back,
    f.PointsConverted: _turned_back,
}
_TYPES = frozenset(kind.type for kind in KINDS)
