"""What is taken back by hand, point by point: the part of the naive ledger that undoes what gave points."""

from __future__ import annotations

from typing import Literal, NamedTuple

from tests.unit.accounts.naive import Earning, NaiveLedger, Point

Used = Literal["left", "whole", "refuse"]
Refusal = Literal["nothing_left", "earning_partly_used", "still_pending"]


class Reach(NamedTuple):
    """Of the earnings themselves, of others, and below zero."""

    own: list[Point]
    others: list[Point]
    below: int

    @property
    def amount(self) -> int:
        return len(self.own) + len(self.others) + self.below


class NaiveUndoing(NaiveLedger):
    def let_expire(self, earning: Earning) -> int | Refusal:
        here = earning.points("here")
        if not here:
            return "still_pending" if earning.points("pending") else "nothing_left"
        for _, place in here:
            earning.fates[place] = "let_expire"
        self.totals[earning.unit, "expired"] += len(here)
        return len(here)

    def cancel_whole(self, earning: Earning, used: Used, *, oldest: bool, floor: int | None) -> int | Refusal:
        """What is pending of it and what is there; with `whole`, the rest of it from others as well."""
        left = len(earning.points("here")) + len(earning.points("pending"))
        refused = self._refused([earning], left, used)
        if refused is not None:
            return refused
        due, beyond = (len(earning.fates), "negative") if used == "whole" else (left, "clip")
        return sum(self.cancel(earning, due, beyond, oldest=oldest, floor=floor, by_hand=True)) or "nothing_left"

    def reach(self, earnings: list[Earning], used: Used, *, oldest: bool, floor: int | None) -> Reach | Refusal:
        """What taking these back would take. Nothing is moved yet."""
        own = [point for earning in earnings for point in earning.points("here")]
        refused = self._refused(earnings, len(own), used)
        if refused is not None:
            return refused
        others: list[Point] = []
        below = 0
        if used == "whole":
            rest = sum(len(one.fates) - one.forgone for one in earnings if not self.has_passed(one)) - len(own)
            there = self.spendable(earnings[0].unit, oldest=oldest)
            others = [point for point in there if point not in own][:rest]
            below = self._below(earnings[0].unit, rest - len(others), floor)
        found = Reach(own, others, below)
        return found if found.amount else "nothing_left"

    def take_back(self, unit: str, reach: Reach) -> None:
        self._move([*reach.own, *reach.others], "deducted")
        self.owed[unit] += reach.below
        self.totals[unit, "deducted"] += reach.below

    def _refused(self, earnings: list[Earning], left: int, used: Used) -> Refusal | None:
        passed = all(map(self.has_passed, earnings))
        due = sum(len(one.fates) - self.forgone(one) for one in earnings)
        if used == "refuse" and left < due and not (passed and not left):
            return "earning_partly_used"
        return "nothing_left" if not left and (passed or not due or used != "whole") else None
