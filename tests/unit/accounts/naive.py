"""A ledger too simple to be wrong: every point of every earning is kept apart, with what became of it.

The account under test keeps intervals instead. After every step both must say the same, point by point.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chalicelib.kit.clock import Instant

Fate = Literal[
    "here",
    "pending",
    "held",
    "spent",
    "deducted",
    "cancelled",
    "sent",
    "converted",
    "settled",
    "expired",
    "let_expire",
    "called_off",
]
"""The last two by hand: nobody asks for these again."""


@dataclass(eq=False)
class Together:
    """Earnings whose last day moves: all of them end at the same instant."""

    until: Instant


@dataclass(eq=False)
class Earning:
    """`fates[i]` is what became of its point i. `turn` decides between earnings of one last day, before their age."""

    unit: str
    expires_at: Instant | None
    fates: list[Fate]
    sliding: Together | None = None
    turn: int = 1_000_000

    @property
    def ends(self) -> Instant | None:
        return self.expires_at if self.sliding is None else self.sliding.until

    @property
    def left(self) -> set[int]:
        return {place for place, fate in enumerate(self.fates) if fate == "here"}

    @property
    def forgone(self) -> int:
        return sum(fate in ("let_expire", "called_off") for fate in self.fates)

    def points(self, fate: Fate) -> list[Point]:
        return [Point(self, place) for place, its in enumerate(self.fates) if its == fate]


class Point(NamedTuple):
    earning: Earning
    place: int


@dataclass(eq=False)
class Hold:
    points: list[Point]
    lapses_at: Instant | None


@dataclass(eq=False)
class Promise:
    """What comes together: `key` is what tells it from others."""

    key: tuple[object, ...]
    points: list[Point]
    releases_at: Instant | None


@dataclass
class NaiveLedger:
    now: Instant = 0
    earnings: list[Earning] = field(default_factory=list)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)  # (unit, what happened) → points
    owed: Counter[str] = field(default_factory=Counter)
    holds: list[Hold] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    sliding: dict[str, Together] = field(default_factory=dict)

    # --- in

    def earn(
        self, unit: str, amount: int, expires_at: Instant | None, *, why: str = "earned", slides: bool = False
    ) -> Earning:
        earning = self._given(unit, amount, expires_at, why, slides=slides)
        self._settle(unit)
        return earning

    def receive(self, unit: str, parts: Iterable[tuple[int, Instant | None]]) -> list[Earning]:
        """What another owner sent: each part keeps its last day, and they pay together for what is owed."""
        brought = [self._given(unit, amount, expires_at, "received") for amount, expires_at in parts]
        self._settle(unit)
        return brought

    def promise(
        self, unit: str, amount: int, expires_at: Instant | None, releases_at: Instant | None, *, slides: bool = False
    ) -> Earning:
        """It is there, and out of reach, until somebody keeps it under a key."""
        together = self._together(unit, expires_at) if slides else None
        earning = Earning(unit, expires_at, ["pending"] * amount, together)
        self.earnings.append(earning)
        self.totals[unit, "pending"] += amount
        return earning

    def keep(self, key: tuple[object, ...], earning: Earning, releases_at: Instant | None) -> None:
        for promise in self.promises:
            if promise.key == key:
                promise.points += earning.points("pending")
                return
        self.promises.append(Promise(key, earning.points("pending"), releases_at))

    def activate(self, promise: Promise) -> None:
        self.promises.remove(promise)
        pending = [point for point in promise.points if point.earning.fates[point.place] == "pending"]
        for earning, _ in pending:
            self.totals[earning.unit, "pending"] -= 1
            self.totals[earning.unit, "earned"] += 1
        self._come_back(pending)

    def refund(
        self, unit: str, points: list[Point], fresh_until: Instant | None, *, original: bool = False, beside: int = 0
    ) -> Earning | None:
        """Points come back where they were; those whose time has passed come as the earning answered, or pass again."""
        late = [point for point in points if self.has_passed(point.earning)]
        self.totals[unit, "refunded"] += len(points) - (0 if original else len(late))
        back = points if original else [point for point in points if point not in late]
        self._come_back(back, settle=False)
        fresh = beside + (0 if original else len(late))
        given = self._given(unit, fresh, fresh_until, "refunded") if fresh else None
        self._settle(unit)
        return given

    def slide(self, unit: str, until: Instant) -> None:
        together = self.sliding.get(unit)
        if together is not None and self.now < together.until < until:
            together.until = until

    # --- out

    def spend(
        self, unit: str, amount: int, fate: Fate = "spent", *, floor: int = 0, oldest: bool = False
    ) -> list[Point] | None:
        """The points taken, fewer than `amount` where it goes below zero; None when that is too far."""
        there = self.spendable(unit, oldest=oldest)
        if len(there) - self.owed[unit] - amount < floor:
            return None
        taken = there[:amount]
        self._move(taken, fate)
        self.owed[unit] += amount - len(taken)
        self.totals[unit, fate] += amount - len(taken)
        return taken

    def hold(self, unit: str, amount: int, lapses_at: Instant | None, *, oldest: bool = False) -> Hold | None:
        points = self.spend(unit, amount, "held", oldest=oldest)
        if points is None:
            return None
        self.holds.append(Hold(points, lapses_at))
        return self.holds[-1]

    def capture(self, hold: Hold, amount: int) -> list[Point]:
        gone, hold.points = hold.points[:amount], hold.points[amount:]
        self._unhold(gone)
        self._move(gone, "spent")
        self._close(hold)
        return gone

    def release(self, hold: Hold, amount: int) -> None:
        keep = len(hold.points) - amount
        back, hold.points = hold.points[keep:], hold.points[:keep]
        self._unhold(back)
        self._come_back(back)
        self._close(hold)

    def cancel(
        self,
        earning: Earning,
        due: int,
        beyond: str = "clip",
        *,
        oldest: bool = False,
        floor: int | None = None,
        by_hand: bool = False,
    ) -> tuple[int, int]:
        """How many of what is pending were taken, and how many others: the earning's own from its end, then others in
        spending order, then below zero, down to the floor; none of these once it has passed, and never more than it was."""
        due = min(due, len(earning.fates) - self.forgone(earning))
        waiting = earning.points("pending")[::-1][:due]
        for point in waiting:
            earning.fates[point.place] = "called_off" if by_hand else "cancelled"
        self.totals[earning.unit, "pending"] -= len(waiting)
        self._forget_kept()
        rest = due - len(waiting)
        if self.has_passed(earning) or beyond == "pending_only":
            return len(waiting), 0
        own = earning.points("here")[::-1][:rest]
        self._move(own, "cancelled")
        others = self.spendable(earning.unit, oldest=oldest)[: rest - len(own)]
        self._move(others, "cancelled")
        below = self._below(earning.unit, rest - len(own) - len(others), floor) if beyond == "negative" else 0
        self.owed[earning.unit] += below
        self.totals[earning.unit, "cancelled"] += below
        return len(waiting), len(own) + len(others) + below

    # --- time, and what there is

    def advance(self, to: Instant) -> None:
        """Instant by instant: what passes, then what was promised for it, then the holds that lapse."""
        to = max(self.now, to)
        due = {one.releases_at for one in self.promises} | {one.lapses_at for one in self.holds}
        for at in sorted(at for at in due if at is not None and at <= to):
            self.now = max(self.now, at)
            self._expire()
            for promise in [one for one in self.promises if one.releases_at == at]:
                self.activate(promise)
            for hold in [one for one in self.holds if one.lapses_at == at]:
                self.release(hold, len(hold.points))
        self.now = to
        self._expire()

    def spendable(self, unit: str, *, oldest: bool = False) -> list[Point]:
        """What is there in spending order: earliest expiry first, what never expires last, older before younger."""
        earnings = [earning for earning in self.earnings if earning.unit == unit]
        if not oldest:
            earnings.sort(key=lambda earning: (earning.ends is None, earning.ends or 0, earning.turn))
        return [Point(earning, place) for earning in earnings for place in sorted(earning.left)]

    def forgone(self, earning: Earning) -> int:
        """What of it was let expire or called off by hand; it is remembered until the earning has passed."""
        return 0 if self.has_passed(earning) else earning.forgone

    def _below(self, unit: str, missing: int, floor: int | None) -> int:
        """How much of what is missing may be taken below zero."""
        while missing and floor is not None and -self.owed[unit] - missing < floor:
            missing -= 1
        return missing

    def has_passed(self, earning: Earning) -> bool:
        return earning.ends is not None and earning.ends <= self.now

    def _given(self, unit: str, amount: int, expires_at: Instant | None, why: str, *, slides: bool = False) -> Earning:
        together = self._together(unit, expires_at) if slides else None
        earning = Earning(unit, expires_at, ["here"] * amount, together)
        self.earnings.append(earning)
        self.totals[unit, why] += amount
        self._expire()
        return earning

    def _together(self, unit: str, expires_at: Instant | None) -> Together | None:
        known = self.sliding.get(unit)
        if expires_at is not None and (known is None or known.until <= self.now):
            self.sliding[unit] = Together(expires_at)
        return self.sliding.get(unit)

    def _expire(self) -> None:
        for earning in self.earnings:
            if self.has_passed(earning):
                self._move(earning.points("here"), "expired")

    def _come_back(self, points: list[Point], *, settle: bool = True) -> None:
        """Each into its own earning; what has passed meanwhile passes now, and pays for nothing."""
        for earning, place in points:
            earning.fates[place] = "here"
        self._expire()
        for unit in {earning.unit for earning, _ in points}:
            if settle:
                self._settle(unit)

    def _settle(self, unit: str) -> None:
        paying = self.spendable(unit)[: self.owed[unit]]
        self._move(paying, "settled")
        self.owed[unit] -= len(paying)

    def _unhold(self, points: list[Point]) -> None:
        for earning, _ in points:
            self.totals[earning.unit, "held"] -= 1

    def _close(self, hold: Hold) -> None:
        if not hold.points:
            self.holds.remove(hold)

    def _forget_kept(self) -> None:
        self.promises = [
            one for one in self.promises if any(at.earning.fates[at.place] == "pending" for at in one.points)
        ]

    def _move(self, points: list[Point], fate: Fate) -> None:
        for earning, place in points:
            earning.fates[place] = fate
            self.totals[earning.unit, fate] += 1
