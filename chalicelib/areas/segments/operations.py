"""Reading segments and who is in them. Defining one and changing who is in it are flows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Segment, SegmentMember
from chalicelib.kit.caller import Caller
from chalicelib.kit.paging import encode_cursor
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config
from chalicelib.table.pages import page_of_shards, shard_place


@dataclass(frozen=True, slots=True)
class MemberPage:
    items: tuple[SegmentMember, ...]
    next_cursor: str | None


def list_segments(rt: Runtime, caller: Caller) -> tuple[Segment, ...]:
    """Every segment of the tenant, by id."""
    return store.segments(read_config(rt.table, caller.tenant))


def list_memberships(rt: Runtime, caller: Caller, segment_id: str, limit: int, cursor: str | None) -> MemberPage:
    """Who is in the segment, shard by shard, each in order of enrolment: 1 Query of the configuration, and at most one a shard,
    usually one in all. Whose stay is over is passed over, so that a page may have fewer. NotFound: segment."""
    store.segment(read_config(rt.table, caller.tenant), segment_id)
    scope = f"{caller.tenant}/segment/{segment_id}"
    query, shards = partial(store.members_query, caller.tenant, segment_id), store.LIST_SHARDS
    place = shard_place(scope, cursor, shards, "member", store.shard_of)
    found, rest = page_of_shards(rt.table, query, store.listed_member, place, shards, limit)
    now = rt.clock.now()
    members = (one for one in map(store.member_from, found) if one.leaves_at is None or now < one.leaves_at)
    return MemberPage(tuple(members), None if rest is None else encode_cursor(scope, rest))
