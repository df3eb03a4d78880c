"""Facts of metrics that a tenant defines itself: which of their thresholds an account has reached."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


def reached_name(metric: str, threshold: str) -> str:
    """As accounts keep that it is reached."""
    return f"{metric}/{threshold}"


@dataclass(frozen=True, slots=True)
class MetricReached(Fact):
    """What is measured of the account has come to a threshold, and what rules on that give stands in the same entry.

    field      | meaning                                                          | unit
    metric     | the metric's id                                                  | –
    threshold  | the threshold's id                                               | –
    value      | what it comes to then: a plain number, or money at face value    | –
    reached_on | the day on which that was found, where the program is            | –
    by         | the member by whom a group's account was looked at               | –
    forgets    | thresholds that are no more, which the account no longer keeps   | –
    """

    type = "metric.reached"

    metric: str
    threshold: str
    value: str
    reached_on: Day
    by: str = ""
    forgets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricFell(Fact):
    """What is measured of the account has fallen back from a threshold that it had reached.

    field     | meaning                                                                        | unit
    metric    | the metric's id                                                                | –
    threshold | the threshold's id                                                             | –
    value     | what it comes to then; empty where there is nothing to take an average of      | –
    fell_on   | the day on which that was found, where the program is                          | –
    by        | the member by whom a group's account was looked at                             | –
    """

    type = "metric.fell"

    metric: str
    threshold: str
    value: str
    fell_on: Day
    by: str = ""
