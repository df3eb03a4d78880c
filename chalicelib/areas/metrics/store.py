"""Where metrics of a tenant's own are kept: configuration aggregates (table/config.py).

access pattern              | key                             | items  | cost                   | by
a metric, or all of a tenant | {t}#CFG / metric#0000#{metric} | 0–100  | in the configuration   | metric, metrics

item   | key                            | in index | cost
metric | {t}#CFG / metric#0000#{metric} | –        | 2 WU

What it measures of a member lies in the member's account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.areas.metrics.model import Metric, no_metric
from chalicelib.errors import Refused
from chalicelib.table.config import Config, Name
from chalicelib.table.config_commit import Change
from chalicelib.table.defined import Defined

MAX_METRICS = 100
METRICS = Defined("metric", Metric, MAX_METRICS)
TENANT = 0  # metrics are a tenant's, and say whose program they are measured in


def metrics(config: Config) -> tuple[Metric, ...]:
    """By id."""
    return METRICS.every(config, TENANT)


def metric(config: Config, metric_id: str) -> Metric:
    """NotFound `metric_not_found`."""
    return METRICS.known(config, TENANT, metric_id, no_metric(metric_id))


def metric_of(name: Name, body: Mapping[str, Any]) -> Metric:
    return METRICS.read(name, body)


def change(config: Config, after: Metric) -> Change:
    """Refuses `too_many_metrics` past 100 of a tenant."""
    too_many = Refused("too_many_metrics", f"A tenant has at most {MAX_METRICS} metrics.")
    return METRICS.change(config, TENANT, after.metric_id, after, too_many)
