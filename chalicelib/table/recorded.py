"""Entries as they were recorded, whoever's they are: gsi2, an hour at a time, its shards put together in order of time.

access pattern            | key                                                          | items | cost                   | by
entries of a shard's hour | gsi2 {t}#E#{hour}#{entry_shard:02} / {since:013}…{until:013} | 0–n   | 1 Query a page, 0.5 RU | recorded_query, recorded_between, recorded_back
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from chalicelib.kit.clock import Instant, moment
from chalicelib.table.damaged import readable
from chalicelib.table.feed import Place
from chalicelib.table.journal import ENTRY_SHARDS
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Between, Key, Query, Table, key_of

HOUR_MS = 3_600_000
PAGE = 1_000  # of one shard: the sixteen that are read side by side stay small
BACK_PAGE = 100  # of one shard, where somebody reads a page of the newest


class Recorded(NamedTuple):
    """Sorts by time, and where two are of one millisecond by owner and sequence."""

    at: Instant
    place: Place
    key: Key


def recorded_between(table: Table, tenant: str, first: Instant, until: Instant) -> Iterator[Recorded]:
    """The entries recorded from `first` on and before `until`, oldest first. An index lags behind its table a little."""
    hour = first // HOUR_MS * HOUR_MS
    while max(first, hour) < until:
        since, before = max(first, hour), min(until, hour + HOUR_MS)
        queries = [recorded_query(tenant, shard, since, before - 1) for shard in range(ENTRY_SHARDS)]
        yield from merge(*(_in_order(_found(table, tenant, query)) for query in queries))
        hour += HOUR_MS


def recorded_back(table: Table, tenant: str, since: Instant, until: Instant) -> Iterator[Recorded]:
    """Newest first: the entries of one hour from `since` to `until`, both included."""
    queries = [recorded_query(tenant, shard, since, until) for shard in range(ENTRY_SHARDS)]
    newest_first = (replace(query, reverse=True, limit=BACK_PAGE) for query in queries)
    yield from merge(*(_in_order(_found(table, tenant, query), back=True) for query in newest_first), reverse=True)


def _in_order(found: Iterator[Recorded], *, back: bool = False) -> Iterator[Recorded]:
    """The index has no order among those of one millisecond."""
    for _, together in groupby(found, lambda one: one.at):
        yield from sorted(together, reverse=back)


def recorded_query(tenant: str, shard: int, since: Instant, until: Instant) -> Query:
    """Both of one hour, `until` included."""
    partition = f"{tenant}#E#{moment(since).strftime('%Y%m%d%H')}#{shard:02}"
    return Query(partition, Between(f"{since:013}", f"{until:013}"), index="gsi2", limit=PAGE)


def _found(table: Table, tenant: str, query: Query) -> Iterator[Recorded]:
    return (readable(partial(_recorded, tenant), attrs) for attrs in every_item(table, query))


def _recorded(tenant: str, attrs: Attrs) -> Recorded:
    key = key_of(attrs)
    _, program, sequence = key.sk.split("#")
    place = Place(key.pk.removeprefix(f"{tenant}#"), int(program), int(sequence))
    return Recorded(int(attrs["gsi2sk"]["S"]), place, key)
