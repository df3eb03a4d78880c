"""A segment as data, and what joining and leaving make of a membership: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chalicelib.errors import NotFound, Refused
from chalicelib.kit.base import Frozen
from chalicelib.kit.clock import Instant
from chalicelib.kit.labels import Labels
from chalicelib.kit.periods import DAY_MS
from chalicelib.kit.texts import PLAIN_NAME, PLAIN_TEXT
from chalicelib.kit.wire import Time

LONGEST_DAYS = 36_500

SegmentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
PerkIds = Annotated[tuple[SegmentId, ...], Field(max_length=5)]
SegmentType = Literal["persistent", "scheduled", "rolling"]
Title = Annotated[str, Field(min_length=1, max_length=200), PLAIN_NAME]
Prose = Annotated[str, Field(max_length=2_000), PLAIN_TEXT]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class SegmentText(Frozen):
    name: Title
    description: Prose = ""


class SegmentShape(Frozen):
    """What a segment is, whoever is in it. `horizon_days`: how long a stay lasts in one that is scheduled or rolling, counted
    in whole days from the instant of joining. Members of one that has ended are in it for nobody, until it is active again. Who joins
    is granted the perks `on_join`, who leaves loses what stays have granted them of those `on_leave`, unless another grants it: perks of
    the program `perk_program_id`.
    `counts_orders`: what its members buy from now on is counted of it, by day."""

    name: Title
    description: Prose = ""
    translations: dict[Locale, SegmentText] = Field(max_length=50, default_factory=dict)
    labels: Labels = ()
    state: Literal["active", "ended"] = "active"
    type: SegmentType = "persistent"
    horizon_days: Annotated[int, Field(strict=True, ge=1, le=LONGEST_DAYS)] | None = None
    on_join: PerkIds = ()
    on_leave: PerkIds = ()
    perk_program_id: Annotated[int, Field(strict=True, ge=1, le=1_023)] = 1
    counts_orders: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _lasts_as_its_type_says(self) -> Self:
        if (self.horizon_days is None) != (self.type == "persistent"):
            raise ValueError("a scheduled or rolling segment has horizon_days, and a persistent one has none")
        return self


class SegmentDefinition(SegmentShape):
    """A segment as it is kept. `criteria`: who belongs to it, in the words of rules, which know what they mean; without any
    members come by hand and by rules alone."""

    criteria: dict[str, Any] | None = None

    def named(self, segment_id: str) -> Segment:
        return Segment(segment_id=segment_id, **dict(self))


class Segment(SegmentDefinition):
    segment_id: SegmentId

    def must_go_on(self, param: str = "segment_id") -> None:
        """Refuses `segment_ended`."""
        if self.state != "active":
            raise Refused("segment_ended", f"The segment {self.name} has ended: nobody joins it.", param=param)

    def must_be_by_hand(self, param: str = "segment_id") -> None:
        """Refuses `segment_by_criteria`."""
        if self.criteria is not None:
            text = f"Who is in {self.name} follows from its criteria: nobody is put into it or taken out of it."
            raise Refused("segment_by_criteria", text, param=param)

    def leaves_at(self, at: Instant) -> Instant | None:
        """When a stay that begins now is over."""
        return None if self.horizon_days is None else at + self.horizon_days * DAY_MS


@dataclass(frozen=True, slots=True)
class Membership:
    """`leaves_at`: when the stay is over, if ever. `version`: as it is kept; 0 of one that is not."""

    segment_id: str
    since: Instant
    leaves_at: Instant | None
    version: int = 0

    def is_over(self, at: Instant) -> bool:
        return self.leaves_at is not None and self.leaves_at <= at


@dataclass(frozen=True, slots=True)
class Rest:
    """Of a member whose stay by criteria is over, and who meets them still: `over_at` it ended. Who no longer meets them has none."""

    segment_id: str
    over_at: Instant


@dataclass(frozen=True, slots=True)
class Prompt:
    """Why somebody is looked at, as far as it concerns one segment. `acted_at`: they did what renews a stay in it; `anew`: its
    criteria are others than before."""

    acted_at: Instant | None = None
    anew: bool = False

    def brings_back(self, segment: Segment, over_at: Instant, now: Instant) -> bool:
        """Who meets the criteria as they did when their stay was over."""
        if self.anew or self.acted_at is None:
            return self.anew
        until = segment.leaves_at(self.acted_at)
        return until is not None and until > now if segment.type == "rolling" else self.acted_at >= over_at


NO_PROMPT = Prompt()


@dataclass(frozen=True, slots=True)
class Watch:
    """When time alone may move a member by criteria; never later than it does, but maybe before: then nothing comes of it."""

    due_at: Instant
    version: int

    def after(self, now: Instant, due_at: Instant | None) -> Instant | None:
        """What it becomes when a member turns out to be due at another time: as it is, as long as it is early enough."""
        if self.due_at <= now:
            return due_at
        return self.due_at if due_at is None else min(self.due_at, due_at)


class SegmentMember(Frozen):
    """A member of a segment, as lists show them."""

    member_id: str
    since: Time
    leaves_at: Time | None


Deed = Literal["joined", "renewed", "left"]


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a membership: as it then is, or as it was when it ended; `over` by time alone. `defined`: it was renewed
    because its segment has another type."""

    deed: Deed
    membership: Membership
    over: bool = False
    defined: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A membership before and after; none where there is none."""

    before: Membership | None
    after: Membership | None
    steps: tuple[Step, ...]

    @property
    def more(self) -> int:
        """How many more members the segment has by it."""
        return (self.after is not None) - (self.before is not None)


def unchanged(known: Membership | None) -> Change:
    return Change(known, known, ())


def joined(segment: Segment, known: Membership | None, at: Instant, now: Instant) -> Change:
    """By something that happened at one instant and comes in now. Who is in it stays as they are, but that a rolling stay is
    counted anew; who was, as long as it lasted, joins again. Refuses `stay_over`."""
    left = unchanged(known) if known is None else ended(known, now)
    until = segment.leaves_at(at)
    if left.after is None:
        new = Membership(segment.segment_id, at, until, 0 if known is None else known.version)
        if new.is_over(now):
            raise Refused("stay_over", f"It is so long ago that the stay in {segment.name} would be over.")
        return Change(known, new, (*left.steps, Step("joined", new)))
    if segment.type == "rolling" and left.after.leaves_at is not None and until and until > left.after.leaves_at:
        after = replace(left.after, leaves_at=until)
        return Change(known, after, (Step("renewed", after),))
    return left


def left(known: Membership | None) -> Change:
    """Taken out of it, by hand or by a rule."""
    return unchanged(None) if known is None else Change(known, None, (Step("left", known),))


def ended(known: Membership, at: Instant) -> Change:
    """Out of it where the stay is over by then."""
    return Change(known, None, (Step("left", known, over=True),)) if known.is_over(at) else unchanged(known)


def by_criteria(
    segment: Segment,
    known: Membership | None,
    *,
    met: bool,
    now: Instant,
    why: Prompt = NO_PROMPT,
    rest: Rest | None = None,
) -> Change:
    """Of a segment with criteria. In a persistent one is who meets them. A scheduled or rolling stay begins when they are met
    and ends with its time; by what a member did and meets them by a rolling one is renewed, and one that is over begins again."""
    if segment.type == "persistent":
        return _as_long_as_met(segment, known, met=met, now=now)
    if known is not None and known.leaves_at is None:
        return _until(known, segment.leaves_at(now)) if met else left(known)
    if met and known is not None and not known.is_over(now):
        return unchanged(known) if why.acted_at is None else joined(segment, known, why.acted_at, now)
    over_at = known.leaves_at if known is not None else None if rest is None else rest.over_at
    if met and (over_at is None or why.brings_back(segment, over_at, now)):
        return joined(segment, known, now, now)
    return unchanged(known) if known is None else ended(known, now)


def resting(segment: Segment, change: Change, rest: Rest | None, *, met: bool) -> Rest | None:
    """What a member has of a segment once they were judged: who meets its criteria and is not in it has been in it."""
    if not met or segment.type == "persistent" or change.after is not None:
        return None
    before = change.before
    return rest if before is None or before.leaves_at is None else Rest(segment.segment_id, before.leaves_at)


def _as_long_as_met(segment: Segment, known: Membership | None, *, met: bool, now: Instant) -> Change:
    if not met:
        return left(known)
    if known is None or known.leaves_at is None or known.is_over(now):
        return joined(segment, known, now, now)
    return _until(known, None)


def _until(known: Membership, leaves_at: Instant | None) -> Change:
    """The same stay, with the end that its segment now has."""
    after = replace(known, leaves_at=leaves_at)
    return Change(known, after, (Step("renewed", after, defined=True),))


def then(first: Change, second: Change) -> Change:
    """Both in one transaction: what was joined and left in it was never kept."""
    return Change(first.before, second.after, (*first.steps, *second.steps))


def no_segment(segment_id: str) -> NotFound:
    return NotFound("segment_not_found", f"There is no segment {segment_id[:64]}.", param="segment_id")
