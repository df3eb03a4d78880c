"""Verify a feed: every entry of the journals is in it once and in its lane, and each day counts what its entries add up to.

reads    all pages of the feed and all counts by day, 1 Query a MB; and for each hour in which journals and feed differ
         the index of its entries, the feed's pages since and 1 BatchGet for every hundred of its entries
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from chalicelib.areas.feeds import store as counts
from chalicelib.flows.verify_stream import Difference
from chalicelib.flows.verify_tally import Tally, lane_of
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.periods import day_starts, iso_day
from chalicelib.table import feed
from chalicelib.table.feed import LANES, FeedHead, Lane, Place, UnreadableEntryError, entry_of_image
from chalicelib.table.feed_search import references_since
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Table
from chalicelib.table.recorded import HOUR_MS, Recorded, recorded_between

_MEMBER = "M#"
_READ_TOGETHER = 100
_LANES: Mapping[Lane, str] = {"P": "with a number", "Q": "as a quiet one"}


def verify_feed(table: Table, tenant: str, journals: Tally, until: Instant) -> Iterator[Difference]:
    """For the hours and days that had ended by `until`; `journals` must have all that was recorded by then."""
    head, told = feed.read_head(table, tenant), Tally()
    for lane in LANES:
        before = told.entries
        for reference in references_since(table, tenant, lane, head, 0):
            told.add(lane, reference.place, reference.recorded_at)
            if reference.is_placeholder:
                yield _about(reference.place, "is in the feed as one that could not be read: repair it")
        if told.entries - before < head.next_of(lane) - 1:
            yield Difference("feed", f"has {told.entries - before} of {head.next_of(lane) - 1} references ({lane})")
    for hour in journals.differing_hours(told, until):
        found = list(_of_hour(table, tenant, head, hour))
        yield from found or [
            Difference("feed", f"{rfc3339(hour)}: entries of members that the directory does not list")
        ]
    yield from _days(table, tenant, journals, until)


def _of_hour(table: Table, tenant: str, head: FeedHead, hour: Instant) -> Iterator[Difference]:
    """Entry by entry, what index and feed have of this hour."""
    end = hour + HOUR_MS
    recorded = {one.place: one for one in recorded_between(table, tenant, hour, end)}
    told: dict[Place, list[Lane]] = defaultdict(list)
    for lane in LANES:
        for reference in references_since(table, tenant, lane, head, hour):
            if hour <= reference.recorded_at < end:
                told[reference.place].append(lane)
    lanes = _lanes(table, [one for place, one in recorded.items() if len(told.get(place, ())) == 1])
    for place in sorted(recorded.keys() | told.keys()):
        has = told.get(place, [])
        if place not in recorded:
            yield _about(place, "is in the feed and not in the journal")
        elif not has:
            yield _about(place, "is not in the feed")
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
    items = every_item(table, counts.every_day_query(tenant))
    kept = {one.day: Counter(one.counts) for one in map(counts.daily_counts_from, items)}
    for day in sorted((kept.keys() | journals.days.keys()) - journals.unread):
        ended = day_starts(day + 1, "UTC") <= until
        if ended and kept.get(day, Counter()) != journals.days.get(day, Counter()):  # nothing and 0 are the same
            yield Difference("feed", f"{iso_day(day)}: its counts are not what its entries add up to")


def _about(place: Place, what: str) -> Difference:
    owner, program, sequence = place
    return Difference(owner.removeprefix(_MEMBER), f"entry {sequence} of program {program} {what}")
