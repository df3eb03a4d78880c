"""What time alone will do to an account: what comes, and what passes with its last day.

Of lots the facts tell that, whoever adds them up. What is promised for an instant, or held until one, is added here: by
which day it will pass then, and when it comes. Where something is owed, or comes only after its lot is over and passes at
that instant, the one depends on the other, and the account is let go on to see.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.decisions.story import Story
from chalicelib.areas.accounts.model.decisions.time import advance
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.standing import Standing
from chalicelib.areas.accounts.model.state import FORETOLD, Account
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import QUARTER_MS

Ahead = Counter[tuple[str, str, int]]  # `coming` or `passing` at a quarter of an hour, `expiring` with a day, of a unit


class Waiting(NamedTuple):
    """What will be back in its lots at an instant; `comes`: as earned."""

    unit: str
    at: Instant
    pieces: tuple[Taken, ...]
    comes: bool


def foreseen(account: Account, until: Instant | None = None) -> Iterator[tuple[Instant, Fact]]:
    """Nothing else happens: the account goes on from one due instant to the next, its tier left alone."""
    account = replace(account, standing=Standing())
    while (due := account.next_due_at) is not None and (until is None or due <= until):
        story = advance(Story(account), due)
        yield from ((due, fact) for fact in story.facts)
        account = story.account


def newly_ahead(before: Account, after: Account) -> list[tuple[str, str, int, int]]:
    """What changes of it from one account to the other: what, unit, when, amount. Of one whose entries have not told
    anything yet, all there is."""
    if not (before.waits_for_time or after.waits_for_time):
        return []
    changed = ahead(after)
    changed.subtract(ahead(before, before.foretold) if before.foretold else {})
    return sorted((*key, amount) for key, amount in changed.items() if amount)


def ahead(account: Account, foretold: int = FORETOLD) -> Ahead:
    """What waits for time, beside what lots hold, as entries of this release or an older one tell it."""
    waiting = tuple(_waiting(account))
    if all(_is_plain(account, one) for one in waiting):
        return _as_it_waits(account, waiting)
    return _as_it_goes(account, foretold)


def _waiting(account: Account) -> Iterator[Waiting]:
    for promise in account.pendings:
        if promise.releases_at is not None:
            yield Waiting(promise.unit, promise.releases_at, promise.pieces, True)
    for hold in account.holds:
        if hold.lapses_at is not None:
            yield Waiting(hold.unit, hold.lapses_at, hold.pieces, False)


def _is_plain(account: Account, one: Waiting) -> bool:
    """It comes to lots that are still there then, and pays for nothing."""
    wallet = account.wallet(one.unit)
    lots = [wallet.lot(piece[0]) for piece in one.pieces]
    there = all(lot is not None and (lot.expires_at is None or lot.expires_at > one.at) for lot in lots)
    return there and not wallet.owed


def _as_it_waits(account: Account, waiting: tuple[Waiting, ...]) -> Ahead:
    found: Ahead = Counter()
    for one in waiting:
        wallet = account.wallet(one.unit)
        for number, start, end, _ in one.pieces:
            lot = wallet.lot(number)
            if one.comes:
                found["coming", one.unit, one.at // QUARTER_MS] += end - start
            if lot is not None and lot.expires_on is not None:
                found["expiring", one.unit, lot.expires_on] += end - start
    return found


def _as_it_goes(account: Account, foretold: int) -> Ahead:
    """All that time will do, less what the lots' own days say. An older release did not tell of what comes too late when
    it does, but by its last day."""
    found: Ahead = Counter()
    for at, fact in foreseen(account):
        if isinstance(fact, f.PointsActivated):
            found["coming", fact.unit, at // QUARTER_MS] += fact.amount
        elif isinstance(fact, f.PointsExpired) and fact.came_at is not None and foretold == FORETOLD:
            found["passing", fact.unit, at // QUARTER_MS] += fact.amount
        elif isinstance(fact, f.PointsExpired) and fact.expires_on is not None:
            found["expiring", fact.unit, fact.expires_on] += fact.amount
    for unit, wallet in account.wallets.items():
        for lot in wallet.lots:
            if lot.expires_on is not None:
                found["expiring", unit, lot.expires_on] -= lot.left
    return found
