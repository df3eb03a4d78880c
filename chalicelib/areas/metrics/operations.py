"""Reading the definitions of metrics. Defining one, and what it comes to of a member, are flows."""

from __future__ import annotations

from chalicelib.areas.metrics import store
from chalicelib.areas.metrics.model import Metric
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.config import read_config


def list_metrics(rt: Runtime, caller: Caller) -> tuple[Metric, ...]:
    """Every metric of the tenant, by id."""
    return store.metrics(read_config(rt.table, caller.tenant))


def get_metric(rt: Runtime, caller: Caller, metric_id: str) -> Metric:
    """NotFound: metric."""
    return store.metric(read_config(rt.table, caller.tenant), metric_id)
