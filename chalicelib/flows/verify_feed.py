"""Verify a feed: every entry of the journals is in it once and in its lane, and each day counts what its entries add up to.

reads    all pages of the feed and all counts by day, 1 Query a MB; and for each hour in which journals and feed differ
         the index of its entries, the feed's pages since and 1 BatchGet for every hundred of its entries

What cannot be read of the feed is told and passed over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from chalicelib.areas.feeds import store as counts
from chalicelib.flows.verify_stream import Difference, unreadable
from chalicelib.flows.verify_tally import Tally, lane_of
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.periods import Day, day_starts, iso_day
from chalicelib.table import feed
from chalicelib.table.feed import LANES, FeedHead, Lane, Place, Reference, UnreadableEntryError, entry_of_image
from chalicelib.table.feed_search import MOST_REFERENCES, ended_before, pages_query
from chalicelib.table.items import UNREADABLE
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Table
from chalicelib.table.recorded import HOUR_MS, Recorded, recorded_between

_READ_TOGETHER = 100
_LANES: Mapping[Lane, str] = {"P": "with a number", "Q": "as a quiet one"}


@dataclass(slots=True)
class _Feed:
    """A feed as far as it can be read. `lost`: pages that cannot be, once found."""

    table: Table
    tenant: str
    head: FeedHead | None = None
    lost: dict[str, Exception] = field(default_factory=dict)

    def references(self, lane: Lane, since: Instant) -> Iterator[Reference]:
        """At least those that were added at `since` or later. Without a head, of all pages that there are."""
        last = MOST_REFERENCES if self.head is None else self.head.next_of(lane)
        for page in every_item(self.table, pages_query(self.tenant, lane, 1, last)) if last > 1 else ():
            try:
                yield from feed.references_from(page)
                older = ended_before(page, since)
            except UNREADABLE as why:
                self.lost[page["sk"]["S"]] = why
                continue
            if older:
                return

    def stands(self) -> bool:
        """Whether it stands where its head was read: what there is more of has not been added meanwhile."""
        return self.head is not None and feed.read_head(self.table, self.tenant) == self.head

    def has_lost(self, lane: Lane) -> bool:
        return any(page.startswith(lane) for page in self.lost)


def verify_feed(table: Table, tenant: str, journals: Tally, until: Instant) -> Iterator[Difference]:
    """For the hours and days that had ended by `until`; `journals` must have all that was recorded by then."""
    whole, told = _Feed(table, tenant), Tally()
    try:
        whole.head = feed.read_head(table, tenant)
    except UNREADABLE as why:
        yield Difference("feed", f"its head {unreadable(why)}")
    for lane in LANES:
        before = told.entries
        for reference in whole.references(lane, 0):
            told.add(lane, reference.place, reference.recorded_at)
            if reference.is_placeholder:
                yield _about(reference.place, "is in the feed as one that could not be read: repair it")
        known = whole.head is not None and not whole.has_lost(lane)
        expected, has = whole.head.next_of(lane) - 1 if whole.head else 0, told.entries - before
        if known and (has < expected or (expected < has and whole.stands())):
            yield Difference("feed", f"has {has} of {expected} references ({lane})")
    yield from (Difference("feed", f"{_name(page)} {unreadable(why)}") for page, why in sorted(whole.lost.items()))
    for hour in journals.differing_hours(told, until):
        found = list(_of_hour(whole, hour))
        if not (found or whole.lost):
            found = [Difference("feed", f"{rfc3339(hour)}: entries of members that the directory does not list")]
        yield from found
    yield from _days(table, tenant, journals, until)


def _name(page: str) -> str:
    """`P#0000000007` in words."""
    lane, _, number = page.partition("#")
    return f"{'page' if lane == 'P' else 'page of quiet entries'} {number.lstrip('0') or 0}"


def _of_hour(whole: _Feed, hour: Instant) -> Iterator[Difference]:
    """Entry by entry, what index and feed have of this hour. What may stand in a page that cannot be read is not missed."""
    end = hour + HOUR_MS
    recorded = {one.place: one for one in recorded_between(whole.table, whole.tenant, hour, end)}
    told: dict[Place, list[Lane]] = defaultdict(list)
    for lane in LANES:
        for reference in whole.references(lane, hour):
            if hour <= reference.recorded_at < end:
                told[reference.place].append(lane)
    lanes = _lanes(whole.table, [one for place, one in recorded.items() if len(told.get(place, ())) == 1])
    for place in sorted(recorded.keys() | told.keys()):
        has = told.get(place, [])
        if place not in recorded:
            yield _about(place, "is in the feed and not in the journal")
        elif not has:
            yield from () if whole.lost else (_about(place, "is not in the feed"),)
        elif len(has) > 1:
            yield _about(place, f"is in the feed {len(has)} times")
        elif lanes.get(place, has[0]) != has[0]:
            yield _about(place, f"is in the feed {_LANES[has[0]]} and should be {_LANES[lanes[place]]}")


def _lanes(table: Table, some: Sequence[Recorded]) -> dict[Place, Lane]:
    """Where the entries belong, as far as they say."""
    rest, lanes = iter(some), dict[Place, Lane]()
    while batch := list(islice(rest, _READ_TOGETHER)):
        found = table.batch_get([one.key for one in batch])
        for one in batch:
            try:
                lanes[one.place] = lane_of(entry_of_image(found.get(one.key, {})))
            except UnreadableEntryError:
                continue  # it has been told of with its journal
    return lanes


def _days(table: Table, tenant: str, journals: Tally, until: Instant) -> Iterator[Difference]:
    kept, unread = defaultdict[Day, Counter[str]](Counter), set(journals.unread)
    for attrs in every_item(table, counts.every_day_query(tenant)):
        try:
            day = counts.day_of(attrs)
        except UNREADABLE:
            yield Difference("feed", "there are counts of what is no day")
            continue
        try:
            kept[day].update(counts.counts_from(attrs))
        except UNREADABLE as why:
            unread.add(day)
            yield Difference("feed", f"{iso_day(day)}: its counts {unreadable(why)}")
    for day in sorted((kept.keys() | journals.days.keys()) - unread):
        ended = day_starts(day + 1, "UTC") <= until
        if ended and kept.get(day, Counter()) != journals.days.get(day, Counter()):  # nothing and 0 are the same
            yield Difference("feed", f"{iso_day(day)}: its counts are not what its entries add up to")


def _about(place: Place, what: str) -> Difference:
    owner, program, sequence = place
    return Difference(owner.removeprefix("M#").removeprefix("G#"), f"entry {sequence} of program {program} {what}")
