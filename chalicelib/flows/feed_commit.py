"""What every flow shares that adds entries to a feed: pages, counts and head in one transaction, and the topic's messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import Told, added, counted
from chalicelib.areas.feeds.store import CountsPlace
from chalicelib.aws.topic import Published
from chalicelib.flows.follow_webhooks import calls_of
from chalicelib.flows.own_acts import acts_of
from chalicelib.flows.value_days import counted_days
from chalicelib.kit.periods import local_day
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.feed import LANES, FeedHead, UnreadableEntryError
from chalicelib.table.items import UNREADABLE
from chalicelib.table.journal import Entry, published
from chalicelib.table.protocol import Attrs, Write

MAX_ENTRIES = 1_000  # of one transaction: eleven pages at most
MAX_PLACES = 25  # of counts

PlacedT = TypeVar("PlacedT")


def feed_writes(rt: Runtime, tenant: str, before: FeedHead, after: FeedHead, entries: Sequence[Entry]) -> list[Write]:
    """The feed with these entries at its end, if `before` is how it stands; 1 BatchGet of open pages and counts."""
    references = {
        lane: [feed.reference_to(entry) for entry in entries if published(entry) == (lane == "P")] for lane in LANES
    }
    places: dict[CountsPlace, list[Entry]] = {}
    for entry in entries:
        places.setdefault(counting_place(entry), []).append(entry)
    opened = {lane: feed.open_page_key(tenant, before, lane) for lane in LANES if references[lane]}
    keys = {place: store.counts_key(tenant, *place) for place in places}
    wanted = [*(key for key in opened.values() if key), *keys.values()]
    found = rt.table.batch_get(wanted) if wanted else {}
    pages = {lane: found.get(key) if key else None for lane, key in opened.items()}
    now = rt.clock.now()
    counts = {
        place: added(store.counts_from(found.get(keys[place])), counted(map(told_of, counted_there)))
        for place, counted_there in places.items()
    }
    return [
        feed.head_put(tenant, before, after),
        *(
            put
            for lane, page in pages.items()
            for put in feed.page_puts(tenant, before, lane, page, references[lane], now)
        ),
        *(store.counts_put(tenant, place, total) for place, total in counts.items()),
    ]


def entry_to_tell(image: Attrs) -> Entry:
    """The entry that an item or a stream record holds, or the placeholder of one of a newer schema. UnreadableEntryError for
    what is none, or of which nobody can count what follows: that must not come out half-way."""
    entry = feed.entry_of_image(image)
    try:
        check_countable(entry)
    except UNREADABLE as fault:
        raise UnreadableEntryError(f"{image.get('pk')} {image.get('sk')}: {fault!r}") from fault
    return entry


def check_countable(entry: Entry) -> None:
    """Raises one of UNREADABLE."""
    counts = counted([told_of(entry)])
    if not all(type(number) is int for number in counts.values()):
        raise ValueError("it counts for what is no number")


def in_transactions(placed: Iterable[tuple[CountsPlace, PlacedT]]) -> Iterator[list[PlacedT]]:
    """As many in a row as one transaction may hold: nearly always all of them."""
    part: list[PlacedT] = []
    places: set[CountsPlace] = set()
    for place, one in placed:
        if part and (len(part) == MAX_ENTRIES or len(places | {place}) > MAX_PLACES):
            yield part
            part, places = [], set()
        part.append(one)
        places.add(place)
    if part:
        yield part


def counting_place(entry: Entry) -> CountsPlace:
    return CountsPlace(local_day(entry.recorded_at, "UTC"), store.share_of(entry.stream.program))


def told_of(entry: Entry) -> Told:
    days, after = tuple(counted_days(entry)), entry.header.get("after") or {}
    return Told(entry.stream.program, entry.facts, days, after.get("ahead", ()), after.get("counted_of", ()))


def message_of(entry: Entry) -> Published:
    """It names the entry and does not carry it: a consumer reads it, or what it left behind, afresh. `calls`: webhooks that rules
    tell by it, `acts`: what the member did themselves, where there is any."""
    reference = feed.reference_to(entry)
    body: dict[str, Any] = {
        "tenant": entry.stream.tenant,
        "entry_id": feed.name_of(entry),
        "owner": reference.owner,
        "program": reference.program,
        "sequence": reference.sequence,
        "operation": entry.header["operation"],
        "types": reference.types,
        "recorded_at": entry.recorded_at,
        "effective_at": entry.effective_at,
    }
    calls = [list(call) for call in calls_of(entry)]
    if calls:
        body["calls"] = calls
    acts = acts_of(entry)
    if acts:
        body["acts"] = acts
    return Published(entry.stream.tenant, reference.types, body, str(entry.header.get("request_id", "")))
