"""What changes of memberships come to, as facts and writes for somebody's transaction: the one way in which flows make them.

How many members a segment has is counted with them, in slices that nobody reads to count (areas/quotas).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.quotas import store as quotas
from chalicelib.areas.quotas.model import UNLIMITED, Move, Quota
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Change, Membership, Step
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.table.config import Config
from chalicelib.table.protocol import Attrs, Key, Write


def quota_of(segment_id: str) -> Quota:
    """How many are in it: of a total that nobody reaches."""
    return Quota("segment_members", segment_id, UNLIMITED)


def segments_of(found: Mapping[Key, Attrs], config: Config, at: Instant) -> frozenset[str]:
    """Which segments a member is in, by their snapshot or any part of it: none that has ended, or in which their stay has."""
    theirs = [key.sk.removeprefix(store.MEMBERSHIPS) for key, attrs in _kept(found) if store.stays(attrs, at)]
    return store.active(config).intersection(theirs) if theirs else frozenset()


def membership_in(found: Mapping[Key, Attrs], tenant: str, member: str, segment_id: str) -> Membership | None:
    attrs = found.get(store.membership_key(tenant, member, segment_id))
    return None if attrs is None else store.membership_from(attrs)


def facts_of(member: str, change: Change, rule: str = "") -> tuple[Fact, ...]:
    return tuple(_fact(member, step, rule) for step in change.steps)


def change_writes(tenant: str, changes: Iterable[tuple[str, Change]]) -> tuple[Write, ...]:
    """Of members, each with one of theirs: 1 write each, and 1 for each slice that is counted in."""
    writes: list[Write] = []
    counted: dict[str, dict[int, int]] = {}
    for member, change in changes:
        writes += _written(tenant, member, change)
        if change.more:
            quota = quota_of(_segment_in(change))
            moves, at = counted.setdefault(quota.id, {}), quota.slice_of(member)
            moves[at] = moves.get(at, 0) + change.more
    for segment_id, moves in counted.items():
        quota = quota_of(segment_id)
        some = [Move(at, -more, more) for at, more in sorted(moves.items()) if more]
        writes += quotas.draws(tenant, quota, quota.name, some)
    return tuple(writes)


def _kept(found: Mapping[Key, Attrs]) -> Iterator[tuple[Key, Attrs]]:
    return ((key, attrs) for key, attrs in found.items() if key.sk.startswith(store.MEMBERSHIPS))


def _fact(member: str, step: Step, rule: str) -> Fact:
    one = step.membership
    if step.deed == "left":
        return f.MemberLeftSegment(member, one.segment_id, one.since, step.over, rule)
    if step.deed == "joined":
        return f.MemberJoinedSegment(member, one.segment_id, one.since, one.leaves_at, rule)
    return f.MemberRenewedSegment(member, one.segment_id, one.since, one.leaves_at, rule, step.defined)


def _written(tenant: str, member: str, change: Change) -> tuple[Write, ...]:
    before, after = change.before, change.after
    if after is not None and after != before:
        return (store.membership_put(tenant, member, after, before),)
    return (store.membership_delete(tenant, member, before),) if before is not None and after is None else ()


def _segment_in(change: Change) -> str:
    one = change.after or change.before
    assert one is not None  # noqa: S101 - something has changed
    return one.segment_id
