"""What is counted of what happens, because active rules, segments or metrics of the program ask how often it has: told beside the fact that
it is of, in the same entry. Nothing is read for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import PastCounted
from chalicelib.areas.accounts.model.past import PastCount, forgotten
from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.metrics.model import Metric
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.order import ReturnPlan
from chalicelib.areas.orders.model.past import counted, uncounted
from chalicelib.areas.orders.model.uses import Counts
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
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import STORED
from chalicelib.kit.periods import Day
from chalicelib.table.config import Config

DefinedT = TypeVar("DefinedT")


def counters_in_force(config: Config, program_id: int) -> Counters:
    """By the configuration in force."""
    return config.derived(("past", program_id), lambda: _counters(config, program_id))


def with_order(story: Story, terms: Terms, sale: Sale, day: Day, order_id: str) -> tuple[Story, tuple[Counts, ...]]:
    """The story with a sale counted, and what the order keeps of that."""
    counters = counters_in_force(terms.config, terms.program.program_id)
    by = tuple(Counts(*one) for one in counters.of_order(sale)) if counters.by_name else ()
    return _with(story, counters, day, [counted(sale, one) for one in by], order_id, sale.currency), by


def with_deed(story: Story, terms: Terms, what: str, day: Day, place: str = "") -> Story:
    """The same of something else that was done."""
    counters = counters_in_force(terms.config, terms.program.program_id)
    return _with(story, counters, day, [(one.name, one.days, 1, 0) for one in counters.of_deed(what, place)])


def without_returned(story: Story, terms: Terms, planned: ReturnPlan) -> Story:
    """Less what comes back of a sale, whoever asks for it by now."""
    order = planned.order
    less, day = list(uncounted(planned)), terms.day(order.sale.purchased_at)
    return story.then(PastCounted(day, tuple(less), order.order_id, order.sale.currency)) if less else story


def without(story: Story, before: Iterable[PastCounted]) -> Story:
    """Less what an entry had counted that is given back as a whole."""
    for fact in before:
        less = tuple((name, days, -times, -value) for name, days, times, value in fact.counts)
        story = story.then(PastCounted(fact.counts_on, less, fact.order, fact.currency))
    return story


def _with(
    story: Story, counters: Counters, day: Day, counts: Sequence[PastCount], order: str = "", currency: str = ""
) -> Story:
    if not counts:
        return story
    more = {name for name, *_ in counts}
    forgets = forgotten(story.account.past, counters.by_name, more, day)
    return story.then(PastCounted(day, tuple(counts), order, currency, forgets))


# --- who asks ----------------------------------------------------------------------------------------------------------


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
    by_segments = _criteria(_in_place(known_segments, asking.segment, lambda one: one.segment_id))
    by_metrics = _in_place(known_metrics, asking.metric, lambda one: one.metric_id)
    conditions = [one.when for one in by_rules if one.state == "active"]
    conditions += [one.when for one in by_segments if one.program_id == program_id]
    own = (one for one in by_metrics if one.state == "active" and one.program_id == program_id)
    return Counters(conditions, (Measure.model_validate(one.what, context=STORED) for one in own))


def _in_place(known: Iterable[DefinedT], new: DefinedT | None, id_of: Callable[[DefinedT], str]) -> list[DefinedT]:
    return list(known) if new is None else [*(one for one in known if id_of(one) != id_of(new)), new]


def _criteria(some: Iterable[Segment]) -> Iterable[Criteria]:
    for one in some:
        if one.state == "active" and one.criteria is not None:
            yield Criteria.model_validate(one.criteria, context=STORED)
