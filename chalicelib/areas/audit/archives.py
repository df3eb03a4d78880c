"""Days of the log as files: which of them there are, and which piece of which day comes next.

A piece is decided by what came before it alone, and a day is taken up once nothing is recorded on it any more: whoever is
killed between piece and mark leaves files that the next one writes again, word for word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from chalicelib.errors import InvalidInput, NotFound
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import DAY_MS, Day, iso_day, parse_day
from chalicelib.kit.wire import CalendarDay, Time
from chalicelib.table.feed import Place

MOST_ENTRIES = 10_000  # of a file
KEPT_DAYS = 3_650  # for which it is told of; its files stay a little longer
Format = Literal["jsonl", "xml"]


class ArchivedDay(Frozen):
    """What the log has of a UTC day lies in `files` files of each format, one behind the other."""

    day: CalendarDay
    entries: int
    files: int
    archived_at: Time


class Reached(NamedTuple):
    """The last entry that a piece has."""

    at: Instant
    place: Place


@dataclass(frozen=True, slots=True)
class ArchiveMark:
    """Every day before `day` is dealt with, and of it so many entries, up to `last`, lie in so many files."""

    day: Day
    files: int = 0
    entries: int = 0
    last: Reached | None = None
    version: int = 0

    @property
    def since(self) -> Instant:
        return self.day * DAY_MS if self.last is None else self.last.at

    @property
    def until(self) -> Instant:
        """The first instant of the next day."""
        return (self.day + 1) * DAY_MS

    def with_file(self, entries: int, last: Reached) -> ArchiveMark:
        return replace(self, files=self.files + 1, entries=self.entries + entries, last=last)

    def day_over(self) -> ArchiveMark:
        return ArchiveMark(self.day + 1, version=self.version)

    def archived(self, at: Instant) -> ArchivedDay:
        return ArchivedDay(day=self.day, entries=self.entries, files=self.files, archived_at=at)


def archive_file(tenant: str, day: Day, number: int, form: Format) -> str:
    """The first is named by its day alone."""
    return f"audit/{tenant}/{iso_day(day)}{'' if number == 1 else f'.{number}'}.{form}"


def named_day(text: str) -> Day:
    """InvalidInput `unreadable_date`."""
    day = parse_day(text)
    if day is None:
        raise InvalidInput("unreadable_date", "A day is named like 2026-01-31, as the calendar has it.", param="day")
    return day


def no_archive(day: str) -> NotFound:
    return NotFound("archive_not_found", f"The archive has nothing of the day {day[:64]}.", param="day")
