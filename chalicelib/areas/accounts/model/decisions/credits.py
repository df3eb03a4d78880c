"""What comes into a wallet: earned, granted, received. Every credit gets positions in a lot, which are its identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.decisions.story import (
    PLAIN,
    Conduct,
    Story,
    expire_homeless,
    must_be_positive,
    settle_debt,
)
from chalicelib.areas.accounts.model.decisions.time import advance
from chalicelib.areas.accounts.model.limits import MAX_LOTS, MAX_LOTS_IN_ALL, MAX_PENDINGS
from chalicelib.areas.accounts.model.lots import Lot, Piece, expiry, is_over
from chalicelib.areas.accounts.model.state import Account, apply
from chalicelib.areas.accounts.model.wallet import Wallet
from chalicelib.errors import Refused
from chalicelib.kit.amounts import MAX_AMOUNT, split
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


@dataclass(frozen=True, slots=True)
class Credit:
    """Something to earn: how much of what, until when, and why.

    It is pending while `releases_at` lies ahead, or until `event` comes; `open`: its last day is decided then.
    `slides`: it joins the lot whose last day moves. `day` is the local day of earning, `by` who earned it for a group. `lines` are
    told by their numbers; where a cap cuts, of equal ones the first has what remains.
    """

    unit: str
    amount: int
    expires_on: Day | None = None
    expires_at: Instant | None = None
    rule: str = ""
    order: str = ""
    lines: tuple[tuple[int, int], ...] = ()
    day: Day | None = None
    releases_at: Instant | None = None
    event: str = ""
    open: bool = False
    slides: bool = False
    by: str = ""


def earn(story: Story, credit: Credit, conduct: Conduct = PLAIN) -> Story:
    """Add the credit to the lot that expires with it, as much of it as caps allow. One whose last day has already
    passed expires at once; one that the account has come past the release of came when it was due. Refuses `balance_limit`, `too_many_lots`, `too_many_pending`."""
    must_be_positive(credit.amount)
    story, credit = _capped(story, credit, conduct)
    if not credit.amount:
        return story
    must_fit(story.account.wallet(credit.unit), credit.amount)
    if credit.event or (credit.releases_at is not None and credit.releases_at > story.account.advanced_to):
        return _promised(story, credit, conduct)
    credit, piece = placed(story.account, credit, conduct)
    earned = f.PointsEarned(
        unit=credit.unit,
        amount=credit.amount,
        piece=piece,
        balance=story.account.wallet(credit.unit).available + credit.amount,
        expires_on=credit.expires_on,
        expires_at=credit.expires_at,
        rule=credit.rule,
        order=credit.order,
        lines=tuple(sorted(credit.lines)),
        counts_on=credit.day,
        period=_period(conduct),
        by=credit.by,
        came_at=credit.releases_at,
    )
    return settled_in(story.then(earned), credit, piece, came_at=credit.releases_at)


def grant(story: Story, credit: Credit, conduct: Conduct, reason: str) -> Story:
    """Give without earning: no cap cuts it. Refuses `balance_limit`, `too_many_lots`."""
    must_be_positive(credit.amount)
    wallet = story.account.wallet(credit.unit)
    must_fit(wallet, credit.amount)
    credit, piece = placed(story.account, credit, conduct)
    granted = f.PointsGranted(
        credit.unit,
        credit.amount,
        piece,
        wallet.available + credit.amount,
        credit.expires_on,
        credit.expires_at,
        reason,
    )
    return came(story, credit, piece, granted)


def receive(
    story: Story, parts: Sequence[Credit], sender: str, entry: tuple[int, int], conduct: Conduct = PLAIN
) -> Story:
    """Take what another owner sent, each part with its own last day."""
    unit, amount = parts[0].unit, sum(part.amount for part in parts)
    wallet = story.account.wallet(unit)
    must_fit(wallet, amount)
    brought: list[f.Brought] = []
    account = story.account
    for part in parts:
        given, piece = placed(account, part, conduct)
        brought.append((*piece, given.expires_on, given.expires_at))
        account = apply(account, f.PointsReceived(unit, part.amount, (brought[-1],), 0, sender, entry))
    received = f.PointsReceived(unit, amount, tuple(brought), wallet.available + amount, sender, entry)
    return settle_debt(advance(story.then(received), story.account.advanced_to), unit)


def came(story: Story, credit: Credit, piece: Piece, fact: Fact) -> Story:
    """The story with this credit in."""
    return settled_in(story.then(fact), credit, piece)


def settled_in(story: Story, credit: Credit, piece: Piece, *, came_at: Instant | None = None) -> Story:
    """What has come in is marked where it slides, expires where it has passed, by `came_at` at that instant, and pays for
    what is owed with the rest."""
    story = _sliding(story, credit, piece)
    if came_at is not None:
        story = expire_homeless(story, credit.unit, ((*piece, credit.expires_on),), came_at)
    return settle_debt(advance(story, story.account.advanced_to), credit.unit)


def slide(story: Story, unit: str, expires_on: Day, expires_at: Instant) -> Story:
    """Its owner was active: what slides has a later last day. Nothing for a wallet in which nothing slides."""
    wallet = story.account.wallet(unit)
    lot = wallet.lot(wallet.sliding)
    if lot is None or not _lasts(story.account, lot) or lot.expires_on is None or lot.expires_on >= expires_on:
        return story
    return story.then(f.PointsExtended(unit, lot.left, lot.number, lot.expires_on, expires_on, expires_at))


def placed(account: Account, credit: Credit, conduct: Conduct) -> tuple[Credit, Piece]:
    """The credit with the last day it gets, and its positions: at the end of its lot, or in a lot of its own."""
    wallet = account.wallet(credit.unit)
    lot = _joined(account, wallet, credit, conduct)
    if lot is None and len(wallet.lots) >= MAX_LOTS:
        lot = _later(account, wallet, credit)
        if lot is None and len(wallet.lots) >= MAX_LOTS_IN_ALL:
            raise Refused("too_many_lots", f"A wallet has at most {MAX_LOTS_IN_ALL} different last days.")
    if lot is None:
        return credit, Piece(wallet.next_lot, 0, credit.amount)
    there = replace(credit, expires_on=lot.expires_on, expires_at=lot.expires_at)
    return there, Piece(lot.number, lot.into, lot.into + credit.amount)


def must_fit(wallet: Wallet, amount: int) -> None:
    if wallet.available + wallet.held + wallet.pending + amount > MAX_AMOUNT:
        raise Refused("balance_limit", "The balance would go beyond what an account can hold.", param="amount")


def _joined(account: Account, wallet: Wallet, credit: Credit, conduct: Conduct) -> Lot | None:
    if credit.event:
        return None
    if credit.slides:
        return next((lot for lot in wallet.lots if lot.number == wallet.sliding and _lasts(account, lot)), None)
    wanted = expiry(credit.expires_on, credit.expires_at)
    same = [lot for lot in wallet.lots if (lot.expires_on, lot.shift) == wanted]
    if conduct.oldest_first:
        same = [lot for lot in same if lot.number == wallet.next_lot - 1]
    return next((lot for lot in same if _free(account, wallet, lot)), None)


def _later(account: Account, wallet: Wallet, credit: Credit) -> Lot | None:
    """The first lot that lasts at least as long: where there are too many days, some last a little longer."""
    wanted = credit.expires_at
    lots = (lot for lot in wallet.lots if lot.expires_at is None or (wanted is not None and lot.expires_at >= wanted))
    return next((lot for lot in lots if not credit.event and _free(account, wallet, lot)), None)


def _lasts(account: Account, lot: Lot) -> bool:
    """A late promise may have opened a lot that is over already, and empty until the account goes on."""
    return not is_over(lot, account.advanced_to)


def _free(account: Account, wallet: Wallet, lot: Lot) -> bool:
    """An event's promise has its lot for itself, and so has what slides."""
    taken = (promise.lot for promise in account.pendings if promise.unit == wallet.unit and promise.event)
    return lot.number != wallet.sliding and lot.number not in taken


def _sliding(story: Story, credit: Credit, piece: Piece) -> Story:
    """A lot of its own that was opened for what slides is from now on the one that does. Where there are too many lots
    it has joined another, which goes on as before."""
    day, at, opened = credit.expires_on, credit.expires_at, piece.start == 0
    if not (credit.slides and opened) or day is None or at is None:
        return story
    lot = story.account.wallet(credit.unit).lot(piece.lot)
    left = 0 if lot is None else lot.left
    return story.then(f.PointsExtended(credit.unit, left, piece.lot, day, day, at))


def _promised(story: Story, credit: Credit, conduct: Conduct) -> Story:
    credit, piece = placed(story.account, credit, conduct)
    promised = story.then(
        f.PointsPromised(
            unit=credit.unit,
            amount=credit.amount,
            piece=piece,
            pending=story.account.wallet(credit.unit).pending + credit.amount,
            releases_at=None if credit.event else credit.releases_at,
            event=credit.event,
            expires_on=credit.expires_on,
            expires_at=credit.expires_at,
            open=credit.open,
            rule=credit.rule,
            order=credit.order,
            lines=tuple(sorted(credit.lines)),
            counts_on=credit.day,
            period=_period(conduct),
            by=credit.by,
        )
    )
    if len(promised.account.pendings) > MAX_PENDINGS:
        raise Refused("too_many_pending", f"An account has at most {MAX_PENDINGS} pending earnings at a time.")
    return _sliding(promised, credit, piece)


def _period(conduct: Conduct) -> str:
    return "" if conduct.cap_period is None else conduct.cap_period.period


def _capped(story: Story, credit: Credit, conduct: Conduct) -> tuple[Story, Credit]:
    """What the caps leave of the credit, and a fact for each that cut something off."""
    for cap, room in _rooms(story, credit.unit, conduct):
        cut = credit.amount - max(0, min(credit.amount, room))
        if cut:
            story = story.then(f.PointsCapped(credit.unit, cut, cap, credit.rule, credit.order))
            credit = replace(credit, amount=credit.amount - cut, lines=_shortened(credit.lines, credit.amount - cut))
    return story, credit


def _rooms(story: Story, unit: str, conduct: Conduct) -> list[tuple[str, int]]:
    wallet = story.account.wallet(unit)
    rooms: list[tuple[str, int]] = []
    if conduct.cap_transaction is not None:
        rooms.append(("transaction", conduct.cap_transaction - _earned_so_far(story, unit)))
    if conduct.cap_period is not None:
        so_far = wallet.counted.get(conduct.cap_period.period, 0)
        rooms.append(("period", conduct.cap_period.limit - so_far))
    if conduct.cap_balance is not None:
        rooms.append(("balance", conduct.cap_balance - wallet.available - wallet.held - wallet.pending))
    return rooms


def _earned_so_far(story: Story, unit: str) -> int:
    earned = (fact for fact in story.facts if isinstance(fact, f.PointsEarned | f.PointsPromised))
    return sum(fact.amount for fact in earned if fact.unit == unit)


def _shortened(lines: tuple[tuple[int, int], ...], amount: int) -> tuple[tuple[int, int], ...]:
    """The split of what is left, in proportion to the split of the whole."""
    if not lines:
        return ()
    shares = split(amount, [share for _, share in lines])
    return tuple((line, share) for (line, _), share in zip(lines, shares, strict=True))
