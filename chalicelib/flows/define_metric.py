"""Define a metric: a part of the configuration, like a segment. What it measures is counted from then on (flows/past_counts).

reads    1 Query of the configuration
writes   metric, revision, entry: 6 units; + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.metrics import store as metrics
from chalicelib.areas.metrics.model import Metric
from chalicelib.areas.programs import store as programs
from chalicelib.areas.rules.model.measures import Measure
from chalicelib.areas.rules.model.names import units_asked
from chalicelib.areas.rules.model.times import OF_EARNED
from chalicelib.errors import Refused
from chalicelib.flows.past_asked import Asking, must_have_counters, must_know_events
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change, change_config


def define_metric(rt: Runtime, caller: Caller, command: Command, metric: Metric) -> Committed[Metric]:
    """Create the metric, replace it or end it. Refuses `too_many_metrics`, `too_many_counters`, `unknown_event`, `unknown_unit`,
    `average_in_real_time`; NotFound: its program."""

    def decide(config: Config) -> Change:
        program = programs.program(config, metric.program_id)
        measure = Measure.model_validate(metric.what)
        must_know_events(program, (measure,), "what")
        for unit in units_asked((measure,)):
            if unit not in {one.code for one in program.units}:
                raise Refused("unknown_unit", f"The program has no unit {unit}.", param="what")
        _must_not_swing(metric, measure)
        must_have_counters(config, metric.program_id, Asking(metric=metric))
        return metrics.change(config, metric)

    done = change_config(rt, caller, command, "define_metric", decide)
    changed = done.answer
    return Committed(metrics.metric_of(Name(changed.kind, changed.id), changed.body), done.replayed)


def _must_not_swing(metric: Metric, measure: Measure) -> None:
    """What rules give for a threshold is earned too. That adds to what was earned, and takes nothing: only an average goes up and down
    by it, and would reach a threshold again and again."""
    swings = measure.measure == "average" and measure.of.startswith(OF_EARNED)
    if swings and metric.judged == "real_time" and metric.thresholds:
        text = (
            "What is given for a threshold changes the average of what is earned: have thresholds of it judged daily."
        )
        raise Refused("average_in_real_time", text, param="judged")
