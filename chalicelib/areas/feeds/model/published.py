"""What of a feed lies in files, and which file comes next. It is decided before it is written: whoever is killed in between
leaves a file that the next one writes again, to the same end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, iso_day, local_day

MAX_ENTRIES = 1_000  # of a file


@dataclass(frozen=True, slots=True)
class PublishedFiles:
    """Everything up to the number `kept` lies in files; what follows it up to `meant`, all recorded on `day`, is to be the next."""

    kept: int = 0
    meant: int = 0
    day: Day = 0
    version: int = 0

    @property
    def is_writing(self) -> bool:
        return self.meant > self.kept

    def to_write(self, entries: int, day: Day) -> PublishedFiles:
        return replace(self, meant=self.kept + entries, day=day)

    def written(self) -> PublishedFiles:
        return replace(self, kept=self.meant)

    def file_name(self, tenant: str) -> str:
        """By number within a day: so a bucket lists them in their order."""
        return f"published/{tenant}/{iso_day(self.day)}/{self.kept + 1:012}-{self.meant:012}.jsonl"


def next_file(recorded_at: Sequence[Instant], before: Day) -> tuple[int, Day] | None:
    """How many of these, which come next, go into one file, and of which UTC day they are: as many in a row as are of the first
    one's day. None where there is nothing, or that day is not over."""
    days = [local_day(at, "UTC") for at in recorded_at]
    if not days or days[0] >= before:
        return None
    same = next((place for place, day in enumerate(days) if day != days[0]), len(days))
    return same, days[0]
