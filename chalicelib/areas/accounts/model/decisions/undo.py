"""Taking back: an earning is cancelled, what went out is refunded, a grant is deducted again."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.decisions.apart import Undoes, cancel_promise, held_of, pending_of
from chalicelib.areas.accounts.model.decisions.credits import Credit, must_fit, placed, settled_in
from chalicelib.areas.accounts.model.decisions.story import (
    PLAIN,
    UNKNOWN,
    Cause,
    Conduct,
    Story,
    as_lots_stand,
    expire_homeless,
    front,
    settle_debt,
)
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.lots import Piece, free_within, is_over, last_of, piece_sum
from chalicelib.areas.accounts.model.state import Account
from chalicelib.areas.accounts.model.wallet import Wallet, take
from chalicelib.errors import Refused
from chalicelib.kit.amounts import plain


def cancel(
    story: Story,
    unit: str,
    earning: Piece,
    due: int,
    conduct: Conduct = PLAIN,
    cause: Cause = UNKNOWN,
    *,
    asked_before: int = 0,
) -> Story:
    """Take back `due` of an earning: what of it is pending, then what is left of it, then as the unit's `beyond` says:
    from the rest of the wallet and no more (`clip`), below zero as far as the policy lets returns go (`negative`), or
    nothing that is not pending (`pending_only`). `short` says what could not be taken.

    What has expired is not taken elsewhere: when the earning's lot has passed, nothing is left to take, and what of it
    was let expire before that day, or called off before it came, is not asked of the rest: so much less is left to come
    back of it in all, of which the parts that were asked back before (`asked_before`) come first.
    """
    wanted = asked_of(story.account, unit, earning, due, asked_before)
    story, pending = cancel_promise(story, unit, earning, wanted, cause)
    if pending and pending == due:
        return story
    own, others, owed = _reached(story.account, unit, earning, wanted - pending, conduct)
    taken = pieces_sum(own) + pieces_sum(others) + owed
    return story.then(
        f.PointsCancelled(
            unit=unit,
            amount=taken,
            pieces=(*own, *others),
            balance=story.account.wallet(unit).available - taken,
            short=due - pending - taken,
            rule=cause.rule,
            order=cause.order,
            owed=owed,
            counts_on=cause.day,
            undoes=cause.undoes,
            period=cause.period,
        )
    )


def cancel_whole(
    story: Story, unit: str, earning: Piece, conduct: Conduct, cause: Cause, *, asked_before: int = 0
) -> Story:
    """Undo an earning, used as it may be, as the policy says: what is left of it, all of it as far as the balance may go
    below zero, or not at all. What returns of its sale have asked back (`asked_before`) is not asked for again.

    Refuses `nothing_left`, `points_on_hold`, `earning_partly_used`, `below_zero_limit`.
    """
    account = story.account
    due = due_of(account, unit, (earning,), asked_before)
    left = min(left_of(account, unit, earning), max(0, due))
    if asked_before and due <= 0:
        raise Refused("nothing_left", "Returns have asked back all of it that there was to take.", param="entry_id")
    _must_be_undoable(account, unit, (earning,), left, conduct, asked_before)
    if conduct.used == "whole":
        whole = earning.end - earning.start - asked_before
        beyond = replace(conduct, beyond="negative")
        after = cancel(story, unit, earning, whole, beyond, cause, asked_before=asked_before)
        return _having_taken(story, after, unit, (earning,), conduct)
    return cancel(story, unit, earning, left, replace(conduct, beyond="clip"), cause, asked_before=asked_before)


def take_back(
    story: Story, unit: str, pieces: tuple[Piece, ...], conduct: Conduct, reason: str, undoes: Undoes
) -> Story:
    """Deduct again what was granted, received or gained: what is left of it, all of it as far as the balance may go below
    zero, or not at all, by policy. Refuses as `cancel_whole`.

    What has expired is not taken elsewhere: all of it means all but what has passed.
    """
    wallet = story.account.wallet(unit)
    own = tuple(taken for piece in pieces for taken in _own(story.account, unit, piece, piece.end - piece.start))
    _must_be_undoable(story.account, unit, pieces, pieces_sum(own), conduct)
    others: tuple[Taken, ...] = ()
    owed = 0
    if conduct.used == "whole":
        rest = piece_sum(_not_passed(wallet, pieces)) - _lapsed(wallet, pieces) - pieces_sum(own)
        others, owed = _elsewhere(story.account, unit, own, rest, conduct)
    due = pieces_sum(own) + pieces_sum(others) + owed
    after = story.then(f.PointsDeducted(unit, due, (*own, *others), wallet.available - due, owed, reason, undoes))
    return _having_taken(story, after, unit, pieces, conduct)


def refund(
    story: Story,
    unit: str,
    pieces: tuple[Taken, ...],
    fresh: Credit,
    *,
    conduct: Conduct = PLAIN,
    beside: int = 0,
    undoes: Undoes = None,
) -> Story:
    """Give back what went out into the positions it took. What belongs to lots that have passed comes as a fresh credit
    on `fresh`'s terms, or expires at once, by policy; `beside` is what had been taken below zero, and always fresh."""
    wallet = story.account.wallet(unit)
    lots = {lot.number for lot in wallet.lots}
    kept = tuple(piece for piece in pieces if piece[0] in lots or not conduct.fresh_refunds)
    back = as_lots_stand(wallet, kept, story.account.advanced_to)
    amount = pieces_sum(pieces) + beside
    must_fit(wallet, amount)
    late = amount - pieces_sum(back)
    new, piece = replace(fresh, expires_on=None, expires_at=None), None
    if late:
        new, piece = placed(
            story.account, Credit(unit, late, fresh.expires_on, fresh.expires_at, slides=fresh.slides), conduct
        )
    refunded = f.PointsRefunded(
        unit, amount, back, wallet.available + amount, piece, new.expires_on, new.expires_at, undoes
    )
    story = expire_homeless(story.then(refunded), unit, back, story.account.advanced_to)
    return settle_debt(story, unit) if piece is None else settled_in(story, new, piece)


def expire_now(story: Story, unit: str, earning: Piece, undoes: Undoes = None, conduct: Conduct = PLAIN) -> Story:
    """Let what is left of an earning expire today. Refuses `still_pending`, `points_on_hold`, `nothing_left`."""
    own = _own(story.account, unit, earning, earning.end - earning.start)
    amount = pieces_sum(own)
    if not amount and pending_of(story.account, unit, earning):
        raise Refused("still_pending", "It cannot be used yet: cancel it instead.", param="entry_id")
    if not amount:
        raise _nothing_left(story.account, unit, (earning,), conduct)
    balance = story.account.wallet(unit).available - amount
    return story.then(f.PointsExpired(unit, amount, earning.lot, balance, own[0][3], own, undoes))


def asked_of(account: Account, unit: str, earning: Piece, due: int, asked_before: int) -> int:
    """What a cancellation of `due` asks for: what was let expire, or called off, is no part of it."""
    most = earning.end - earning.start - _lapsed(account.wallet(unit), (earning,))
    return max(0, min(asked_before + due, most) - min(asked_before, most))


def left_of(account: Account, unit: str, earning: Piece) -> int:
    """What of an earning is there, pending included."""
    own = _own(account, unit, earning, earning.end - earning.start)
    return pieces_sum(own) + pieces_sum(pending_of(account, unit, earning))


def due_of(account: Account, unit: str, pieces: tuple[Piece, ...], asked_before: int) -> int:
    """What of a credit could still be asked back: it was not before, nor let expire, nor called off. May be below zero."""
    return piece_sum(pieces) - _lapsed(account.wallet(unit), pieces) - asked_before


def _must_be_undoable(
    account: Account, unit: str, pieces: tuple[Piece, ...], left: int, conduct: Conduct, asked_before: int = 0
) -> None:
    """What was let expire, or called off before it came, is not used, and is not there to be taken back either; nor is what
    was asked back before."""
    wallet, amount = account.wallet(unit), piece_sum(pieces) - asked_before
    passed, due = not _not_passed(wallet, pieces), due_of(account, unit, pieces, asked_before)
    if conduct.used == "refuse" and left < due and not (passed and not left):
        held = _waiting(account, unit, pieces)
        if left + held >= due:
            raise _on_hold(held, conduct)
        text = f"Only {plain(left, conduct.decimals)} of {plain(amount, conduct.decimals)} are left of it"
        more = f", and {plain(held, conduct.decimals)} more are on hold" if held else ""
        raise Refused("earning_partly_used", f"{text}{more}.", param="entry_id")
    if not left and (passed or not due or conduct.used != "whole"):
        raise _nothing_left(account, unit, pieces, conduct)


def _having_taken(before: Story, after: Story, unit: str, pieces: tuple[Piece, ...], conduct: Conduct) -> Story:
    """Undoing that would take nothing is refused: it can be asked for again when there is something. Only the limit below
    zero keeps it from taking all of what is not there."""
    told = after.facts[len(before.facts) :]
    if any(fact.amount for fact in told if isinstance(fact, f.PromiseCancelled | f.PointsCancelled | f.PointsDeducted)):
        return after
    if held := _waiting(before.account, unit, pieces):
        raise _on_hold(held, conduct)
    limit = plain(-(conduct.returns_floor or 0), conduct.decimals)
    text = f"Nothing of it is left to take, and the balance may not go further than {limit} below zero."
    raise Refused("below_zero_limit", text, param="entry_id")


def _waiting(account: Account, unit: str, pieces: tuple[Piece, ...]) -> int:
    """What of the pieces is on hold and would be there once it is released: what has passed meanwhile passes then."""
    return held_of(account, unit, _not_passed(account.wallet(unit), pieces))


def _not_passed(wallet: Wallet, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if wallet.lot(piece.lot) is not None)


def _lapsed(wallet: Wallet, pieces: tuple[Piece, ...]) -> int:
    """How much of the pieces was let expire before its day, or called off."""
    return sum(
        max(0, min(piece.end, gone.end) - max(piece.start, gone.start))
        for piece in pieces
        for gone in wallet.lapsed
        if gone.lot == piece.lot
    )


def _nothing_left(account: Account, unit: str, pieces: tuple[Piece, ...], conduct: Conduct) -> Refused:
    if held := _waiting(account, unit, pieces):
        return _on_hold(held, conduct)
    return Refused(
        "nothing_left", "Nothing is left of it: it has been used, has expired, or was called off.", param="entry_id"
    )


def _on_hold(held: int, conduct: Conduct) -> Refused:
    text = f"{plain(held, conduct.decimals)} of it are on hold: capture or release the hold first."
    return Refused("points_on_hold", text, param="entry_id")


def _reached(
    account: Account, unit: str, earning: Piece, due: int, conduct: Conduct
) -> tuple[tuple[Taken, ...], tuple[Taken, ...], int]:
    """What a cancellation takes: of the earning itself, of the rest of the wallet, and below zero."""
    lot = account.wallet(unit).lot(earning.lot)
    passed = lot is None or is_over(lot, account.advanced_to)
    if passed or conduct.beyond == "pending_only":
        return (), (), 0
    own = _own(account, unit, earning, due)
    others, owed = _elsewhere(account, unit, own, due - pieces_sum(own), conduct)
    return own, others, owed if conduct.beyond == "negative" else 0


def _own(account: Account, unit: str, earning: Piece, due: int) -> tuple[Taken, ...]:
    lot = account.wallet(unit).lot(earning.lot)
    if lot is None:
        return ()
    spans = last_of(free_within(lot, earning.start, earning.end), due)
    return tuple((lot.number, start, end, lot.expires_on) for start, end in spans)


def _elsewhere(
    account: Account, unit: str, own: tuple[Taken, ...], due: int, conduct: Conduct
) -> tuple[tuple[Taken, ...], int]:
    """From the rest of the wallet, and what then may be taken below zero."""
    wallet = account.wallet(unit)
    pieces = front(take(wallet, own), due, conduct)
    missing = due - pieces_sum(pieces)
    if not missing or conduct.returns_floor is None:
        return pieces, missing
    return pieces, max(0, min(missing, -wallet.owed - conduct.returns_floor))
