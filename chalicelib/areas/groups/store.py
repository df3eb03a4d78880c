"""Where groups are kept.

access pattern               | key                                     | items | cost                   | by
a group                      | {t}#G#{group} / A#PROFILE               | 0–1   | 1 Get, 1 RU            | read
whether a member is in it    | {t}#G#{group} / H#{their_member}        | 0–1   | 1 Get, 1 RU            | membership_key
members of a group           | {t}#G#{group} / H#*                     | 0–n   | 1 Query a page, 1 RU   | memberships_query
groups of a tenant, by shard | gsi1 {t}#DIR#group#{group_shard:02} / * | 0–n   | 1 Query a page, 0.5 RU | directory_query

item         | key                        | in index                                      | cost
group        | {t}#G#{group} / A#PROFILE  | gsi1 {t}#DIR#group#{group_shard:02} / {group} | 2 WU + 1 IU
group_member | {t}#G#{group} / H#{member} | –                                             | 2 WU

Which group a member is in stands in the member's own profile, which every operation reads anyway: so whoever is in none
pays nothing for groups. A group's changes are the journal of program 0 of its partition; `I#…` is kept for credit notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.groups.model import Group, Membership, no_group, stored
from chalicelib.kit.ids import number_of
from chalicelib.table.indexes import behind, index_key
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.journal import Entry, Head
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, Attrs, Delete, Equals, Key, Prefix, Present, Put, Query, Table

DIRECTORY_SHARDS = 16
MEMBERS = "H#"


class GroupItem(StampbookItem):
    """Schema 2 is that of a group that is blocked, for which an older version would let its members spend."""

    kind = UnicodeAttribute(default="group")
    v = IntegerAttribute(default=2)
    version = IntegerAttribute()
    hash = UnicodeAttribute()
    private = BodyAttribute()
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()


class MembershipItem(StampbookItem):
    kind = UnicodeAttribute(default="group_member")
    body = BodyAttribute()


def group_key(tenant: str, group: str) -> Key:
    return Key(owner_pk(tenant, group), "A#PROFILE")


def membership_key(tenant: str, group: str, member: str) -> Key:
    return Key(owner_pk(tenant, group), f"{MEMBERS}{member}")


def group_from(attrs: Attrs | None, group: str) -> tuple[Group, Head]:
    """NotFound when the tenant has no such group."""
    if attrs is None:
        raise no_group(group)
    item = from_attrs(GroupItem, attrs)
    return Group.model_validate(item.private), Head(item.version, item.hash)


def read(table: Table, tenant: str, group: str) -> tuple[Group, Head]:
    number_of("group", group)
    return group_from(table.get(group_key(tenant, group)), group)


def membership_from(attrs: Attrs) -> Membership:
    return Membership(member_id=attrs["sk"]["S"].removeprefix(MEMBERS), **from_attrs(MembershipItem, attrs).body)


def group_put(tenant: str, group: Group, head: Head, entry: Entry) -> Put:
    """At its entry's version, only if nobody changed it since it was read."""
    key = group_key(tenant, group.group_id)
    item = GroupItem(
        pk=key.pk,
        sk=key.sk,
        v=2 if group.status == "blocked" else 1,
        version=entry.sequence,
        hash=entry.hash,
        private=stored(group),
        gsi1pk=_directory(tenant, shard_of(group.group_id)),
        gsi1sk=group.group_id,
    )
    return Put(to_attrs(item), Absent() if head.version == 0 else Equals("version", head.version))


def membership_put(tenant: str, group: str, membership: Membership, *, new: bool) -> Put:
    key = membership_key(tenant, group, membership.member_id)
    body = membership.model_dump(mode="json", exclude={"member_id"})
    return Put(to_attrs(MembershipItem(pk=key.pk, sk=key.sk, body=body)), Absent() if new else Present())


def membership_delete(tenant: str, group: str, member: str) -> Delete:
    return Delete(membership_key(tenant, group, member), Present())


def memberships_query(tenant: str, group: str, limit: int, after: str | None) -> Query:
    """In the order in which they were enrolled, behind the member `after`."""
    key = group_key(tenant, group)
    start = None if after is None else {"pk": key.pk, "sk": f"{MEMBERS}{after}"}
    return Query(key.pk, Prefix(MEMBERS), limit=limit, start=start)


def directory_query(tenant: str, shard: int, limit: int, after: str | None) -> Query:
    """A page of one shard, behind the group `after`."""
    start = None
    if after is not None:
        start = behind("gsi1", group_key(tenant, after), Key(_directory(tenant, shard), after))
    return Query(_directory(tenant, shard), index="gsi1", limit=limit, start=start)


def listed_group(attrs: Attrs) -> str:
    """Which group an item of the directory is about."""
    group: str = attrs["gsi1sk"]["S"]
    return group


def is_placed(tenant: str, group: str, attrs: Attrs) -> bool:
    """Whether the directory has a group where it is looked for."""
    return index_key("gsi1", attrs) == Key(_directory(tenant, shard_of(group)), group)


def shard_of(group: str) -> int:
    return number_of("group", group) % DIRECTORY_SHARDS


def private_part(group: Group, salt: str) -> Mapping[str, Any]:
    """The whole group after the change: the answer of a repeated command is made from it."""
    return {"salt": salt, "group": stored(group)}


def _directory(tenant: str, shard: int) -> str:
    return f"{tenant}#DIR#group#{shard:02}"
