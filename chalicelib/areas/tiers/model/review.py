"""A review: where a member stands after a look at what counts, why, and when time alone asks for the next look.

Pure, and a law of its own: a review at an instant when nothing has changed changes nothing, so it does not matter how often
or by whom an account is looked at between two instants at which something is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from chalicelib.areas.tiers.model.progress import Progress, first_month, lifetime, of_month, reached, step
from chalicelib.areas.tiers.model.scheme import (
    AtOnce,
    CalendarYear,
    DowngradeAfterDays,
    NeverDown,
    PeriodEnd,
    Rolling,
    SinceLastRecalculation,
    TierScheme,
)
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, day_starts, local_day, month_end, month_of, year_end

Reason = Literal[
    "", "joined", "reached", "below", "period_ended", "grace_ended", "recalculated", "pin_ended", "scheme_changed"
]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a member stands. `period_from` is since when the period runs that keeps the tier, `grace_from` since when
    they would have fallen. A pin lasts to `pinned_until`, or for good."""

    tier: str = ""
    period_from: Instant = 0
    grace_from: Instant | None = None
    pinned: bool = False
    pinned_until: Instant | None = None


class Verdict(NamedTuple):
    """How a member stands after a review; `reason` is empty where the tier stays. `base`: see Progress."""

    tier: str
    reason: Reason
    period_from: Instant
    grace_from: Instant | None
    review_at: Instant | None
    base: int
    pin_over: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """One look at one member; `asked` by an operator, who wants the period to end now."""

    scheme: TierScheme
    zone: str
    position: Position
    progress: Progress
    at: Instant
    asked: bool = False

    def verdict(self) -> Verdict:
        before, place = self.position, self.scheme.place(self.position.tier)
        if before.pinned and place is not None and (before.pinned_until is None or self.at < before.pinned_until):
            return Verdict(before.tier, "", before.period_from, None, before.pinned_until, self.progress.base)
        earned = step(self.scheme, self._value(self._day))
        if place is None:
            return self._moved(earned, "scheme_changed" if before.tier else "joined", self.progress.base)
        if before.pinned:
            return self._moved(earned, "pin_ended", self.progress.base)
        if earned > place:
            return self._moved(earned, "reached", self.progress.base)
        if isinstance(self.scheme.downgrade, NeverDown):
            return self._stays(place, before.period_from, self._restarted if self.asked else self.progress.base)
        return self._graced(place, before.grace_from) if before.grace_from is not None else self._judged(place)

    @property
    def counts(self) -> int:
        """What counts when it is judged now whether the member falls: in grace with what the ended window had."""
        by_period, since = not isinstance(self.scheme.downgrade, AtOnce), self.position.grace_from
        if since is None:
            return self._value(self._last_day if by_period else self._day)
        over = self._grace_end(since) <= self.at
        return self._value(self._last_day if over else self._day, first_month(self.scheme, self._failed_on(since)))

    @property
    def _day(self) -> Day:
        return local_day(self.at, self.zone)

    @property
    def _last_day(self) -> Day:
        """The day that is judged: the one that has just ended, or the one on which somebody asks."""
        return self._day if self.asked else local_day(self.at - 1, self.zone)

    @property
    def _restarted(self) -> int:
        """The base from which counting begins anew, where it does."""
        counted_anew = isinstance(self.scheme.window, SinceLastRecalculation)
        return lifetime(self.scheme, self.progress) if counted_anew else self.progress.base

    def _value(self, day: Day, first: int | None = None) -> int:
        return reached(self.scheme, self.progress, day, first)

    def _judged(self, place: int) -> Verdict:
        """Not in grace: is the period over, and is what was reached enough?"""
        by_period = not isinstance(self.scheme.downgrade, AtOnce)
        if by_period and not (self.asked or self._period_over()):
            return self._stays(place, self.position.period_from, self.progress.base)
        earned = step(self.scheme, self.counts)
        if earned >= place:
            start = self.at if by_period else self.position.period_from
            return self._stays(place, start, self._restarted if by_period else self.progress.base)
        if self.scheme.grace_days:
            return self._in_grace(place, self.at)
        reason: Reason = "recalculated" if self.asked else "period_ended" if by_period else "below"
        return self._fallen(place, earned, reason)

    def _graced(self, place: int, since: Instant) -> Verdict:
        """In grace: what has come since counts with what the ended window had."""
        over = self._grace_end(since) <= self.at
        earned = step(self.scheme, self.counts)
        if earned >= place:
            by_period = not isinstance(self.scheme.downgrade, AtOnce)
            return self._stays(place, self.at if by_period else self.position.period_from, self._restarted)
        return self._fallen(place, earned, "grace_ended") if over else self._in_grace(place, since)

    def _fallen(self, place: int, earned: int, reason: Reason) -> Verdict:
        downgrade = self.scheme.downgrade
        by_step = not isinstance(downgrade, NeverDown) and downgrade.to == "one_step"
        target = place - 1 if by_step else earned
        if isinstance(downgrade, AtOnce) and step(self.scheme, self._value(self._day)) < target:
            return self._in_grace(target, self.at)._replace(reason=reason, period_from=self.at)
        return self._moved(target, reason, self._restarted)

    def _moved(self, place: int, reason: Reason, base: int) -> Verdict:
        """A review that brings a member where they are already gives no reason, and is none."""
        tier, said = self.scheme.tiers[place].tier_id, reason
        if tier == self.position.tier:
            said = ""
        review = self._next_review(place, self.at)
        return Verdict(tier, said, self.at, None, review, base, pin_over=self.position.pinned)

    def _stays(self, place: int, period_from: Instant, base: int) -> Verdict:
        review = self._next_review(place, period_from)
        return Verdict(self.scheme.tiers[place].tier_id, "", period_from, None, review, base)

    def _in_grace(self, place: int, since: Instant) -> Verdict:
        tier, period = self.scheme.tiers[place].tier_id, self.position.period_from
        return Verdict(tier, "", period, since, self._grace_end(since), self.progress.base)

    def _grace_end(self, since: Instant) -> Instant:
        return day_starts(local_day(since, self.zone) + self.scheme.grace_days, self.zone)

    def _failed_on(self, since: Instant) -> Day:
        """The day on which a member failed: of a period its last."""
        return local_day(since - (not isinstance(self.scheme.downgrade, AtOnce)), self.zone)

    def _period_over(self) -> bool:
        end = self._period_end(self.position.period_from)
        return end is not None and end <= self.at

    def _period_end(self, start: Instant) -> Instant | None:
        day = local_day(start, self.zone)
        match self.scheme.downgrade:
            case PeriodEnd(every=every):
                return day_starts((month_end(day, 0) if every == "month" else year_end(day, 0)) + 1, self.zone)
            case DowngradeAfterDays(days=days):
                return day_starts(day + days, self.zone)
            case _:
                return None

    def _next_review(self, place: int, period_from: Instant) -> Instant | None:
        """When time alone may change something. Nobody falls from the first tier, but counting may begin anew there."""
        if not place and not isinstance(self.scheme.window, SinceLastRecalculation):
            return None
        if not isinstance(self.scheme.downgrade, AtOnce):
            return self._period_end(period_from)
        match self.scheme.window:
            case CalendarYear():
                return day_starts(year_end(self._day, 0) + 1, self.zone)
            case Rolling(months=months):
                return self._rolls_away(place, months)
            case _:
                return None

    def _rolls_away(self, place: int, months: int) -> Instant | None:
        """The start of the first month in which too little of what is there counts."""
        value, needed = self._value(self._day), self.scheme.steps[place]
        gone = month_of(self._day) - months
        for ahead in range(1, months + 2):
            leaving = self.progress.months.get(gone + ahead - 1)
            value -= 0 if leaving is None else of_month(self.scheme, leaving)
            if value < needed:
                return day_starts(month_end(self._day, ahead - 1) + 1, self.zone)
        return None
