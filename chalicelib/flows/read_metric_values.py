"""Read what the metrics of a tenant's own come to of a member, and which thresholds are reached.

reads    1 BatchGet of profile and account; of a member in a group, whose account it then is, 1 BatchGet more

By what the account counts, on the program's day now: nothing is kept of a metric that could be stale.
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.rules.purchase import Context
from chalicelib.flows.judged import context_of
from chalicelib.flows.lost_account import must_not_be_lost
from chalicelib.flows.opened import Acting, open_acting
from chalicelib.flows.terms import brought_to, terms_of
from chalicelib.flows.thresholds import Judged, metrics_in_force, told
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime


class ReachedThreshold(Frozen):
    """`since`: the day on which it was found so, where the program is."""

    threshold_id: str
    since: CalendarDay


class MetricValue(Frozen):
    """`value`: how often, or money at face value; null where there is nothing to take an average or the last of. `last_on`: the last day of
    the range with something in it, where the account counts by days."""

    metric_id: str
    name: str
    value: str | None
    last_on: CalendarDay | None
    reached: tuple[ReachedThreshold, ...]


class MetricValues(Frozen):
    """`day`: as of which they are, where the program is."""

    program_id: int
    day: CalendarDay
    items: tuple[MetricValue, ...]


def read_metric_values(rt: Runtime, caller: Caller, member_id: str, program_id: int) -> MetricValues:
    """Of every active metric that is measured in the program, by id. NotFound: member, program."""
    terms = terms_of(rt, caller.tenant, program_id)
    opened = open_acting(rt, caller.tenant, Acting(member_id, program_id))
    must_not_be_lost(rt, caller.tenant, opened)
    now = rt.clock.now()
    account = brought_to(opened.account, terms, now)
    context = context_of(terms, account, opened.member, now)
    by = [one for one in metrics_in_force(terms.config) if one.metric.program_id == program_id]
    items = tuple(_value(one, account, context) for one in by)
    return MetricValues(program_id=program_id, day=context.day, items=items)


def _value(one: Judged, account: Account, context: Context) -> MetricValue:
    taken = one.measure.taken(context)
    since = [(threshold.threshold_id, account.reached.get(one.kept_as(threshold))) for threshold, _ in one.bounds]
    return MetricValue(
        metric_id=one.metric.metric_id,
        name=one.metric.name,
        value=told(taken.value) or None,
        last_on=taken.last_on,
        reached=tuple(ReachedThreshold(threshold_id=name, since=day) for name, day in since if day is not None),
    )
