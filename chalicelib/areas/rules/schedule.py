"""When a rule on schedule runs: the occurrences that its trigger names, within its window, on its program's calendar.

What comes next is kept beside the rule, and counted on from there: an occurrence that nobody has started yet is not lost
because somebody corrects a name, and one that is over does not come again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from chalicelib.areas.rules.index import span_of
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.triggers import OnSchedule
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import day_of, local_day, time_of_day

_LAST = day_of(date.max) - 366  # behind it no clock shows every time of every zone


@dataclass(frozen=True, slots=True)
class Planned:
    """What is kept: the next occurrence, if there is one, and the operation that ran the one before."""

    program_id: int
    rule_id: str
    next_at: Instant | None = None
    operation_id: str = ""
    version: int = 0

    def to(self, next_at: Instant | None, operation_id: str | None = None) -> Planned:
        run = self.operation_id if operation_id is None else operation_id
        return replace(self, next_at=next_at, operation_id=run, version=self.version + 1)


def runs(rule: Rule) -> bool:
    """Whether anything of it is ever due."""
    return rule.state == "active" and isinstance(rule.trigger, OnSchedule)


def runs_as_before(before: Rule | None, rule: Rule) -> bool:
    """Whether all that its occurrences depend on is as it was."""
    if before is None:
        return False
    return (runs(before), before.trigger, before.window) == (runs(rule), rule.trigger, rule.window)


def coming(rule: Rule, zone: str, after: Instant) -> Instant | None:
    """The first occurrence behind an instant. None where there is none any more, or ever."""
    on, span = rule.trigger, span_of(rule)
    if not isinstance(on, OnSchedule) or rule.state != "active":
        return None
    first, last = local_day(after, zone), _LAST if span.last is None else min(_LAST, span.last)
    first = first if span.first is None else max(first, span.first)
    day = on.next_day(first) if first <= last else None
    while day is not None and day <= last:
        at = time_of_day(day, on.minute, zone)
        if at > after:
            return at
        day = on.next_day(day + 1)
    return None


def replanned(known: Planned, before: Rule | None, rule: Rule, zone: str, now: Instant) -> Planned | None:
    """With the rule as it is from now on; None where nothing changes. What it was off for is not made up for."""
    next_at = known.next_at if runs_as_before(before, rule) else coming(rule, zone, now)
    return None if next_at == known.next_at else known.to(next_at)
