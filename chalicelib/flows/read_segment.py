"""A segment with how many are in it, and the segments of a member."""

from __future__ import annotations

from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Segment
from chalicelib.flows.opened import must_be_owner
from chalicelib.flows.segment_changes import quota_of
from chalicelib.kit.base import STORED, Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.wire import Time
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config
from chalicelib.table.pages import every_item


class CountedSegment(Segment):
    """`members`: how many have a stay in it. Whose stay is over is counted until the daily job comes to them, and is in no list; of a
    segment that has ended it is how many are in it again once it is active."""

    members: int


class SegmentOfMember(Frozen):
    """A stay of a member in a segment, which is still active."""

    segment_id: str
    since: Time
    leaves_at: Time | None


def read_segment(rt: Runtime, caller: Caller, segment_id: str) -> CountedSegment:
    """1 Query of the configuration and 1 BatchGet of the count. NotFound: segment."""
    segment = store.segment(read_config(rt.table, caller.tenant), segment_id)
    quota = quota_of(segment_id)
    stand = quotas.read_some(rt.table, caller.tenant, (quota,))[quota.name]
    return CountedSegment.model_validate({**dict(segment), "members": stand.taken}, context=STORED)


def list_segments_of_member(rt: Runtime, caller: Caller, member_id: str) -> tuple[SegmentOfMember, ...]:
    """By id; none that has ended, or in which their stay is over: 1 Query, 1 of the configuration, and of whoever is in none
    1 Get. NotFound: member."""
    items = tuple(every_item(rt.table, store.memberships_query(caller.tenant, member_id)))
    if not items:
        must_be_owner(rt, caller.tenant, member_id)
    active, now = store.active(read_config(rt.table, caller.tenant)), rt.clock.now()
    stays = [one for one in map(store.membership_from, items) if one.segment_id in active and not one.is_over(now)]
    return tuple(SegmentOfMember(segment_id=one.segment_id, since=one.since, leaves_at=one.leaves_at) for one in stays)
