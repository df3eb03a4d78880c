"""How often something was taken: ever, and in each of the last periods. A limit may be set later and knows what was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chalicelib.kit.periods import Day, period_of

Every = Literal["ever", "day", "week", "month", "year"]

_EACH: tuple[Every, ...] = ("ever", "day", "week", "month", "year")
EVER = "ever"
KEPT = 2  # periods of each length: a clock that is behind still counts in the one before


@dataclass(frozen=True, slots=True)
class Counts:
    """By name of the period: `ever`, `2026-11-22`, `2026-W47`, `2026-11`, `2026`."""

    of: Mapping[str, int] = field(default_factory=dict)

    def used(self, every: Every, day: Day) -> int:
        return self.of.get(names_of(day)[every], 0)

    def plus(self, day: Day, times: int) -> Counts:
        counted = dict(self.of)
        for name in names_of(day).values():
            counted[name] = counted.get(name, 0) + times
        return Counts(_newest(counted))

    def minus(self, day: Day, times: int) -> Counts:
        """What was counted on that day is not any more; of periods that are forgotten nobody asks."""
        names = set(names_of(day).values())
        less = {name: count - times if name in names else count for name, count in self.of.items()}
        return Counts({name: count for name, count in less.items() if count > 0})


NONE = Counts()


def names_of(day: Day) -> dict[Every, str]:
    return {every: period_of(every, day) or EVER for every in _EACH}


def _newest(counted: Mapping[str, int]) -> dict[str, int]:
    """Names of one kind of period are of one length and sort by time; `ever` is as long as a year, and always stays."""
    kept = {EVER: counted[EVER]} if EVER in counted else {}
    for size in {len(name) for name in counted if name != EVER}:
        alike = sorted((name for name in counted if len(name) == size and name != EVER), reverse=True)
        kept |= {name: counted[name] for name in alike[:KEPT]}
    return kept
