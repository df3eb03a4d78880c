"""Entries as they were recorded, whoever's they are: gsi2, an hour at a time, its shards put together in order of time.

access pattern              key                                                   cost
entries of a span           gsi2 {t}#E#{hour}#{shard:02} / {recorded_at:013}      16 Queries an hour, more where a shard's
                                                                                  hour has over 1,000 entries; keys only
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import NamedTuple

from chalicelib.kit.clock import Instant, moment
from chalicelib.table.feed import Place
from chalicelib.table.journal import ENTRY_SHARDS
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Between, Key, Query, Table, key_of

HOUR_MS = 3_600_000
PAGE = 1_000  # of one shard: the sixteen that are read side by side stay small


class Recorded(NamedTuple):
    """Sorts by time, and where two are of one millisecond by owner and sequence."""

    at: Instant
    place: Place
    key: Key


def recorded_between(table: Table, tenant: str, first: Instant, until: Instant) -> Iterator[Recorded]:
    """The entries recorded from `first` on and before `until`, oldest first. An index lags behind its table a little."""
    hour = first // HOUR_MS * HOUR_MS
    while max(first, hour) < until:
        span = Between(f"{max(first, hour):013}", f"{min(until, hour + HOUR_MS) - 1:013}")
        yield from merge(*(_of_shard(table, tenant, hour, shard, span) for shard in range(ENTRY_SHARDS)))
        hour += HOUR_MS


def _of_shard(table: Table, tenant: str, hour: Instant, shard: int, span: Between) -> Iterator[Recorded]:
    partition = f"{tenant}#E#{moment(hour).strftime('%Y%m%d%H')}#{shard:02}"
    found = every_item(table, Query(partition, span, index="gsi2", limit=PAGE))
    return (_recorded(tenant, attrs) for attrs in found)


def _recorded(tenant: str, attrs: Attrs) -> Recorded:
    key = key_of(attrs)
    _, program, sequence = key.sk.split("#")
    place = Place(key.pk.removeprefix(f"{tenant}#"), int(program), int(sequence))
    return Recorded(int(attrs["gsi2sk"]["S"]), place, key)
