"""What an account remembers of its past because somebody asks: by name of what is counted, and by day, how often and how much.

Only facts change it. Days that are over make room when something else is counted by the same name, and never because time went
on: so no outcome depends on whether the daily job was there, and what comes late still counts on its own day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from chalicelib.areas.accounts.model.limits import MAX_PAST_DAYS, MAX_PAST_NAMES
from chalicelib.kit.periods import Day

FOR_EVER: Day = 0  # where all of it is that is kept without days
_NO_VALUES: Mapping[str, int] = {}
PastCount = tuple[str, int, int, int]  # name, days that it is kept (0: for ever), how often more, how much more


class Sum(NamedTuple):
    """`values` by currency."""

    times: int = 0
    values: Mapping[str, int] = _NO_VALUES

    def plus(self, times: int, currency: str, value: int) -> Sum:
        """Never less than nothing."""
        values = {**self.values, currency: self.values.get(currency, 0) + value} if value else self.values
        return Sum(max(0, self.times + times), {name: sum_ for name, sum_ in values.items() if sum_ > 0})


NOTHING = Sum()
Past = Mapping[str, Mapping[Day, Sum]]


def with_counts(past: Past, on: Day, currency: str, counts: Iterable[PastCount], forgets: Collection[str]) -> Past:
    after = {name: days for name, days in past.items() if name not in forgets}
    for name, kept_days, times, value in counts:
        known, day = dict(after.pop(name, {})), on if kept_days else FOR_EVER
        counted = known.pop(day, NOTHING).plus(times, currency, value)
        if counted != NOTHING:
            known[day] = counted
        if kept_days and times > 0:  # what comes back knows how long it was kept when it was counted, and no more
            newest = max(known, default=on)
            known = {one: counted for one, counted in known.items() if one > newest - kept_days}
        if known:
            after[name] = known
    return after


def forgotten(past: Past, asked: Collection[str], more: Collection[str], on: Day) -> tuple[str, ...]:
    """What is no longer worth keeping when something is counted by these names: what nobody could ask for any more, and where there
    is no room, what nobody does."""
    over = [name for name, days in past.items() if FOR_EVER not in days and max(days) <= on - MAX_PAST_DAYS]
    kept = {*past, *more}.difference(over)
    if len(kept) > MAX_PAST_NAMES:
        over += [name for name in past if name not in over and name not in asked]
    return tuple(name for name in over if name not in more)
