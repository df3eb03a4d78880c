"""A ledger too simple to be wrong: every point of every earning is kept apart, with what became of it.

The account under test keeps intervals instead. After every step both must say the same, point by point.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from chalicelib.kit.clock import Instant

Fate = Literal["here", "spent", "cancelled", "expired"]


@dataclass(eq=False)
class Earning:
    """`fates[i]` is what became of its point i."""

    unit: str
    expires_at: Instant | None
    fates: list[Fate]

    @property
    def left(self) -> set[int]:
        return {place for place, fate in enumerate(self.fates) if fate == "here"}


class Point(NamedTuple):
    earning: Earning
    place: int


@dataclass
class NaiveLedger:
    now: Instant = 0
    earnings: list[Earning] = field(default_factory=list)
    totals: Counter[tuple[str, str]] = field(default_factory=Counter)  # (unit, what happened) → points

    def earn(self, unit: str, amount: int, expires_at: Instant | None) -> Earning:
        return self._given(unit, amount, expires_at, "earned")

    def advance(self, to: Instant) -> None:
        self.now = max(self.now, to)
        for earning in self.earnings:
            if self.has_passed(earning):
                self._move([Point(earning, place) for place in sorted(earning.left)], "expired")

    def spend(self, unit: str, amount: int) -> list[Point] | None:
        """The points taken; None when there are too few."""
        there = self.spendable(unit)
        if len(there) < amount:
            return None
        self._move(there[:amount], "spent")
        return there[:amount]

    def cancel(self, earning: Earning, due: int) -> int:
        """How many were taken: the earning's own from its end, then others in spending order, none once it has passed."""
        if self.has_passed(earning):
            return 0
        own = [Point(earning, place) for place in sorted(earning.left, reverse=True)][:due]
        self._move(own, "cancelled")
        others = self.spendable(earning.unit)[: due - len(own)]
        self._move(others, "cancelled")
        return len(own) + len(others)

    def refund(self, unit: str, points: list[Point], fresh_until: Instant | None) -> Earning | None:
        """Spent points come back where they were; those whose time has passed come as the earning answered."""
        late = 0
        for point in points:
            if self.has_passed(point.earning):
                late += 1
            else:
                point.earning.fates[point.place] = "here"
                self.totals[unit, "refunded"] += 1
        return self._given(unit, late, fresh_until, "refunded") if late else None

    def spendable(self, unit: str) -> list[Point]:
        """What is there in spending order: earliest expiry first, what never expires last, older before younger."""
        earnings = [earning for earning in self.earnings if earning.unit == unit]
        earnings.sort(key=lambda earning: (earning.expires_at is None, earning.expires_at or 0))
        return [Point(earning, place) for earning in earnings for place in sorted(earning.left)]

    def has_passed(self, earning: Earning) -> bool:
        return earning.expires_at is not None and earning.expires_at <= self.now

    def _given(self, unit: str, amount: int, expires_at: Instant | None, why: str) -> Earning:
        earning = Earning(unit, expires_at, ["here"] * amount)
        self.earnings.append(earning)
        self.totals[unit, why] += amount
        self.advance(self.now)
        return earning

    def _move(self, points: list[Point], fate: Literal["spent", "cancelled", "expired"]) -> None:
        for earning, place in points:
            earning.fates[place] = fate
            self.totals[earning.unit, fate] += 1
