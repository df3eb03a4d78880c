"""Where segments and memberships are kept: segments are configuration aggregates (table/config.py), a membership lies with its member.

access pattern                | key                                              | items   | cost                   | by
a segment, or all of a tenant | {t}#CFG / segment#0000#{segment}                 | 0–1,000 | in the configuration   | segment, segments
whether a member is in one    | {t}#M#{their_member} / E#{segment}               | 0–1     | 1 Get, 1 RU            | membership_key
the segments of a member      | {t}#M#{their_member} / E#*                       | 0–n     | 1 Query, 1 RU          | memberships_query
when time may move a member   | {t}#M#{their_member} / E~                        | 0–1     | 1 Get, 1 RU            | watch_key
where a stay of theirs is over | {t}#M#{their_member} / E~{segment}              | 0–1     | 1 Get, 1 RU            | rest_key
members of one, by shard      | gsi1 {t}#SEG#{segment}#{segment_shard:02} / *    | 0–n     | 1 Query a page, 0.5 RU | members_query

item       | key                              | in index                                             | cost
segment    | {t}#CFG / segment#0000#{segment} | –                                                    | 2 WU
membership | {t}#M#{member} / E#{segment}     | gsi1 {t}#SEG#{segment}#{segment_shard:02} / {member} | 2 WU + 1 IU
membership | {t}#M#{member} / E#{segment}     | gsi1 {t}#SEG#{segment}#{segment_shard:02} / {member}, gsi3 {t}#DUE#{shard:02} / {day}#segment#{member}#{segment} | 2 WU + 2 IU
segment_watch | {t}#M#{member} / E~           | gsi3 {t}#DUE#{shard:02} / {day}#criteria#{member} | 2 WU + 1 IU
segment_rest | {t}#M#{member} / E~{segment}   | –                                                    | 2 WU

A member's memberships come with the snapshot (table/keys.py), where rules see them for no request more. How many members a
segment has is a quota that nobody reaches (areas/quotas), drawn from as they come and go. A watch says when time alone may move its
member by criteria of any segment, or across a threshold of a metric; who waits for nothing has none. A rest says that a stay by
criteria is over, of who has met them ever since.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from chalicelib.areas.segments.model import Membership, Rest, Segment, SegmentMember, Watch, no_segment
from chalicelib.errors import Refused
from chalicelib.kit.clock import Instant
from chalicelib.kit.ids import number_of
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.damaged import readable
from chalicelib.table.defined import Defined
from chalicelib.table.indexes import behind, index_key
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.keys import owner_pk
from chalicelib.table.protocol import Absent, AsRead, Attrs, Delete, Equals, Key, Prefix, Put, Query, Write

MAX_SEGMENTS = 1_000
SEGMENTS = Defined("segment", Segment, MAX_SEGMENTS)
TENANT = 0  # segments are a tenant's, not a program's
LIST_SHARDS = 16
DUE_SHARDS = 16  # those of accounts: one job goes through them
MEMBERSHIPS = "E#"
WATCH = "E~"


class MembershipItem(StampbookItem):
    """When the stay is over is an attribute of its own: rules ask for it of every purchase."""

    kind = UnicodeAttribute(default="membership")
    version = IntegerAttribute()
    since = IntegerAttribute()
    until = IntegerAttribute(null=True)
    card = BodyAttribute()
    gsi1pk = UnicodeAttribute()
    gsi1sk = UnicodeAttribute()
    gsi3pk = UnicodeAttribute(null=True)
    gsi3sk = UnicodeAttribute(null=True)


class RestItem(StampbookItem):
    kind = UnicodeAttribute(default="segment_rest")
    over_at = IntegerAttribute()


class WatchItem(StampbookItem):
    kind = UnicodeAttribute(default="segment_watch")
    version = IntegerAttribute()
    due_at = IntegerAttribute()
    gsi3pk = UnicodeAttribute()
    gsi3sk = UnicodeAttribute()


def segments(config: Config) -> tuple[Segment, ...]:
    """By id."""
    return SEGMENTS.every(config, TENANT)


def segment(config: Config, segment_id: str) -> Segment:
    """NotFound `segment_not_found`."""
    return SEGMENTS.known(config, TENANT, segment_id, no_segment(segment_id))


def has_segment(config: Config, segment_id: str) -> bool:
    return SEGMENTS.has(config, TENANT, segment_id)


def segment_of(name: Name, body: Mapping[str, Any]) -> Segment:
    return SEGMENTS.read(name, body)


def change(config: Config, after: Segment) -> Change:
    """Refuses `too_many_segments` past 1,000 of a tenant."""
    too_many = Refused("too_many_segments", f"A tenant has at most {MAX_SEGMENTS:,} segments.")
    return SEGMENTS.change(config, TENANT, after.segment_id, after, too_many)


def active(config: Config) -> frozenset[str]:
    """The ids of those that have not ended."""
    return config.derived(
        ("segments", "active"), lambda: frozenset(one.segment_id for one in segments(config) if one.state == "active")
    )


def counting(config: Config) -> frozenset[str]:
    """The ids of those of which what members buy is counted."""
    return config.derived(
        ("segments", "counting"),
        lambda: frozenset(one.segment_id for one in segments(config) if one.state == "active" and one.counts_orders),
    )


def granting(config: Config, program_id: int, perk: str) -> tuple[Segment, ...]:
    """Those that grant a perk to who joins, and have not ended."""
    some = (one for one in segments(config) if one.state == "active" and one.perk_program_id == program_id)
    return tuple(one for one in some if perk in one.on_join)


def membership_key(tenant: str, member: str, segment_id: str) -> Key:
    return Key(owner_pk(tenant, member), f"{MEMBERSHIPS}{segment_id}")


def memberships_query(tenant: str, member: str) -> Query:
    number_of("member", member)
    return Query(owner_pk(tenant, member), Prefix(MEMBERSHIPS))


def membership_from(attrs: Attrs) -> Membership:
    return readable(_membership, attrs)


def stays(attrs: Attrs, at: Instant) -> bool:
    """Whether the stay is not over by then, without a look at what else there is to know of it."""
    until = attrs.get("until")
    return until is None or at < int(until["N"])


def membership_put(tenant: str, member: str, one: Membership, was: Membership | None) -> Put:
    """One version on, only if nobody changed it since it was read."""
    key = membership_key(tenant, member, one.segment_id)
    place = _list_place(tenant, member, one.segment_id)
    item = MembershipItem(
        pk=key.pk,
        sk=key.sk,
        version=1 if was is None else was.version + 1,
        since=one.since,
        until=one.leaves_at,
        card=[one.since, one.leaves_at],
        gsi1pk=place.pk,
        gsi1sk=place.sk,
    )
    if one.leaves_at is not None:
        due = _due_place(tenant, member, one.segment_id, one.leaves_at)
        item.gsi3pk, item.gsi3sk = due.pk, due.sk
    return Put(to_attrs(item), Absent() if was is None else _as_it_was(was))


def membership_delete(tenant: str, member: str, one: Membership) -> Delete:
    return Delete(membership_key(tenant, member, one.segment_id), _as_it_was(one))


def _as_it_was(one: Membership) -> AsRead:
    """Who left and joined again meanwhile has the first version of another stay."""
    return AsRead({"version": {"N": str(one.version)}, "since": {"N": str(one.since)}})


def members_query(tenant: str, segment_id: str, shard: int, limit: int, after: str | None) -> Query:
    """A page of one shard, behind the member `after`."""
    start = None
    if after is not None:
        key = membership_key(tenant, after, segment_id)
        start = behind("gsi1", key, _list_place(tenant, after, segment_id))
    return Query(_list(tenant, segment_id, shard), index="gsi1", limit=limit, start=start)


def listed_member(attrs: Attrs) -> str:
    member: str = attrs["gsi1sk"]["S"]
    return member


def member_from(attrs: Attrs) -> SegmentMember:
    """As the list has them."""
    since, leaves_at = BodyAttribute().deserialize(attrs["card"]["B"])
    return SegmentMember(member_id=listed_member(attrs), since=since, leaves_at=leaves_at)


def shard_of(member: str) -> int:
    return number_of("member", member) % LIST_SHARDS


def is_placed(tenant: str, member: str, one: Membership, attrs: Attrs) -> bool:
    """Whether list and due index have a membership where it is looked for."""
    due = None if one.leaves_at is None else _due_place(tenant, member, one.segment_id, one.leaves_at)
    return (index_key("gsi1", attrs), index_key("gsi3", attrs)) == (_list_place(tenant, member, one.segment_id), due)


def due_membership(attrs: Attrs) -> tuple[str, str] | None:
    """Whose membership a key from the due index is: member and segment. None for that of something else."""
    sk: str = attrs["sk"]["S"]
    if not sk.startswith(MEMBERSHIPS):
        return None
    return attrs["pk"]["S"].rsplit("#", 1)[1], sk.removeprefix(MEMBERSHIPS)


def rest_key(tenant: str, member: str, segment_id: str) -> Key:
    return Key(owner_pk(tenant, member), f"{WATCH}{segment_id}")


def rest_from(attrs: Attrs | None) -> Rest | None:
    return None if attrs is None else readable(_rest, attrs)


def rest_writes(
    tenant: str, member: str, segment_id: str, before: Rest | None, after: Rest | None
) -> tuple[Write, ...]:
    """Only if nobody changed it since it was read."""
    if before == after:
        return ()
    key = rest_key(tenant, member, segment_id)
    as_it_was = Absent() if before is None else Equals("over_at", before.over_at)
    if after is None:
        return (Delete(key, as_it_was),)
    return (Put(to_attrs(RestItem(pk=key.pk, sk=key.sk, over_at=after.over_at)), as_it_was),)


def watch_key(tenant: str, member: str) -> Key:
    return Key(owner_pk(tenant, member), WATCH)


def watch_from(attrs: Attrs | None) -> Watch | None:
    return None if attrs is None else readable(_watch, attrs)


def watch_write(tenant: str, member: str, before: Watch | None, due_at: Instant | None) -> Write | None:
    """The next time, or none: only if nobody has moved it since it was read."""
    key, as_it_was = watch_key(tenant, member), Absent() if before is None else Equals("version", before.version)
    if due_at is None:
        return None if before is None else Delete(key, as_it_was)
    due = _watch_place(tenant, member, due_at)
    version = 1 if before is None else before.version + 1
    item = WatchItem(pk=key.pk, sk=key.sk, version=version, due_at=due_at, gsi3pk=due.pk, gsi3sk=due.sk)
    return Put(to_attrs(item), as_it_was)


def is_watched(tenant: str, member: str, one: Watch, attrs: Attrs) -> bool:
    """Whether the due index has a watch where it is looked for."""
    return index_key("gsi3", attrs) == _watch_place(tenant, member, one.due_at)


def due_watch(attrs: Attrs) -> str | None:
    """Whose watch a key from the due index is. None for that of something else."""
    return attrs["pk"]["S"].rsplit("#", 1)[1] if attrs["sk"]["S"] == WATCH else None


def _rest(attrs: Attrs) -> Rest:
    item = from_attrs(RestItem, attrs)
    return Rest(str(item.sk).removeprefix(WATCH), item.over_at)


def _watch(attrs: Attrs) -> Watch:
    item = from_attrs(WatchItem, attrs)
    return Watch(item.due_at, item.version)


def _watch_place(tenant: str, member: str, due_at: Instant) -> Key:
    return Key(_due_partition(tenant, member), f"{_due_day(due_at)}#criteria#{member}")


def _membership(attrs: Attrs) -> Membership:
    item = from_attrs(MembershipItem, attrs)
    return Membership(str(item.sk).removeprefix(MEMBERSHIPS), item.since, item.until, item.version)


def _list(tenant: str, segment_id: str, shard: int) -> str:
    return f"{tenant}#SEG#{segment_id}#{shard:02}"


def _list_place(tenant: str, member: str, segment_id: str) -> Key:
    return Key(_list(tenant, segment_id, shard_of(member)), member)


def _due_place(tenant: str, member: str, segment_id: str, leaves_at: Instant) -> Key:
    return Key(_due_partition(tenant, member), f"{_due_day(leaves_at)}#segment#{member}#{segment_id}")


def _due_partition(tenant: str, member: str) -> str:
    return f"{tenant}#DUE#{number_of('member', member) % DUE_SHARDS:02}"


def _due_day(at: Instant) -> str:
    return iso_day(local_day(at, "UTC"))
