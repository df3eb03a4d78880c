"""What time alone will do to an account: what comes, and what passes with its last day.

Of lots the facts tell that, whoever adds them up. What is promised for an instant, or held until one, is added here: by
which day it will pass then, and when it comes. Where something is owed, or comes only after its lot is over and passes at
that instant, the one depends on the other, and the account is let go on to see: of each lot no more than what is left in
it, so that lots, promises and holds are looked at once each, however many there are.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from chalicelib.areas.accounts.model.apart import pieces_sum
from chalicelib.areas.accounts.model.facts.points import Taken
from chalicelib.areas.accounts.model.lots import Lot, is_over
from chalicelib.areas.accounts.model.state import FORETOLD, Account
from chalicelib.areas.accounts.model.wallet import expiry_order
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import QUARTER_MS, Day

Ahead = Counter[tuple[str, str, int]]  # `coming` or `passing` at a quarter of an hour, `expiring` with a day, of a unit
Told = tuple[str, str, int, int]  # what of it changes, of a unit, when, by how much
Place = tuple[str, int]  # a lot: its unit and number


class Waiting(NamedTuple):
    """What will be back in its lots at an instant; `comes`: as earned, on `day`."""

    unit: str
    at: Instant
    pieces: tuple[Taken, ...]
    comes: bool
    day: Day | None = None


class Happening(NamedTuple):
    """Points come as earned, where `day` is that of their earning; or they pass, and it is their last. `too_late`: they come
    back to a lot that is over, and pass at that instant."""

    at: Instant
    unit: str
    comes: bool
    amount: int
    day: Day | None
    too_late: bool = False


def foreseen(account: Account, foretold: int = FORETOLD) -> Iterator[Happening]:
    """What happens to its points if nothing else does, in the order of time; the same that `advance` would tell, or would
    have told in an older release."""
    course = _Course(account, foretold)
    for at, waiting in groupby(sorted(_waiting(account), key=lambda one: one.at), key=lambda one: one.at):
        yield from course.passing(at)
        for one in waiting:
            yield from course.back(one)
        course.stopped_at = at
    yield from course.passing(None)


class _Course:
    """An account on its way: of each lot that is not over what is left. What an older release told rests on `stopped_at`, the
    last instant at which anything was due: lots that had passed by then were forgotten after it."""

    def __init__(self, account: Account, foretold: int) -> None:
        self.foretold = foretold
        self.owed = {unit: wallet.owed for unit, wallet in account.wallets.items()}
        self.lots = {(unit, lot.number): lot for unit, wallet in account.wallets.items() for lot in wallet.lots}
        self.left = {place: lot.left for place, lot in self.lots.items()}
        self.over: deque[tuple[Instant, str, int]] = deque(
            sorted(
                (at, unit, number) for (unit, number), lot in self.lots.items() if (at := lot.expires_at) is not None
            )
        )
        self.stopped_at = 0

    def passing(self, to: Instant | None) -> Iterator[Happening]:
        """The lots whose last day is over by then, with what is left in them."""
        while self.over and (to is None or self.over[0][0] <= to):
            at, unit, number = self.over.popleft()
            if left := self.left.pop((unit, number)):
                yield Happening(at, unit, False, left, self.lots.pop((unit, number)).expires_on)
                self.stopped_at = self.stopped_at if at == to else at

    def back(self, one: Waiting) -> Iterator[Happening]:
        """What comes back to lots that are over passes with them, before it can pay for anything."""
        if one.comes:
            yield Happening(one.at, one.unit, True, pieces_sum(one.pieces), one.day)
        home: Counter[int] = Counter()
        late: dict[int, list[Taken]] = {}
        for piece in one.pieces:
            if (one.unit, piece[0]) in self.left:
                home[piece[0]] += piece[2] - piece[1]
            else:
                late.setdefault(piece[0], []).append(piece)
        for number, pieces in late.items():
            day = self._last_day((one.unit, number), pieces[0][3])
            yield Happening(one.at, one.unit, False, pieces_sum(pieces), day, too_late=True)
        self._settle(one.unit, home)

    def _last_day(self, place: Place, own: Day | None) -> Day | None:
        """Of what comes back to a lot that is over: its own. An older release told that of the lot while it was not
        forgotten, though it had slid on since."""
        lot = self.lots.pop(place, None)
        if self.foretold == FORETOLD or lot is None or (lot.expires_at or 0) <= self.stopped_at:
            return own
        return lot.expires_on

    def _settle(self, unit: str, home: Mapping[int, int]) -> None:
        """What has come pays for what is owed, what passes first before the rest: where anything is owed, nothing else is
        there."""
        for number in sorted(home, key=lambda number: expiry_order(self.lots[unit, number])):
            paid = min(self.owed[unit], home[number])
            self.owed[unit] -= paid
            self.left[unit, number] += home[number] - paid


def newly_ahead(before: Account, after: Account) -> list[Told]:
    """What changes of it from one account to the other: what, unit, when, amount. Of one whose entries have not told
    anything yet, all there is."""
    if not (before.waits_for_time or after.waits_for_time):
        return []
    changed = ahead(after)
    changed.subtract(ahead(before, before.foretold) if before.foretold else {})
    return sorted((*key, amount) for key, amount in changed.items() if amount)


def form_told(account: Account, told: Sequence[Sequence[Told]]) -> int:
    """In which form its entries have told what now waits for time, by what each of them said of it, oldest first; 0 where they
    have not. The last of them are enough: after a release that tells nothing the next entry tells all there is."""
    if not account.waits_for_time:
        return 0
    return next((form for form in (FORETOLD, 1) if _is_told(ahead(account, form), told)), 0)


def _is_told(due: Ahead, told: Sequence[Sequence[Told]]) -> bool:
    left = Counter({key: amount for key, amount in due.items() if amount})
    for changes in reversed(told):
        if not left:
            break
        for what, unit, when, amount in changes:
            left[what, unit, when] -= amount
            if not left[what, unit, when]:
                del left[what, unit, when]
    return not left


def ahead(account: Account, foretold: int = FORETOLD) -> Ahead:
    """What waits for time, beside what lots hold, as entries of this release or an older one tell it."""
    waiting = tuple(_waiting(account))
    units = {one.unit for one in waiting}
    lots = {(unit, lot.number): lot for unit in units for lot in account.wallet(unit).lots}
    if all(_is_plain(account, lots, one) for one in waiting):
        return _as_it_waits(lots, waiting)
    return _as_it_goes(account, foretold)


def _waiting(account: Account) -> Iterator[Waiting]:
    for promise in account.pendings:
        if promise.releases_at is not None:
            yield Waiting(promise.unit, promise.releases_at, promise.pieces, True, promise.day)
    for hold in account.holds:
        if hold.lapses_at is not None:
            yield Waiting(hold.unit, hold.lapses_at, hold.pieces, False)


def _is_plain(account: Account, lots: Mapping[Place, Lot], one: Waiting) -> bool:
    """It comes to lots that are still there then, and pays for nothing."""
    theirs = [lots.get((one.unit, piece[0])) for piece in one.pieces]
    there = all(lot is not None and not is_over(lot, one.at) for lot in theirs)
    return there and not account.wallet(one.unit).owed


def _as_it_waits(lots: Mapping[Place, Lot], waiting: tuple[Waiting, ...]) -> Ahead:
    found: Ahead = Counter()
    for one in waiting:
        for number, start, end, _ in one.pieces:
            day = lots[one.unit, number].expires_on
            if one.comes:
                found["coming", one.unit, one.at // QUARTER_MS] += end - start
            if day is not None:
                found["expiring", one.unit, day] += end - start
    return found


def _as_it_goes(account: Account, foretold: int) -> Ahead:
    """All that time will do, less what the lots' own days say. An older release did not tell of what comes too late when
    it does, but by its last day."""
    found: Ahead = Counter()
    for one in foreseen(account, foretold):
        if one.comes:
            found["coming", one.unit, one.at // QUARTER_MS] += one.amount
        elif one.too_late and foretold == FORETOLD:
            found["passing", one.unit, one.at // QUARTER_MS] += one.amount
        elif one.day is not None:
            found["expiring", one.unit, one.day] += one.amount
    for unit, wallet in account.wallets.items():
        for lot in wallet.lots:
            if lot.expires_on is not None:
                found["expiring", unit, lot.expires_on] -= lot.left
    return found
