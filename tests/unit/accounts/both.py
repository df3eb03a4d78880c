"""The account and the naive ledger side by side: every step is taken in both, then all that they say is compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from chalicelib.areas.accounts.model import (
    VOCABULARY,
    Account,
    Credit,
    Piece,
    Story,
    Wallet,
    advance,
    cancel,
    earn,
    fold,
    refund,
    spend,
)
from chalicelib.areas.accounts.model.facts import PointsCancelled, PointsEarned, PointsRefunded, PointsSpent, Taken
from chalicelib.areas.accounts.model.lots import free_within
from chalicelib.errors import Refused
from chalicelib.kit.facts import Fact, encode
from tests.unit.accounts.naive import Earning, NaiveLedger, Point

DAY = 86_400_000
UNITS = ("points", "stamps")
TOTALS = ("earned", "refunded", "spent", "cancelled", "expired")

Until = int | None  # the last usable day (UTC), counted from 1970


def credit(unit: str, amount: int, until: Until) -> Credit:
    return Credit(unit, amount, until, None if until is None else (until + 1) * DAY)


def positions(pieces: tuple[Taken, ...]) -> list[tuple[int, int]]:
    return [(lot, at) for lot, start, end, _ in pieces for at in range(start, end)]


@dataclass
class Spend:
    unit: str
    pieces: tuple[Taken, ...]
    points: list[Point]


@dataclass
class Both:
    account: Account = field(default_factory=lambda: Account("mem_00000000001", 1))
    naive: NaiveLedger = field(default_factory=NaiveLedger)
    facts: list[Fact] = field(default_factory=list)
    pieces: dict[Earning, Piece] = field(default_factory=dict)  # the interval of each of the naive ledger's earnings
    spends: list[Spend] = field(default_factory=list)  # not yet refunded

    def earn(self, unit: str, amount: int, until: Until) -> None:
        told = self._tell(earn(Story(self.account), credit(unit, amount, until)))
        earned = next(fact for fact in told if isinstance(fact, PointsEarned))
        given = self.naive.earn(unit, amount, credit(unit, amount, until).expires_at)
        self.pieces[given] = Piece(*earned.piece)

    def advance(self, days: int) -> None:
        to = self.account.advanced_to + days * DAY
        self._tell(advance(Story(self.account), to))
        self.naive.advance(to)

    def spend(self, unit: str, amount: int) -> None:
        points = self.naive.spend(unit, amount)
        if points is None:
            with pytest.raises(Refused, match="insufficient_balance"):
                spend(Story(self.account), unit, amount)
            return
        told = self._tell(spend(Story(self.account), unit, amount))
        (spent,) = (fact for fact in told if isinstance(fact, PointsSpent))
        self.spends.append(Spend(unit, spent.pieces, points))

    def cancel(self, which: int, due: int) -> None:
        if not self.naive.earnings:
            return
        earning = self.naive.earnings[which % len(self.naive.earnings)]
        _, taken = self.naive.cancel(earning, due)
        told = self._tell(cancel(Story(self.account), earning.unit, self.pieces[earning], due))
        (cancelled,) = (fact for fact in told if isinstance(fact, PointsCancelled))
        assert (cancelled.amount, cancelled.short) == (taken, due - taken)

    def refund(self, which: int, keep: int, until: Until) -> None:
        """Give a spend back, but for its first `keep` pieces: these may come back later."""
        if not self.spends:
            return
        done = self.spends.pop(which % len(self.spends))
        kept, back = done.pieces[:keep], done.pieces[keep:]
        if kept:
            self.spends.append(Spend(done.unit, kept, done.points[: len(positions(kept))]))
        points = done.points[len(positions(kept)) :]
        fresh = self.naive.refund(done.unit, points, credit(done.unit, 0, until).expires_at)
        told = self._tell(refund(Story(self.account), done.unit, back, credit(done.unit, 0, until)))
        refunded = next(fact for fact in told if isinstance(fact, PointsRefunded))
        assert refunded.amount == len(points)
        assert (refunded.fresh is None) == (fresh is None)
        if fresh is not None and refunded.fresh is not None:
            self.pieces[fresh] = Piece(*refunded.fresh)

    def check(self) -> None:
        for unit in UNITS:
            wallet = self.account.wallet(unit)
            assert wallet.balanced()
            assert wallet.available == len(self.naive.spendable(unit)) >= 0
            assert {name: getattr(wallet, name) for name in TOTALS} == {
                name: self.naive.totals[unit, name] for name in TOTALS
            }
            check_lots(wallet, self.account.advanced_to)
        for earning, piece in self.pieces.items():
            assert self._left(earning.unit, piece) == earning.left

    def check_journal(self) -> None:
        """The facts, written and read again, tell the same account."""
        read = [VOCABULARY.decode(json.loads(json.dumps(encode(fact)))) for fact in self.facts]
        assert fold(Account(self.account.owner, self.account.program), read) == self.account

    def _left(self, unit: str, piece: Piece) -> set[int]:
        lot = self.account.wallet(unit).lot(piece.lot)
        spans = () if lot is None else free_within(lot, piece.start, piece.end)
        return {at - piece.start for start, end in spans for at in range(start, end)}

    def _tell(self, story: Story) -> tuple[Fact, ...]:
        self.account = story.account
        self.facts += story.facts
        return story.facts


def check_lots(wallet: Wallet, now: int) -> None:
    """Nothing outlives its day; holes lie apart from each other and from what is gone from the front."""
    ends = [(lot.expires_at is None, lot.expires_at or 0, lot.number) for lot in wallet.lots]
    assert ends == sorted(ends)
    assert all(lot.expires_at is None or lot.expires_at > now or not lot.left for lot in wallet.lots)
    for lot in wallet.lots:
        assert 0 <= lot.out <= lot.into
        assert all(start < end for start, end in lot.holes)
        spans = [(0, lot.out), *lot.holes]
        assert all(before[1] < after[0] for before, after in pairwise(spans))
        assert spans[-1][1] <= lot.into
