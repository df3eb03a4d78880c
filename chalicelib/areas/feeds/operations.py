"""Reading what the relay has counted, and how far consumers have come."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.areas.feeds import store
from chalicelib.areas.feeds.model import DailyCounts, added
from chalicelib.areas.feeds.model.consumers import ConsumerView, no_consumer, shown_consumer
from chalicelib.errors import InvalidInput
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table import feed
from chalicelib.table.pages import every_item

MAX_DAYS = 366


def daily_counts(rt: Runtime, caller: Caller, first: Day, last: Day) -> tuple[DailyCounts, ...]:
    """What each UTC day from `first` to `last` adds up to, oldest first; days on which nothing happened are left out.

    1 Query a MB: a year of a busy shop's counts is about one. Refuses a span that ends before it begins, or over 366 days.
    """
    if not first <= last < first + MAX_DAYS:
        raise InvalidInput("invalid_span", f"A span has 1 to {MAX_DAYS} days.", param="last")
    days: dict[Day, Mapping[str, int]] = {}
    for attrs in every_item(rt.table, store.days_query(caller.tenant, first, last)):
        day = store.day_of(attrs)
        days[day] = added(days.get(day, {}), store.counts_from(attrs))
    return tuple(DailyCounts(day=day, counts=dict(sorted(counts.items()))) for day, counts in days.items())


def list_consumers(rt: Runtime, caller: Caller) -> tuple[ConsumerView, ...]:
    """Every consumer of the feed, by id: 1 Query, 1 Get."""
    found = [store.consumer_from(attrs) for attrs in every_item(rt.table, store.consumers_query(caller.tenant))]
    last = feed.read_head(rt.table, caller.tenant).next - 1
    return tuple(shown_consumer(one, last) for one in found if one is not None)


def get_consumer(rt: Runtime, caller: Caller, consumer_id: str) -> ConsumerView:
    """1 BatchGet. NotFound `consumer_not_found`."""
    keys = (store.consumer_key(caller.tenant, consumer_id), feed.head_key(caller.tenant))
    found = rt.table.batch_get(keys)
    known = store.consumer_from(found.get(keys[0]))
    if known is None:
        raise no_consumer(consumer_id)
    return shown_consumer(known, feed.head_from(found.get(keys[1])).next - 1)
