"""Points that are set apart: held until somebody decides, promised until an instant or an event comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import Hold, Pending, first_pieces, last_pieces, pieces_sum
from chalicelib.areas.accounts.model.decisions.story import (
    UNKNOWN,
    Cause,
    Conduct,
    Story,
    as_lots_stand,
    expire_homeless,
    front,
    must_be_positive,
    must_be_tellable,
    must_be_there,
    settle_debt,
)
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.limits import MAX_HOLDS
from chalicelib.areas.accounts.model.lots import Piece, Span, meeting, spans_by_lot
from chalicelib.areas.accounts.model.state import Account
from chalicelib.errors import InvalidInput, NotFound, Refused
from chalicelib.kit.amounts import plain
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day

Undoes = tuple[int, int] | None


class Lifetime(NamedTuple):
    """A last usable day and the instant after it; None for ever."""

    expires_on: Day | None = None
    expires_at: Instant | None = None


def hold(
    story: Story, unit: str, amount: int, conduct: Conduct, *, lapses_at: Instant | None = None, by: str = ""
) -> Story:
    """Set aside what is there, never below zero. Refuses `insufficient_balance`, `too_many_holds`, `too_many_pieces`,
    `lapses_in_past`."""
    must_be_positive(amount)
    account, wallet = story.account, story.account.wallet(unit)
    if lapses_at is not None and lapses_at <= account.advanced_to:
        raise InvalidInput("lapses_in_past", "A hold must lapse in the future.", param="lapses_at")
    must_be_there(wallet, amount, conduct)
    if len(account.holds) >= MAX_HOLDS:
        raise Refused("too_many_holds", f"An account has at most {MAX_HOLDS} holds at a time.")
    pieces = front(wallet, amount, conduct)
    must_be_tellable(pieces)
    held = f.PointsHeld(account.next_hold, unit, amount, pieces, wallet.available - amount, lapses_at, by)
    return story.then(held)


def capture(story: Story, number: int, amount: int | None, conduct: Conduct, *, keep_rest: bool = False) -> Story:
    """Spend what is held, or its first `amount`; the rest is released unless it is to stay held.

    NotFound `hold_not_found`. Refuses `hold_closed`, `more_than_held`.
    """
    known = open_hold(story.account, number)
    wanted = _part_of(known, amount, conduct)
    pieces = first_pieces(known.pieces, wanted)
    balance = story.account.wallet(known.unit).available
    story = story.then(f.PointsCaptured(number, known.unit, wanted, pieces, balance, known.by))
    rest = story.account.hold(number)
    return story if rest is None or keep_rest else released(story, rest, rest.amount)


def release(story: Story, number: int, amount: int | None, conduct: Conduct, *, undoes: Undoes = None) -> Story:
    """Let what is held be used again, or its last `amount`. Refuses as capture does."""
    known = open_hold(story.account, number)
    return released(story, known, _part_of(known, amount, conduct), undoes=undoes)


def open_hold(account: Account, number: int) -> Hold:
    known = account.hold(number)
    if known is not None:
        return known
    if 0 < number < account.next_hold:
        text = f"Hold {number} is over: captured, released or lapsed. What was captured is given back as a spend."
        raise Refused("hold_closed", text, param="hold_id")
    raise NotFound("hold_not_found", f"There is no hold {number}.", param="hold_id")


def released(
    story: Story, known: Hold, amount: int, *, lapsed_at: Instant | None = None, undoes: Undoes = None
) -> Story:
    lapsed = lapsed_at is not None
    at = story.account.advanced_to if lapsed_at is None else lapsed_at
    pieces = as_lots_stand(story.account.wallet(known.unit), last_pieces(known.pieces, amount), at)
    balance = story.account.wallet(known.unit).available + amount
    story = story.then(f.PointsReleased(known.number, known.unit, amount, pieces, balance, lapsed, undoes, lapsed_at))
    return settle_debt(expire_homeless(story, known.unit, pieces, at), known.unit)


def activated(
    story: Story,
    promise: Pending,
    spans: tuple[Span, ...] | None = None,
    lasts: Lifetime | None = None,
    *,
    at: Instant | None = None,
) -> Story:
    """A promise comes true, or these positions of it; `lasts` where their last day is decided only now, and with it that of
    what is still pending of the promise. `at` is when, where that is later than the account has come."""
    wallet = story.account.wallet(promise.unit)
    now = story.account.advanced_to if at is None else at
    pieces = as_lots_stand(wallet, promise._replace(spans=promise.spans if spans is None else spans).pieces, now)
    amount = pieces_sum(pieces)
    balance = wallet.available + amount
    story = story.then(
        f.PointsActivated(promise.unit, amount, pieces, balance, *(lasts or Lifetime()), promise.day, at)
    )
    if lasts is not None:
        pieces = tuple((lot, start, end, lasts.expires_on) for lot, start, end, _ in pieces)
    return settle_debt(expire_homeless(story, promise.unit, pieces, now), promise.unit)


def cancel_promise(story: Story, unit: str, earning: Piece, due: int, cause: Cause = UNKNOWN) -> tuple[Story, int]:
    """Take back the last `due` of what is still pending of an earning; also how much that was."""
    pieces = last_pieces(pending_of(story.account, unit, earning), due)
    amount = pieces_sum(pieces)
    if not amount:
        return story, 0
    left = story.account.wallet(unit).pending - amount
    told = f.PromiseCancelled(unit, amount, pieces, left, cause.rule, cause.order, cause.undoes, cause.period)
    return story.then(told), amount


def pending_of(account: Account, unit: str, earning: Piece) -> tuple[Taken, ...]:
    """What of an earning is still pending."""
    return tuple(
        (earning.lot, max(start, earning.start), min(end, earning.end), promise.expires_on)
        for promise in account.pendings
        if promise.unit == unit and promise.lot == earning.lot
        for start, end in promise.spans
        if start < earning.end and end > earning.start
    )


def held_of(account: Account, unit: str, pieces: Iterable[Sequence[Any]]) -> int:
    """How much of what was credited is on hold."""
    spans = spans_by_lot(pieces)
    return sum(meeting(spans, one.pieces) for one in account.holds if one.unit == unit)


def _part_of(known: Hold, amount: int | None, conduct: Conduct) -> int:
    if amount is None:
        return known.amount
    must_be_positive(amount)
    if amount > known.amount:
        held, wanted = plain(known.amount, conduct.decimals), plain(amount, conduct.decimals)
        raise Refused("more_than_held", f"{held} are held and {wanted} are wanted.", param="amount")
    return amount
