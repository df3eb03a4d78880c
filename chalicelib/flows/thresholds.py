"""Thresholds of metrics, and which of them an account has come to or fallen back from: by what it counts anyway, and by which of them
it has reached before. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.areas.accounts.model import Account
from chalicelib.areas.accounts.model.facts import MetricFell, MetricReached
from chalicelib.areas.accounts.model.facts.metrics import reached_name
from chalicelib.areas.metrics import store
from chalicelib.areas.metrics.model import Metric, Threshold
from chalicelib.areas.rules.measured import Bound, CompiledMeasure, compile_measure
from chalicelib.areas.rules.model.measures import Measure
from chalicelib.areas.rules.model.triggers import of_metric
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.amounts import plain, rounded
from chalicelib.kit.base import STORED
from chalicelib.kit.periods import Day
from chalicelib.table.config import Config

DECIMALS = 4  # of what is told: no currency has more


@dataclass(frozen=True, slots=True)
class Judged:
    """An active metric."""

    metric: Metric
    measure: CompiledMeasure
    bounds: tuple[tuple[Threshold, Bound], ...]

    @property
    def is_daily(self) -> bool:
        return self.metric.judged == "daily"

    def kept_as(self, threshold: Threshold) -> str:
        """How accounts keep that it is reached."""
        return reached_name(self.metric.metric_id, threshold.threshold_id)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold that was reached or fallen back from: the fact of it, and the occasion that rules on it are filed by."""

    fact: MetricReached | MetricFell
    occasion: str


def metrics_in_force(config: Config) -> tuple[Judged, ...]:
    """Those that are active, by id."""
    return config.derived(
        ("metrics", "active"), lambda: tuple(judged(one) for one in store.metrics(config) if one.state == "active")
    )


def with_thresholds(config: Config) -> tuple[Judged, ...]:
    return config.derived(
        ("metrics", "thresholds"), lambda: tuple(one for one in metrics_in_force(config) if one.bounds)
    )


def judged(metric: Metric) -> Judged:
    measure = compile_measure(Measure.model_validate(metric.what, context=STORED))
    bounds = tuple((one, Bound(_number(one.at_least), _number(one.at_most))) for one in metric.thresholds)
    return Judged(metric, measure, bounds)


def crossings(by: Sequence[Judged], account: Account, context: Context) -> tuple[Crossing, ...]:
    """By what it comes to at a moment. What it fell back from comes first."""
    found = [one for each in by for one in _crossings(each, account, context)]
    return tuple(sorted(found, key=lambda one: isinstance(one.fact, MetricReached)))


def without_forgotten(
    some: Sequence[Crossing], account: Account, config: Config
) -> tuple[MetricReached | MetricFell, ...]:
    """The facts; the first that tells of something reached forgets what is no more a threshold of anything."""
    there = {each.kept_as(one) for each in with_thresholds(config) for one, _ in each.bounds}
    gone = tuple(sorted(account.reached.keys() - there))
    facts: list[MetricReached | MetricFell] = []
    for one in some:
        fact = one.fact
        if gone and isinstance(fact, MetricReached):
            fact, gone = MetricReached(fact.metric, fact.threshold, fact.value, fact.reached_on, forgets=gone), ()
        facts.append(fact)
    return tuple(facts)


def next_days(by: Sequence[Judged], reached: Mapping[str, Day], context: Context) -> Iterator[Day]:
    """When time alone takes it beyond a threshold or back; tomorrow for what is judged daily and has changed today."""
    for each in by:
        now = each.measure.taken(context).value
        for threshold, bound in each.bounds:
            if each.is_daily and bound.has(now) is not (each.kept_as(threshold) in reached):
                yield context.day + 1
            elif (day := each.measure.next_change(context, bound)) is not None:
                yield day


def told(value: Fraction | None) -> str:
    """As a plain number."""
    if value is None:
        return ""
    text = plain(rounded(value * 10**DECIMALS, "half_up"), DECIMALS)
    return text.rstrip("0").rstrip(".")


def _crossings(each: Judged, account: Account, context: Context) -> Iterator[Crossing]:
    value = each.measure.taken(context).value
    for threshold, bound in each.bounds:
        metric, of = each.metric.metric_id, threshold.threshold_id
        before, now = each.kept_as(threshold) in account.reached, bound.has(value)
        if now and not before:
            yield Crossing(MetricReached(metric, of, told(value), context.day), of_metric(metric, of, "reached"))
        elif before and not now:
            yield Crossing(MetricFell(metric, of, told(value), context.day), of_metric(metric, of, "fell"))


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
