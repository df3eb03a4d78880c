"""Who asks what accounts count: the active rules, segments and metrics of a program. Nothing is read for it but the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.metrics.model import Metric
from chalicelib.areas.programs.model import Program
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.conditions import Condition
from chalicelib.areas.rules.model.criteria import Criteria
from chalicelib.areas.rules.model.measures import Measure
from chalicelib.areas.rules.model.names import events_asked
from chalicelib.areas.rules.past import MAX_COUNTERS, MAX_DAYS_COUNTED, Counters
from chalicelib.areas.segments import store as segments
from chalicelib.areas.segments.model import Segment
from chalicelib.errors import Refused
from chalicelib.kit.base import STORED
from chalicelib.table.config import Config

DefinedT = TypeVar("DefinedT")


def counters_in_force(config: Config, program_id: int) -> Counters:
    """By the configuration in force."""
    return config.derived(("past", program_id), lambda: _counters(config, program_id))


class Asking(NamedTuple):
    """What is about to be defined, in the place of what is known by its id."""

    rule: Rule | None = None
    segment: Segment | None = None
    metric: Metric | None = None

    @property
    def param(self) -> str:
        return "what" if self.metric is not None else "when" if self.segment is None else "criteria"


NOBODY_NEW = Asking()


def must_have_counters(config: Config, program_id: int, asking: Asking) -> None:
    """Refuses `too_many_counters`: where the accounts of the program would have more to count than they may. What is counted anyway is
    let in."""
    own = _asked(program_id, asking)
    known = counters_in_force(config, program_id).by_name
    if all(name in known and one.days <= known[name].days for name, one in own.by_name.items()):
        return
    after = _counters(config, program_id, asking).by_name
    if len(after) > MAX_COUNTERS or sum(one.days for one in after.values()) > MAX_DAYS_COUNTED:
        text = (
            f"Rules, segments and metrics of a program ask for at most {MAX_COUNTERS} things to be counted, which go back at most "
            f"{MAX_DAYS_COUNTED} days together: end others, or ask for fewer days."
        )
        raise Refused("too_many_counters", text, param=asking.param)


def must_know_events(program: Program, asked: Iterable[Condition | Measure], param: str) -> None:
    """Refuses `unknown_event`."""
    known = {event.name for event in program.events}
    for name in events_asked(asked):
        if name not in known:
            raise Refused("unknown_event", f"The program has no event {name}.", param=param)


def _counters(config: Config, program_id: int, asking: Asking = NOBODY_NEW) -> Counters:
    known = rules.rules(config, program_id), segments.segments(config), metrics.metrics(config)
    return _asked(program_id, asking, *known)


def _asked(
    program_id: int,
    asking: Asking,
    known_rules: Iterable[Rule] = (),
    known_segments: Iterable[Segment] = (),
    known_metrics: Iterable[Metric] = (),
) -> Counters:
    """What the active ones ask of the program's accounts, with the new one in the place of that of its id. The rules are the program's."""
    by_rules = _in_place(known_rules, asking.rule, lambda one: one.rule_id)
    by_segments = _in_place(known_segments, asking.segment, lambda one: one.segment_id)
    by_metrics = _in_place(known_metrics, asking.metric, lambda one: one.metric_id)
    conditions = [one.when for one in by_rules if one.state == "active"]
    conditions += [criteria.when for _, criteria in criteria_of(by_segments, program_id)]
    return Counters(conditions, (measure for _, measure in measures_of(by_metrics, program_id)))


def criteria_of(some: Iterable[Segment], program_id: int) -> Iterator[tuple[Segment, Criteria]]:
    """Those of the active ones, by accounts of the program."""
    for one in some:
        if one.state == "active" and one.criteria is not None:
            criteria = Criteria.model_validate(one.criteria, context=STORED)
            if criteria.program_id == program_id:
                yield one, criteria


def measures_of(some: Iterable[Metric], program_id: int) -> Iterator[tuple[Metric, Measure]]:
    """What the active ones measure, of accounts of the program."""
    for one in some:
        if one.state == "active" and one.program_id == program_id:
            yield one, Measure.model_validate(one.what, context=STORED)


def _in_place(known: Iterable[DefinedT], new: DefinedT | None, id_of: Callable[[DefinedT], str]) -> list[DefinedT]:
    return list(known) if new is None else [*(one for one in known if id_of(one) != id_of(new)), new]
