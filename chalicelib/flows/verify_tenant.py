"""Verify a tenant: every account from its journal, every order and its entry, and that the feed has every entry once.

    reads    the directory of members, 1 Query a hundred of a shard; each member as in verify_member; the configuration and
             its journals; all pages of the feed and all counts by day, 1 Query a MB; and for each hour in which journals
             and feed differ the index of its entries and the feed's pages since

Memory: one member, and two numbers for each hour in which anything was recorded. It writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from chalicelib.areas.feeds import store as counts
from chalicelib.areas.members import store as members
from chalicelib.flows.verify_member import verify_member
from chalicelib.flows.verify_stream import Aggregate, Difference, Place, verify_stream
from chalicelib.flows.verify_tally import Tally
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.periods import day_starts, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.config import read_config, stream_of
from chalicelib.table.feed import LANES, FeedHead
from chalicelib.table.feed_search import references_since
from chalicelib.table.journal import entries_query
from chalicelib.table.pages import every_item
from chalicelib.table.patient import PatientTable
from chalicelib.table.protocol import Table
from chalicelib.table.recorded import HOUR_MS, recorded_between

MEMBERS_A_PART = 100
FEED_LAGS_MS = 10 * 60_000  # what was recorded in the last minutes may be on its way yet
_LAST = 99_999_999
_MEMBER = "M#"


@dataclass(frozen=True, slots=True)
class VerifiedPart:
    """A hundred members, the configuration, or the feed: how much there was of each, and what is not as it must be."""

    differences: tuple[Difference, ...]
    members: int = 0
    accounts: int = 0
    entries: int = 0
    orders: int = 0


def verify_tenant(rt: Runtime, tenant: str) -> Iterator[VerifiedPart]:
    """Who: an operator, at a prompt. The feed is compared for the hours that had ended ten minutes before the start."""
    table, until, whole = PatientTable(rt), rt.clock.now() - FEED_LAGS_MS, Tally()
    everybody = _members(table, tenant)
    while some := list(islice(everybody, MEMBERS_A_PART)):
        verified = [verify_member(rt, tenant, member) for member in some]
        for one in verified:
            whole.add_all(one.tally)
        yield VerifiedPart(
            tuple(difference for one in verified for difference in one.differences),
            len(some),
            sum(one.accounts for one in verified),
            sum(one.tally.entries for one in verified),
            sum(one.orders for one in verified),
        )
    before = whole.entries
    different = tuple(_configuration(table, tenant, whole))
    yield VerifiedPart(different, entries=whole.entries - before)
    yield VerifiedPart(tuple(_feed(table, tenant, whole, until)))


def _members(table: Table, tenant: str) -> Iterator[str]:
    for shard in range(members.DIRECTORY_SHARDS):
        query = members.directory_shard_query(tenant, shard, MEMBERS_A_PART)
        yield from map(members.listed_member, every_item(table, query))


def _configuration(table: Table, tenant: str, whole: Tally) -> Iterator[Difference]:
    for name, aggregate in read_config(table, tenant).aggregates.items():
        stream = stream_of(tenant, name)
        items = every_item(table, entries_query(stream, 1, _LAST))
        place = Place(f"{name.kind} {name.id}", "configuration")
        yield from verify_stream(Aggregate(place, stream, aggregate.head), items, whole.add_entry)


def _feed(table: Table, tenant: str, journals: Tally, until: Instant) -> Iterator[Difference]:
    head, told = feed.read_head(table, tenant), Tally()
    for lane in LANES:
        before = told.entries
        for reference in references_since(table, tenant, lane, head, 0):
            told.add(lane, reference.place, reference.recorded_at)
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
    recorded = {one.place for one in recorded_between(table, tenant, hour, end)}
    told = Counter(
        reference.place
        for lane in LANES
        for reference in references_since(table, tenant, lane, head, hour)
        if hour <= reference.recorded_at < end
    )
    for place in sorted(recorded | told.keys()):
        owner, program, sequence = place
        what = "is not in the feed" if place not in told else f"is in the feed {told[place]} times"
        if place not in recorded:
            what = "is in the feed and not in the journal"
        elif told[place] == 1:
            continue
        yield Difference(owner.removeprefix(_MEMBER), f"entry {sequence} of program {program} {what}")


def _days(table: Table, tenant: str, journals: Tally, until: Instant) -> Iterator[Difference]:
    kept = {
        one.day: one.counts for one in map(counts.daily_counts_from, every_item(table, counts.every_day_query(tenant)))
    }
    for day in sorted(kept.keys() | journals.days.keys()):
        ended = day_starts(day + 1, "UTC") <= until
        if ended and kept.get(day, {}) != dict(journals.days.get(day, {})):
            yield Difference("feed", f"{iso_day(day)}: its counts are not what its entries add up to")
