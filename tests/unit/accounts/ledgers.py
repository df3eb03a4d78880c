"""The account and the naive ledger through everything that can happen to points: debts, holds, promises, what moves.

`points` are spent by their last day, `stamps` oldest earned first, and all `miles` last as long as their owner is active.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from chalicelib.areas.accounts.model import (
    Account,
    Conduct,
    Credit,
    Piece,
    Story,
    activated,
    cancel,
    capture,
    deduct,
    earn,
    grant,
    hold,
    receive,
    refund,
    release,
    send,
    slide,
    spend,
)
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.decisions.story import Beyond, Cause
from chalicelib.areas.accounts.model.facts import Taken
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.errors import Refused
from tests.unit.accounts.both import DAY, Both, Until, check_lots, credit
from tests.unit.accounts.naive import Earning, Hold, NaiveLedger, Point

KINDS = ("points", "stamps", "miles")
COUNTED = ("earned", "granted", "received", "refunded", "spent", "deducted", "sent", "cancelled", "expired")
APART = ("held", "pending")
FLOOR = -15
BY_RETURN = Cause(order="ord_1")


@dataclass
class Gone:
    """What went out and may come back: its pieces, its points, and how many had not been there."""

    unit: str
    pieces: tuple[Taken, ...]
    points: list[Point]
    owed: int


@dataclass
class Ledgers(Both):
    held: dict[int, Hold] = field(default_factory=dict)  # by the hold's number
    gone: list[Gone] = field(default_factory=list)
    entries: int = 0

    @staticmethod
    def conduct(unit: str, **how: object) -> Conduct:
        bound = FLOOR if unit == "points" else None
        plain = Conduct(oldest_first=unit == "stamps", floor=FLOOR, returns_floor=bound)
        return replace(plain, **how)  # type: ignore[arg-type]

    # --- in

    def give(self, unit: str, amount: int, until: Until, granted: bool) -> None:
        if unit == "miles" and until is None:
            return
        given = self._credit(unit, amount, until)
        decide = self._granted if granted else self._earned
        told = self._tell(decide(given))
        (fact,) = (one for one in told if isinstance(one, f.PointsEarned | f.PointsGranted))
        why = "granted" if granted else "earned"
        earning = self.naive.earn(unit, amount, given.expires_at, why=why, slides=given.slides)
        self._name(earning, fact.piece)

    def give_capped(self, unit: str, amount: int, cap: int) -> None:
        """As much as fits under a cap of the balance, holds and promises counted."""
        naive = self.naive
        reach = len(naive.spendable(unit)) - naive.owed[unit] + naive.totals[unit, "held"]
        room = max(0, cap - reach - naive.totals[unit, "pending"])
        fits = min(amount, room)
        if unit == "miles":
            return
        told = self._tell(
            earn(Story(self.account), self._credit(unit, amount, None), self.conduct(unit, cap_balance=cap))
        )
        cut = [fact.amount for fact in told if isinstance(fact, f.PointsCapped)]
        assert sum(cut) == amount - fits
        for fact in told:
            if isinstance(fact, f.PointsEarned):
                assert fact.amount == fits
                self._name(naive.earn(unit, fits, None), fact.piece)

    def promise(self, unit: str, amount: int, until: Until, days: int | None) -> None:
        """It comes after so many days, or with an event."""
        releases_at = None if days is None else self.account.advanced_to + days * DAY
        if (unit == "miles" and until is None) or days == 0:
            return
        self.entries += 1
        given = replace(
            self._credit(unit, amount, until),
            releases_at=releases_at,
            event=f"event {self.entries}" if days is None else "",
            slides=unit == "miles" and days is not None,
        )
        told = self._tell(earn(Story(self.account), given, self.conduct(unit)))
        (fact,) = (one for one in told if isinstance(one, f.PointsPromised))
        earning = self.naive.promise(unit, amount, given.expires_at, releases_at, slides=given.slides)
        self.naive.keep((unit, fact.piece[0], releases_at, fact.expires_on, fact.event), earning, releases_at)
        self._name(earning, fact.piece)

    def activate(self, which: int) -> None:
        if not self.naive.promises:
            return
        promise = self.naive.promises[which % len(self.naive.promises)]
        (known,) = (
            one
            for one in self.account.pendings
            if (one.unit, one.lot, one.releases_at, one.expires_on, one.event) == promise.key
        )
        self._tell(activated(Story(self.account), known))
        self.naive.activate(promise)

    def receive(self, unit: str, parts: list[tuple[int, Until]]) -> None:
        now = self.account.advanced_to
        alive = [credit(unit, amount, until) for amount, until in parts]
        alive = [part for part in alive if part.expires_at is None or part.expires_at > now]
        if not alive:
            return
        told = self._tell(receive(Story(self.account), alive, "mem_00000000002", (1, 1), self.conduct(unit)))
        (fact,) = (one for one in told if isinstance(one, f.PointsReceived))
        brought = self.naive.receive(unit, [(part.amount, part.expires_at) for part in alive])
        for earning, (lot, start, end, *_) in zip(brought, fact.pieces, strict=True):
            self._name(earning, (lot, start, end))

    # --- out

    def take(self, unit: str, amount: int, how: str, below_zero: bool) -> None:
        """Spent, deducted or sent; what is sent never goes below zero."""
        below_zero = below_zero and how != "sent"
        naive = self.naive.spend(
            unit,
            amount,
            how,  # type: ignore[arg-type]
            floor=FLOOR if below_zero else 0,
            oldest=unit == "stamps",
        )
        if naive is None:
            with pytest.raises(Refused, match="insufficient_balance"):
                self._taken(unit, amount, how, below_zero)
            return
        told = self._tell(self._taken(unit, amount, how, below_zero))
        (fact,) = (one for one in told if isinstance(one, f.PointsSpent | f.PointsDeducted | f.PointsSent))
        self.gone.append(Gone(unit, fact.pieces, naive, amount - len(naive)))

    def give_back(self, which: int, until: Until, original: bool) -> None:
        if not self.gone:
            return
        done = self.gone.pop(which % len(self.gone))
        fresh = credit(done.unit, 0, until)
        conduct = self.conduct(done.unit, fresh_refunds=not original)
        told = self._tell(refund(Story(self.account), done.unit, done.pieces, fresh, conduct=conduct, beside=done.owed))
        given = self.naive.refund(done.unit, done.points, fresh.expires_at, original=original, beside=done.owed)
        fact = next(one for one in told if isinstance(one, f.PointsRefunded))
        assert (fact.fresh is None) == (given is None)
        if given is not None and fact.fresh is not None:
            self._name(given, fact.fresh)

    def hold(self, unit: str, amount: int, days: int | None) -> None:
        lapses_at = None if days is None else self.account.advanced_to + max(1, days) * DAY
        held = self.naive.hold(unit, amount, lapses_at, oldest=unit == "stamps")
        if held is None:
            with pytest.raises(Refused, match="insufficient_balance"):
                hold(Story(self.account), unit, amount, self.conduct(unit), lapses_at=lapses_at)
            return
        told = self._tell(hold(Story(self.account), unit, amount, self.conduct(unit), lapses_at=lapses_at))
        (fact,) = (one for one in told if isinstance(one, f.PointsHeld))
        self.held[fact.hold] = held

    def end_hold(self, which: int, part: int, captured: bool, keep_rest: bool) -> None:
        """So much of a hold is captured or released; with a capture, what is left stays held or goes back."""
        if not self.account.holds:
            return
        known = self.account.holds[which % len(self.account.holds)]
        held, amount = self.held[known.number], min(part, known.amount)
        story = Story(self.account)
        if not captured:
            self._tell(release(story, known.number, amount, self.conduct(known.unit)))
            self.naive.release(held, amount)
            return
        told = self._tell(capture(story, known.number, amount, self.conduct(known.unit), keep_rest=keep_rest))
        (fact,) = (one for one in told if isinstance(one, f.PointsCaptured))
        self.gone.append(Gone(known.unit, fact.pieces, self.naive.capture(held, amount), 0))
        if held.points and not keep_rest:
            self.naive.release(held, len(held.points))

    def cancel_as(self, which: int, due: int, beyond: Beyond) -> None:
        if not self.naive.earnings:
            return
        earning = self.naive.earnings[which % len(self.naive.earnings)]
        unit = earning.unit
        conduct = self.conduct(unit, beyond=beyond)
        pending, taken = self.naive.cancel(
            earning, due, beyond, oldest=conduct.oldest_first, floor=conduct.returns_floor
        )
        told = self._tell(cancel(Story(self.account), unit, self.pieces[earning], due, conduct, BY_RETURN))
        facts = [one for one in told if isinstance(one, f.PointsCancelled)]
        waiting = [one.amount for one in told if isinstance(one, f.PromiseCancelled)]
        assert (sum(waiting), sum(one.amount for one in facts)) == (pending, taken)

    # --- time

    def be_active(self, days: int) -> None:
        until = self.account.advanced_to // DAY + days
        self._tell(slide(Story(self.account), "miles", until, (until + 1) * DAY))
        self.naive.slide("miles", (until + 1) * DAY)

    def check(self) -> None:
        assert broken_laws(self.account) == ()
        for unit in KINDS:
            wallet, totals = self.account.wallet(unit), self.naive.totals
            assert wallet.owed == self.naive.owed[unit]
            assert wallet.available == len(self.naive.spendable(unit)) - wallet.owed
            assert {name: getattr(wallet, name) for name in (*COUNTED, *APART)} == {
                name: totals[unit, name] for name in (*COUNTED, *APART)
            }
            check_lots(wallet, self.account.advanced_to)
        assert sorted(one.amount for one in self.account.holds) == sorted(len(one.points) for one in self.naive.holds)
        for earning, piece in self.pieces.items():
            assert self._left(earning.unit, piece) == earning.left, earning

    def _name(self, earning: Earning, piece: tuple[int, int, int]) -> None:
        """Of one last day, what lies in the older lot goes first."""
        self.pieces[earning] = Piece(*piece)
        earning.turn = piece[0]

    def _credit(self, unit: str, amount: int, until: Until) -> Credit:
        return replace(credit(unit, amount, until), slides=unit == "miles")

    def _earned(self, given: Credit) -> Story:
        return earn(Story(self.account), given, self.conduct(given.unit))

    def _granted(self, given: Credit) -> Story:
        return grant(Story(self.account), given, self.conduct(given.unit), "goodwill")

    def _taken(self, unit: str, amount: int, how: str, below_zero: bool) -> Story:
        story, conduct = Story(self.account), self.conduct(unit)
        if how == "spent":
            return spend(story, unit, amount, conduct, below_zero=below_zero)
        if how == "deducted":
            return deduct(story, unit, amount, conduct, "mistake", below_zero=below_zero)
        return send(story, unit, amount, "mem_00000000002", (1, 1), conduct)[0]


def both_at_the_start() -> Ledgers:
    return Ledgers(Account("mem_00000000001", 1), NaiveLedger())
