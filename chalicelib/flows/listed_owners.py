"""All members and groups of a tenant, as their directories list them: 1 Query two hundred of a shard."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.areas.groups import store as group_store
from chalicelib.areas.members import store as members
from chalicelib.kit.ids import owner_kind
from chalicelib.table.pages import every_item
from chalicelib.table.protocol import Table

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
    first = shards.start if after is None else group_store.shard_of(after)
    for shard in range(first, shards.stop):
        query = group_store.directory_query(tenant, shard, MEMBERS_A_PART, after if shard == first else None)
        yield from map(group_store.listed_group, every_item(table, query))


def listed_members(table: Table, tenant: str, after: str | None, shards: range = EVERY_SHARD) -> Iterator[str]:
    """As the directory has them in these of its shards, behind the member `after`."""
    first = shards.start if after is None else members.shard_of(after)
    for shard in range(first, shards.stop):
        query = members.directory_query(tenant, shard, MEMBERS_A_PART, after if shard == first else None)
        yield from map(members.listed_member, every_item(table, query))
