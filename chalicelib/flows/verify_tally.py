"""What many entries add up to, by hour and day, in little room: two sets of them are equal when their tallies are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from chalicelib.areas.feeds.model import counted
from chalicelib.flows.feed_commit import counting_place, told_of
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day
from chalicelib.table import feed
from chalicelib.table.feed import Lane, Place
from chalicelib.table.journal import Entry, published
from chalicelib.table.placeholders import is_placeholder
from chalicelib.table.recorded import HOUR_MS

_WRAP = 2**64


@dataclass(slots=True)
class Tally:
    """`hours`: for each lane and hour of recording, how many entries and the sum of their names' hashes, in any order.
    `unread`: days of which something could not be read, so that nobody knows what they add up to."""

    entries: int = 0
    hours: dict[tuple[Lane, Instant], tuple[int, int]] = field(default_factory=dict)
    days: dict[Day, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unread: set[Day] = field(default_factory=set)

    def add(self, lane: Lane, place: Place, recorded_at: Instant) -> None:
        name = f"{place.owner}|{place.program}|{place.sequence}".encode()
        self._add((lane, recorded_at // HOUR_MS * HOUR_MS), 1, int.from_bytes(blake2b(name, digest_size=8).digest()))
        self.entries += 1

    def add_entry(self, entry: Entry) -> None:
        self.add(lane_of(entry), feed.place_of(entry), entry.recorded_at)
        day = counting_place(entry).day
        self.days[day].update(counted([told_of(entry)]))
        if is_placeholder(entry):
            self.unread.add(day)

    def add_all(self, other: Tally) -> None:
        for hour, (count, total) in other.hours.items():
            self._add(hour, count, total)
        for day, counts in other.days.items():
            self.days[day].update(counts)
        self.unread |= other.unread
        self.entries += other.entries

    def differing_hours(self, other: Tally, until: Instant) -> Iterator[Instant]:
        """Those that had ended by `until` and in which the two do not have the same entries."""
        hours = {key for key in self.hours.keys() | other.hours.keys() if self.hours.get(key) != other.hours.get(key)}
        yield from sorted({hour for _, hour in hours if hour + HOUR_MS <= until})

    def kept(self) -> dict[str, Any]:
        """As JSON, to go on from."""
        return {
            "entries": self.entries,
            "hours": [[lane, hour, *sums] for (lane, hour), sums in self.hours.items()],
            "days": [[day, counts] for day, counts in self.days.items()],
            "unread": sorted(self.unread),
        }

    def _add(self, key: tuple[Lane, Instant], count: int, total: int) -> None:
        known = self.hours.get(key, (0, 0))
        self.hours[key] = (known[0] + count, (known[1] + total) % _WRAP)


def tally_from(kept: Mapping[str, Any]) -> Tally:
    tally = Tally(kept["entries"], {(lane, hour): (count, total) for lane, hour, count, total in kept["hours"]})
    tally.days.update({day: Counter(counts) for day, counts in kept["days"]})
    tally.unread.update(kept["unread"])
    return tally


def lane_of(entry: Entry) -> Lane:
    return "P" if published(entry) else "Q"
