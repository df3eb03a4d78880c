"""A query followed to its end, and a list that is spread over shards, a page of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from chalicelib.kit.ids import Kind, is_id
from chalicelib.kit.paging import another_list, decode_cursor
from chalicelib.table.protocol import Attrs, Query, Table


class ShardPlace(NamedTuple):
    """Where the next page of such a list begins: in a shard, behind a name that it had."""

    shard: int = 0
    after: str | None = None


def shard_place(scope: str, cursor: str | None, shards: int, kind: Kind, shard_of: Callable[[str], int]) -> ShardPlace:
    """As the list's own cursor says it: names are ids of that kind, each in the shard that follows from it."""
    if cursor is None:
        return ShardPlace()
    match decode_cursor(scope, cursor):
        case [int() as shard, None] if 0 <= shard < shards:
            return ShardPlace(shard)
        case [int() as shard, str() as after] if is_id(kind, after) and shard == shard_of(after):
            return ShardPlace(shard, after)
    raise another_list()


def page_of_shards(
    table: Table,
    query: Callable[[int, int, str | None], Query],
    listed: Callable[[Attrs], str],
    place: ShardPlace,
    shards: int,
    limit: int,
) -> tuple[list[Attrs], ShardPlace | None]:
    """Shard by shard, until there are `limit` or no more: at most one Query a shard, and usually one in all. `query` is of
    shard, limit and what comes before; `listed` is the name that an item stands under."""
    found: list[Attrs] = []
    while place.shard < shards and len(found) < limit:
        page = table.query(query(place.shard, limit - len(found), place.after))
        found += page.items
        place = ShardPlace(place.shard + 1) if page.next is None else place._replace(after=listed(found[-1]))
    return found, place if place.shard < shards else None


def every_item(table: Table, query: Query) -> Iterator[Attrs]:
    """All items of the query, in its order: one request per MB, each made when its first item is asked for."""
    while True:
        page = table.query(query)
        yield from page.items
        if page.next is None:
            return
        query = replace(query, start=page.next)
