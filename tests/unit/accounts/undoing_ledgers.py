"""The account and the naive ledger through what undoes: earnings cancelled or let expire, gifts taken back, conversions turned
back, and transfers that come back from a friend, who has ledgers of the same kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeVar

import pytest

from chalicelib.areas.accounts.model import (
    Account,
    Conduct,
    Story,
    cancel_whole,
    convert,
    expire_now,
    receive,
    refund,
    send,
    take_back,
)
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.apart import last_pieces, pieces_sum
from chalicelib.areas.accounts.model.decisions.story import Cause
from chalicelib.areas.accounts.model.decisions.transfers import give_up_received, take_sent_back
from chalicelib.errors import Refused
from chalicelib.kit.facts import Fact
from tests.unit.accounts.both import Until, credit
from tests.unit.accounts.ledgers import KINDS, Ledgers
from tests.unit.accounts.naive import Earning, Point
from tests.unit.accounts.naive_undoing import NaiveUndoing, Reach, Used

PLACE = (1, 1)
BY_HAND = Cause(undoes=PLACE)
FactT = TypeVar("FactT", bound=Fact)


@dataclass
class Turned:
    """A conversion: what left, point by point, and what came."""

    fact: f.PointsConverted
    points: list[Point]
    gained: Earning


@dataclass
class Present:
    """What was sent, in the parts that it came in."""

    sent: f.PointsSent
    received: f.PointsReceived
    parts: list[list[Point]]
    brought: list[Earning]


@dataclass
class UndoingLedgers(Ledgers):
    naive: NaiveUndoing = field(default_factory=NaiveUndoing)
    turned: list[Turned] = field(default_factory=list)
    presents: list[Present] = field(default_factory=list)
    done_with: list[Earning] = field(default_factory=list)
    friend: UndoingLedgers | None = None

    def convert(self, unit: str, amount: int, gained: int, until: Until) -> None:
        into = KINDS[(KINDS.index(unit) + 1) % len(KINDS)]
        if into == "miles" and until is None:
            return
        points = self.naive.spend(unit, amount, "converted", oldest=unit == "stamps")
        given = self._credit(into, gained, until)

        def act() -> Story:
            return convert(Story(self.account), unit, amount, given, self.conduct(unit), self.conduct(into))

        if points is None:
            self._refuses("insufficient_balance", act)
            return
        fact = only(self._tell(act()), f.PointsConverted)
        earning = self.naive.earn(into, gained, given.expires_at, why="gained", slides=given.slides)
        self._name(earning, fact.piece)
        self.turned.append(Turned(fact, points, earning))

    def turn_back(self, which: int, used: Used, until: Until) -> None:
        """In proportion to what is given up of what was gained."""
        if not self.turned:
            return
        done = self.turned[which % len(self.turned)]
        fact, conduct = done.fact, self.undoing(done.fact.into, used)
        reach = self._reach([done.gained], used)

        def act() -> Story:
            story = take_back(Story(self.account), fact.into, (self.pieces[done.gained],), conduct, "undo", PLACE)
            share = fact.amount * int(getattr(story.facts[-1], "amount", 0)) // fact.gained
            pieces = last_pieces(fact.pieces, share)
            return refund(story, fact.unit, pieces, credit(fact.unit, share, until), conduct=self.conduct(fact.unit))

        if not isinstance(reach, Reach):
            self._refuses(reach, act)
            return
        share = fact.amount * reach.amount // fact.gained
        if not share:
            return
        told = self._tell(act())
        self.turned.remove(done)
        self.naive.take_back(fact.into, reach)
        self._come_back(fact.unit, done.points[len(done.points) - share :], until, told)

    def take_back(self, which: int, used: Used) -> None:
        """As a grant is undone: once."""
        earning = self._some(which)
        if earning is None or earning.points("pending"):
            return
        reach, conduct = self._reach([earning], used), self.undoing(earning.unit, used)

        def act() -> Story:
            return take_back(Story(self.account), earning.unit, (self.pieces[earning],), conduct, "undo", PLACE)

        if not isinstance(reach, Reach):
            self._refuses(reach, act)
            return
        assert only(self._tell(act()), f.PointsDeducted).amount == reach.amount
        self.naive.take_back(earning.unit, reach)
        self.done_with.append(earning)

    def cancel_all(self, which: int, used: Used) -> None:
        earning = self._some(which)
        if earning is None:
            return
        conduct = self.undoing(earning.unit, used)

        def act() -> Story:
            return cancel_whole(Story(self.account), earning.unit, self.pieces[earning], conduct, BY_HAND)

        oldest, floor = conduct.oldest_first, conduct.returns_floor
        taken = self.naive.cancel_whole(earning, used, oldest=oldest, floor=floor)
        if isinstance(taken, str):
            self._refuses(taken, act)
            return
        told = self._tell(act())
        assert taken == sum(one.amount for one in told if isinstance(one, f.PromiseCancelled | f.PointsCancelled))
        self.done_with.append(earning)

    def let_expire(self, which: int) -> None:
        if not self.naive.earnings:
            return
        earning = self.naive.earnings[which % len(self.naive.earnings)]

        def act() -> Story:
            return expire_now(Story(self.account), earning.unit, self.pieces[earning], PLACE)

        gone = self.naive.let_expire(earning)
        if isinstance(gone, str):
            self._refuses(gone, act)
            return
        assert only(self._tell(act()), f.PointsExpired).amount == gone

    # --- to a friend and back

    def send(self, unit: str, amount: int) -> None:
        points = self.naive.spend(unit, amount, "sent", oldest=unit == "stamps")
        if points is None or self.friend is None:
            return
        story, brings = send(Story(self.account), unit, amount, "mem_00000000002", PLACE, self.conduct(unit))
        sent = only(self._tell(story), f.PointsSent)
        parts = [list(some) for _, some in groupby(points, lambda one: self.pieces[one.earning].lot)]
        assert [one.amount for one in brings] == list(map(len, parts))
        friend = self.friend
        came = receive(Story(friend.account), brings, "mem_00000000001", PLACE, friend.conduct(unit))
        received = only(friend._tell(came), f.PointsReceived)
        brought = friend.naive.receive(unit, [(len(part), part[0].earning.ends) for part in parts])
        for earning, (lot, start, end, *_) in zip(brought, received.pieces, strict=True):
            friend._name(earning, (lot, start, end))
        self.presents.append(Present(sent, received, parts, brought))

    def send_back(self, which: int, used: Used, until: Until) -> None:
        """Of each part as much as the friend still had of it, then of the others what the friend gave up besides."""
        if not self.presents or self.friend is None:
            return
        done, friend = self.presents[which % len(self.presents)], self.friend
        unit, conduct = done.sent.unit, self.undoing(done.sent.unit, used)
        had = [len(earning.points("here")) for earning in done.brought]
        reach = friend._reach(done.brought, used)
        if not isinstance(reach, Reach):
            friend._refuses(reach, lambda: give_up_received(Story(friend.account), done.received, conduct, PLACE)[0])
            return
        story, given_up = give_up_received(Story(friend.account), done.received, conduct, PLACE)
        friend._tell(story)
        friend.naive.take_back(unit, reach)
        fresh = credit(unit, given_up.amount, until)
        back = [point for part, left in zip(done.parts, had, strict=True) for point in part[len(part) - left :]]
        rest = [point for part in done.parts for point in part if point not in back]
        back += rest[len(rest) - (reach.amount - len(back)) :]
        conduct = self.conduct(unit)
        told = self._tell(
            take_sent_back(Story(self.account), done.sent, done.received, given_up, fresh, conduct, PLACE)
        )
        self.presents.remove(done)
        self._come_back(unit, back, until, told)

    # --- what they share

    def undoing(self, unit: str, used: Used) -> Conduct:
        return replace(self.conduct(unit), used=used)

    def check(self) -> None:
        super().check()
        for unit in KINDS:
            wallet = self.account.wallet(unit)
            known = self.naive.totals
            assert (wallet.converted, wallet.gained) == (known[unit, "converted"], known[unit, "gained"])
        if self.friend is not None:
            self.friend.check()

    def advance(self, days: int) -> None:
        super().advance(days)
        if self.friend is not None:
            self.friend.advance(days)

    def _reach(self, earnings: list[Earning], used: Used) -> Reach | str:
        conduct = self.undoing(earnings[0].unit, used)
        return self.naive.reach(earnings, used, oldest=conduct.oldest_first, floor=conduct.returns_floor)

    def _some(self, which: int) -> Earning | None:
        """Earned, granted or received, and not taken back before."""
        gained = [one.gained for one in self.turned]
        known = [one for one in self.naive.earnings if one not in self.done_with and one not in gained]
        return known[which % len(known)] if known else None

    def _come_back(self, unit: str, points: list[Point], until: Until, told: tuple[Fact, ...]) -> None:
        given = self.naive.refund(unit, points, credit(unit, 0, until).expires_at)
        fact = only(told, f.PointsRefunded)
        assert fact.amount == len(points)
        assert pieces_sum(fact.pieces) == len(points) - (0 if given is None else len(given.fates))
        if given is not None and fact.fresh is not None:
            self._name(given, fact.fresh)

    @staticmethod
    def _refuses(code: str, act: object) -> None:
        assert callable(act)
        with pytest.raises(Refused, match=code):
            act()


def only(told: tuple[Fact, ...], of: type[FactT]) -> FactT:
    """The newest of this kind."""
    return [fact for fact in told if isinstance(fact, of)][-1]


def two_friends() -> UndoingLedgers:
    friend = UndoingLedgers(Account("mem_00000000002", 1), NaiveUndoing())
    return UndoingLedgers(Account("mem_00000000001", 1), NaiveUndoing(), friend=friend)
