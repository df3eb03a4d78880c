"""A metric of a tenant's own as data."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.errors import NotFound
from chalicelib.kit.amounts import plain_decimal
from chalicelib.kit.base import Frozen
from chalicelib.kit.labels import Labels
from chalicelib.kit.texts import PLAIN_TEXT

MOST_THRESHOLDS = 5

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
ThresholdId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$")]
Title = Annotated[str, Field(min_length=1, max_length=200), PLAIN_TEXT]
Prose = Annotated[str, Field(max_length=2_000), PLAIN_TEXT]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Judged = Literal["real_time", "daily"]


def _plain(text: str) -> str:
    if plain_decimal(text) is None:
        raise ValueError('must be a plain decimal number, such as "19.99"')
    return text


Number = Annotated[str, Field(max_length=20), AfterValidator(_plain)]


class MetricText(Frozen):
    name: Title
    description: Prose = ""


class Threshold(Frozen):
    """Reached where the metric is at least so much, or at most. The average or last of nothing reaches none."""

    threshold_id: ThresholdId
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_one_number(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("a threshold is at_least a number, or at_most")
        return self


class MetricShape(Frozen):
    """What a metric is, whatever it measures. Of one that has ended nothing is counted for its sake, and nobody reaches its thresholds.
    `program_id`: by whose accounts and calendar it is measured. `judged`: thresholds are looked at with what happens, or once its
    day is over; what time alone does is always daily."""

    name: Title
    description: Prose = ""
    translations: dict[Locale, MetricText] = Field(max_length=50, default_factory=dict)
    labels: Labels = ()
    state: Literal["active", "ended"] = "active"
    program_id: Annotated[int, Field(strict=True, ge=1, le=1_023)] = 1
    judged: Judged = "real_time"
    thresholds: Annotated[tuple[Threshold, ...], Field(max_length=MOST_THRESHOLDS)] = ()

    @model_validator(mode="after")
    def _tells_thresholds_apart(self) -> Self:
        ids = [one.threshold_id for one in self.thresholds]
        if len(ids) != len(set(ids)):
            raise ValueError("thresholds of a metric have different ids")
        return self


def _in_order(what: dict[str, Any]) -> dict[str, Any]:
    """As it is kept: whoever asks again gets the same answer, letter by letter."""
    return dict(json.loads(json.dumps(what, sort_keys=True)))


class MetricDefinition(MetricShape):
    """A metric as it is kept. `what`: what is measured, in the words of rules, which know what they mean."""

    what: Annotated[dict[str, Any], AfterValidator(_in_order)]


class Metric(MetricDefinition):
    metric_id: Id


def no_metric(metric_id: str) -> NotFound:
    return NotFound("metric_not_found", f"There is no metric {metric_id[:64]}.", param="metric_id")
