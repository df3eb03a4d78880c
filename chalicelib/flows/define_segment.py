"""Define a segment: a part of the configuration, like a rule. Members stay in it as they joined; where it has other criteria
than before, everybody is judged by them in a run of its own (flows/start_criteria_run), once this has been told.

reads    1 Query of the configuration
writes   segment, revision, entry: 6 units; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.perks import store as perks
from chalicelib.areas.perks.model import Level
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.rules.model.names import fields_asked, tiers_asked, units_asked
from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import Segment
from chalicelib.areas.tiers import store as tiers
from chalicelib.errors import Refused
from chalicelib.flows.past_asked import Asking, must_have_counters, must_know_events
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config

MOST_BY_CRITERIA = 200  # each is judged of everybody to whom anything happens
MOST_COUNTED = 20  # each has names of its own in the counts of every day


def define_segment(rt: Runtime, caller: Caller, command: Command, segment: Segment) -> Committed[Segment]:
    """Create the segment or replace it. Refuses `too_many_segments`, `too_many_criteria`, `too_many_counters`, `too_many_counted`, `unknown_unit`, `unknown_tier`, `unknown_event`, `unknown_member_field`, `unknown_perk`,
    `held_by_tier`; NotFound: the program of its criteria or perks."""

    def decide(config: Config) -> Change:
        if segment.criteria is not None:
            criteria = Criteria.model_validate(segment.criteria)
            must_suit(config, criteria)
            _must_have_room(config, segment)
            must_have_counters(config, criteria.program_id, Asking(segment=segment))
        if segment.counts_orders and len(segments.counting(config) - {segment.segment_id}) >= MOST_COUNTED:
            raise Refused(
                "too_many_counted", f"A tenant counts orders of at most {MOST_COUNTED} segments.", param="counts_orders"
            )
        _must_have_perks(config, segment)
        return segments.change(config, segment)

    done = change_config(rt, caller, command, "define_segment", decide)
    changed = done.answer
    return Committed(segments.segment_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def must_suit(config: Config, criteria: Criteria) -> None:
    """What they name is their program's, or declared by the tenant. Refuses `unknown_unit`, `unknown_tier`, `unknown_event`,
    `unknown_member_field`; NotFound: the program."""
    program = programs.program(config, criteria.program_id)
    scheme = tiers.scheme(config, criteria.program_id)
    must_know_events(program, criteria.asked, "criteria")
    units = {unit.code for unit in program.units}
    known = {tier.tier_id for tier in scheme.tiers} if scheme else set()
    for unit in units_asked(criteria.asked):
        if unit not in units:
            raise Refused("unknown_unit", f"The program has no unit {unit}.", param="criteria")
    for tier in tiers_asked(criteria.asked):
        if tier not in known:
            raise Refused("unknown_tier", f"The program has no tier {tier}.", param="criteria")
    for field in fields_asked(criteria.asked):
        programs.must_declare(config, field, "criteria")


def _must_have_perks(config: Config, segment: Segment) -> None:
    named = [*(("on_join", perk) for perk in segment.on_join), *(("on_leave", perk) for perk in segment.on_leave)]
    if not named:
        return
    programs.program(config, segment.perk_program_id)
    offered = {one.perk_id: one for one in perks.perks(config, segment.perk_program_id)}
    for param, perk in named:
        if perk not in offered:
            raise Refused("unknown_perk", f"The program has no perk {perk}.", param=param)
        if isinstance(offered[perk].what, Level):
            raise Refused("held_by_tier", f"{offered[perk].name} comes with a tier, and is not granted.", param=param)


def _must_have_room(config: Config, segment: Segment) -> None:
    others = (
        one for one in segments.segments(config) if one.criteria is not None and one.segment_id != segment.segment_id
    )
    if sum(1 for _ in others) >= MOST_BY_CRITERIA:
        raise Refused("too_many_criteria", f"A tenant has at most {MOST_BY_CRITERIA} segments with criteria.")
