"""Facts of a member's segments: in the member's own journal, or in the account's where a rule did it. They change no wallet.

A stay is known by its segment and its beginning, so that they add up in whatever order they are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.clock import Instant
from chalicelib.kit.facts import Fact


@dataclass(frozen=True, slots=True)
class MemberJoinedSegment(Fact):
    """A member is in a segment from now on.

    field   | meaning                                                     | unit
    member  | who                                                         | –
    segment | the segment's id                                            | –
    since   | when the stay began                                         | –
    until   | when it is over, if ever                                    | –
    rule    | the rule that did it, if it was one                         | –
    """

    type = "member.joined_segment"

    member: str
    segment: str
    since: Instant
    until: Instant | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class MemberRenewedSegment(Fact):
    """A member's stay in a rolling segment is counted anew; or their segment by criteria has another type, and the stay its end.

    field   | meaning                                                     | unit
    member  | who                                                         | –
    segment | the segment's id                                            | –
    since   | when the stay began                                         | –
    until   | when it is over now, if ever                                | –
    rule    | the rule that did it, if it was one                         | –
    defined | the segment has another type than when the stay began       | –
    """

    type = "member.renewed_segment"
    v = 2

    member: str
    segment: str
    since: Instant
    until: Instant | None = None
    rule: str = ""
    defined: bool = False


@dataclass(frozen=True, slots=True)
class MemberLeftSegment(Fact):
    """A member is no longer in a segment.

    field   | meaning                                                     | unit
    member  | who                                                         | –
    segment | the segment's id                                            | –
    since   | when the stay had begun                                     | –
    over    | its time had come; else somebody took them out of it        | –
    rule    | the rule that did it, if it was one                         | –
    """

    type = "member.left_segment"

    member: str
    segment: str
    since: Instant
    over: bool = False
    rule: str = ""


ON_SEGMENTS: tuple[type[Fact], ...] = (MemberJoinedSegment, MemberRenewedSegment, MemberLeftSegment)
