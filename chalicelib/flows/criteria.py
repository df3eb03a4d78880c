"""Criteria of segments, and whether a member meets them: judged as rules judge, by the same words and the same code.

reads    of a member in a group 1 BatchGet for each program that criteria go by; else nothing: all comes with the snapshot
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.members import store as members
from chalicelib.areas.members.model import Member
from chalicelib.areas.rules.criteria import CompiledCriteria, compile_criteria
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.rules.purchase import Context
from chalicelib.areas.segments import store
from chalicelib.areas.segments.model import Segment
from chalicelib.flows.judged import context_of
from chalicelib.flows.opened import Opened, of_their_group, opened_from
from chalicelib.flows.terms import brought_to, terms_of
from chalicelib.flows.thresholds import Judged as JudgedMetric
from chalicelib.flows.thresholds import next_days
from chalicelib.kit.base import STORED
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day, day_starts
from chalicelib.runtime import Runtime
from chalicelib.table.config import Config
from chalicelib.table.journal import Head
from chalicelib.table.protocol import Absent, Attrs, Check, Equals, Key


@dataclass(frozen=True, slots=True)
class Judged:
    """A segment with its criteria."""

    segment: Segment
    criteria: CompiledCriteria

    def renewed_by(self, acts: Collection[str]) -> bool:
        """Whether stays in it are renewed, or begin again, by such acts: by what its criteria ask about; in a rolling one whose
        criteria ask about none by any."""
        if self.segment.type == "persistent":
            return False
        asked = self.criteria.acts
        return not asked.isdisjoint(acts) if asked else self.segment.type == "rolling" and bool(acts)


@dataclass(frozen=True, slots=True)
class Situation:
    """A member in a program, at a moment. `unmoved`: that the account, theirs or their group's, is as it was read. `reached`: its
    thresholds of metrics; nobody who is `blocked` reaches any."""

    context: Context
    zone: str
    unmoved: Check
    reached: Mapping[str, Day]
    blocked: bool


def judged_segments(config: Config) -> tuple[Judged, ...]:
    """Those that are active and have criteria, by id."""
    return config.derived(
        ("segments", "criteria"),
        lambda: tuple(
            judged(one) for one in store.segments(config) if one.state == "active" and one.criteria is not None
        ),
    )


def judged(segment: Segment) -> Judged:
    return Judged(segment, compile_criteria(Criteria.model_validate(segment.criteria, context=STORED)))


def situations(
    rt: Runtime, tenant: str, member: Member, found: Mapping[Key, Attrs], programs: Iterable[int], now: Instant
) -> dict[int, Situation]:
    """For each program that criteria and thresholds go by. `found`: the member's snapshot."""
    return {
        program_id: _situation(rt, tenant, opened_from(found, tenant, member.member_id, program_id), program_id, now)
        for program_id in sorted(set(programs))
    }


def next_moment(
    by: Sequence[Judged], metrics: Sequence[JudgedMetric], there: Mapping[int, Situation]
) -> Instant | None:
    """When time alone makes any of them otherwise."""
    moments = []
    for one in metrics:
        situation = there[one.metric.program_id]
        if not situation.blocked:
            days = next_days((one,), situation.reached, situation.context)
            moments += [day_starts(day, situation.zone) - 1 for day in days]  # so the job of the day before finds it
    for each in by:
        situation = there[each.criteria.program_id]
        day = each.criteria.next_change(situation.context)
        if day is not None:
            moments.append(day_starts(day, situation.zone))
    return min(moments, default=None)


def profile_unmoved(tenant: str, member: Member, head: Head) -> Check:
    return Check(members.profile_key(tenant, member.member_id), Equals("version", head.version))


def _situation(rt: Runtime, tenant: str, alone: Opened, program_id: int, now: Instant) -> Situation:
    terms = terms_of(rt, tenant, program_id)
    opened = of_their_group(rt, tenant, alone, program_id)
    account = brought_to(opened.account, terms, now)
    context = context_of(terms, account, opened.member, now)
    key = accounts.account_key(tenant, opened.account.owner, program_id)
    as_read = Equals("version", opened.head.version) if opened.head.version else Absent()
    unmoved = Check(key, as_read)
    return Situation(context, terms.program.zone, unmoved, account.reached, opened.is_blocked)
