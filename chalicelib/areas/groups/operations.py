"""Operations on groups. Those that write change a member as well, and so are parts of what flows commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.areas.groups import store
from chalicelib.areas.groups.model import Changed, Group, Membership, no_group
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import is_id
from chalicelib.kit.paging import another_list, decode_cursor, encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Entry, Head, Header, entry_put, new_entry
from chalicelib.table.keys import owner_stream
from chalicelib.table.pages import page_of_shards, shard_place
from chalicelib.table.protocol import Write


@dataclass(frozen=True, slots=True)
class GroupPage:
    items: tuple[Group, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class MembershipPage:
    group: Group
    items: tuple[Membership, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """A group as it will be, with its entry and everything to write for it."""

    group: Group
    entry: Entry
    writes: tuple[Write, ...]


def get_group(rt: Runtime, caller: Caller, group_id: str) -> Group:
    """1 Get."""
    return store.read(rt.table, caller.tenant, group_id)[0]


def list_groups(rt: Runtime, caller: Caller, limit: int, cursor: str | None) -> GroupPage:
    """The directory, shard by shard, each in the order in which they were created: at most one Query a shard, usually one in
    all, for their names, and 1 BatchGet of the groups: what the index shows of one never changes."""
    scope = f"{caller.tenant}/groups"
    query, shards = partial(store.directory_query, caller.tenant), store.DIRECTORY_SHARDS
    place = shard_place(scope, cursor, shards, "group", store.shard_of)
    found, rest = page_of_shards(rt.table, query, store.listed_group, place, shards, limit)
    keys = {name: store.group_key(caller.tenant, name) for name in map(store.listed_group, found)}
    known = rt.table.batch_get(list(keys.values()))
    items = tuple(store.group_from(known[key], name)[0] for name, key in keys.items())
    return GroupPage(items, None if rest is None else encode_cursor(scope, rest))


def list_memberships(rt: Runtime, caller: Caller, group_id: str, limit: int, cursor: str | None) -> MembershipPage:
    """Who is in the group, in the order in which they were enrolled: 1 Get and 1 Query."""
    group = get_group(rt, caller, group_id)
    scope = f"{caller.tenant}/group/{group_id}"
    page = rt.table.query(store.memberships_query(caller.tenant, group_id, limit, _after(scope, cursor)))
    items = tuple(map(store.membership_from, page.items))
    more = page.next is not None and bool(items)
    return MembershipPage(group, items, encode_cursor(scope, items[-1].member_id) if more else None)


def founded(rt: Runtime, header: Header, changed: Changed) -> Written:
    return _written(rt, header, changed, Head(), _put(header, changed, new=True))


def changed(rt: Runtime, header: Header, after: Changed, head: Head) -> Written:
    """The group alone, or a membership that it has."""
    return _written(rt, header, after, head, _put(header, after, new=False))


def joined(rt: Runtime, header: Header, after: Changed, head: Head) -> Written:
    return _written(rt, header, after, head, _put(header, after, new=True))


def left(rt: Runtime, header: Header, after: Changed, head: Head) -> Written:
    assert after.membership is not None  # noqa: S101 - somebody has left
    gone = store.membership_delete(header.caller.tenant, after.group.group_id, after.membership.member_id)
    return _written(rt, header, after, head, (gone,))


def group_of(entry: Entry) -> Group:
    """What every operation on a group answers."""
    if entry.private is None:
        raise no_group(entry.stream.pk.rsplit("#", 1)[1])
    return Group.model_validate(entry.private["group"])


def _put(header: Header, after: Changed, *, new: bool) -> tuple[Write, ...]:
    if after.membership is None:
        return ()
    return (store.membership_put(header.caller.tenant, after.group.group_id, after.membership, new=new),)


def _written(rt: Runtime, header: Header, after: Changed, head: Head, membership: tuple[Write, ...]) -> Written:
    tenant, group = header.caller.tenant, after.group
    private = store.private_part(group, rt.ids.salt())
    entry = new_entry(owner_stream(tenant, group.group_id, 0), head, header, after.facts, private)
    return Written(group, entry, (store.group_put(tenant, group, head, entry), entry_put(entry), *membership))


def _after(scope: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    match decode_cursor(scope, cursor):
        case str() as after if is_id("member", after):
            return after
    raise another_list()
