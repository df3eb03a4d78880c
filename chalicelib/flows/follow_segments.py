"""Segments that rules let a member join or leave, in the transaction of what set them off; and a stay that goes with the goods. Pure.

A stay begins with what brought it about, however late that comes in; where it would be over by now nobody joins. What somebody
else in the same transaction does with the same segment (rules of another program, when a member is enrolled) goes first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from chalicelib.areas.accounts.model.facts import MemberJoinedSegment
from chalicelib.areas.rules.model.effects import FollowEffect, JoinSegment, LeaveSegment
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Change, joined, left, then, unchanged
from chalicelib.errors import Refused
from chalicelib.flows.segment_changes import change_writes, facts_of, membership_in
from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact
from chalicelib.table.config import Config
from chalicelib.table.protocol import Attrs, Key, Write


@dataclass(frozen=True, slots=True)
class SegmentTurn:
    """A member's stays as they were read, and what has become of them so far. `taken`: keys that are written beside this."""

    config: Config
    tenant: str
    member: str
    at: Instant
    now: Instant
    found: Mapping[Key, Attrs]
    taken: Collection[Key] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)

    def moved(self, effect: JoinSegment | LeaveSegment, rule_id: str) -> tuple[SegmentTurn, tuple[Fact, ...]]:
        """Refuses `in_segment_already`, `not_in_segment`, `segment_by_criteria`, `segment_ended`, `stay_over`, `changed_beside`; NotFound:
        segment."""
        segment = store.segment(self.config, effect.segment)
        if store.membership_key(self.tenant, self.member, effect.segment) in self.taken:
            raise Refused("changed_beside", f"Something else moves them in {segment.name} at the same time.")
        known = membership_in(self.found, self.tenant, self.member, effect.segment)
        segment.must_be_by_hand()
        before = self.changes.get(effect.segment, unchanged(known))
        if isinstance(effect, JoinSegment):
            segment.must_go_on()
            change = joined(segment, before.after, self.at, self.now)
            if not change.steps:
                raise Refused("in_segment_already", f"The member is in {segment.name} already.")
        else:
            there = before.after
            change = left(None if there is None or there.since > self.at else there)
            if not change.steps:
                raise Refused("not_in_segment", f"The member is not in {segment.name}.")
        changes = {**self.changes, effect.segment: then(before, change)}
        return replace(self, changes=changes), facts_of(self.member, change, rule_id)

    def began(self, effect: FollowEffect) -> bool:
        """Whether what was just done with its segment began a stay."""
        if not isinstance(effect, JoinSegment):
            return False
        return self.changes[effect.segment].steps[-1].deed == "joined"

    def without_stay(self, begun: MemberJoinedSegment, rule_id: str) -> tuple[SegmentTurn, tuple[Fact, ...]]:
        """Less a stay as it began. Refuses `stay_gone` where that is over, or they have left since; `stay_renewed` where it lasts
        longer by now; `segment_by_criteria`."""
        store.segment(self.config, begun.segment).must_be_by_hand()
        known = membership_in(self.found, self.tenant, self.member, begun.segment)
        before = self.changes.get(begun.segment, unchanged(known))
        there = before.after
        if there is None or there.since != begun.since or there.is_over(self.now):
            raise Refused("stay_gone", "The stay that began with it is over.")
        if there.leaves_at != begun.until:
            raise Refused("stay_renewed", "Something else has made the stay longer since.")
        change = left(there)
        changes = {**self.changes, begun.segment: then(before, change)}
        return replace(self, changes=changes), facts_of(self.member, change, rule_id)

    @property
    def writes(self) -> tuple[Write, ...]:
        return change_writes(self.tenant, ((self.member, change) for change in self.changes.values()))
