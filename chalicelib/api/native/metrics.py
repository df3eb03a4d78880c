"""Metrics that a tenant defines itself, and what they come to of a member."""

from __future__ import annotations

from chalicelib.api.bodies import as_refusal
from chalicelib.api.calls import Answered, Call
from chalicelib.api.native.naming import answered, owner_of
from chalicelib.areas.metrics import operations as metrics
from chalicelib.areas.metrics.model import Metric, MetricShape
from chalicelib.areas.rules.model.measures import Measure
from chalicelib.flows.define_metric import define_metric
from chalicelib.flows.read_metric_values import MetricValues
from chalicelib.flows.read_metric_values import read_metric_values as values_of
from chalicelib.kit.base import Wire


class MetricBody(MetricShape):
    """`what`: what is measured of each member, and over which range."""

    what: Measure

    def named(self, metric_id: str) -> Metric:
        return Metric(**{**dict(self), "metric_id": metric_id, "what": self.what.model_dump(mode="json")})


class Metrics(Wire):
    items: tuple[Metric, ...]


def list_metrics(call: Call) -> Metrics:
    return Metrics(items=metrics.list_metrics(call.rt, call.caller))


def get_metric(call: Call) -> Metric:
    return metrics.get_metric(call.rt, call.caller, call.path["metric_id"])


def put_metric(call: Call, body: MetricBody) -> Answered[Metric]:
    with as_refusal():
        metric = body.named(call.path["metric_id"])
    return answered(define_metric(call.rt, call.caller, call.command, metric))


def read_metric_values(call: Call) -> MetricValues:
    return values_of(call.rt, call.caller, owner_of(call), call.query["program_id"])
