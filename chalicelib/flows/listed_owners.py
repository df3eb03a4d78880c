"""All members and groups of a tenant, as their directories list them, or those of a segment: 1 Query two hundred of a shard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from chalicelib.areas.groups import store as group_store
from chalicelib.areas.members import store as members
from chalicelib.areas.segments import store as segments
from chalicelib.kit.ids import owner_kind
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Attrs, Query, Table

MEMBERS_A_PART = 200
EVERY_SHARD = range(members.DIRECTORY_SHARDS)


def listed_owners(table: Table, tenant: str, after: str | None, shards: range = EVERY_SHARD) -> Iterator[str]:
    """All members of these shards, then all groups of them, behind whichever is named."""
    of_groups = after is not None and owner_kind(after) == "group"
    if not of_groups:
        yield from listed_members(table, tenant, after, shards)
    yield from listed_groups(table, tenant, after if of_groups else None, shards)


def listed_groups(table: Table, tenant: str, after: str | None, shards: range = EVERY_SHARD) -> Iterator[str]:
    """As the directory has them in these of its shards, as many as members' has, behind the group `after`."""
    query = partial(group_store.directory_query, tenant)
    yield from map(group_store.listed_group, listed(table, shards, after, group_store.shard_of, query))


def listed_members(table: Table, tenant: str, after: str | None, shards: range = EVERY_SHARD) -> Iterator[str]:
    """As the directory has them in these of its shards, behind the member `after`."""
    query = partial(members.directory_query, tenant)
    yield from map(members.listed_member, listed(table, shards, after, members.shard_of, query))


def listed_in_segment(table: Table, tenant: str, segment: str, after: str | None, shards: range) -> Iterator[Attrs]:
    """As the segment's list has them, whose stay is over included."""
    yield from listed(table, shards, after, segments.shard_of, partial(segments.members_query, tenant, segment))


def listed(
    table: Table,
    shards: range,
    after: str | None,
    shard_of: Callable[[str], int],
    query: Callable[[int, int, str | None], Query],
) -> Iterator[Attrs]:
    """What a list has in these of its shards, behind whoever is named. `query`: of a shard, how many at once, behind whom."""
    first = shards.start if after is None else shard_of(after)
    for shard in range(first, shards.stop):
        yield from every_item(table, query(shard, MEMBERS_A_PART, after if shard == first else None))
