"""The dashboard shows every job there is, and all that an alarm is about: what is added is shown, or this fails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from chalicelib.events.log import RELAY
from chalicelib.flows.job_messages import Do, Job, step_of
from infra.alarms import alarms
from infra.dashboard import dashboard
from tests.unit.local.packaged import stand_in

EVENTS = Path(__file__).resolve().parents[3] / "chalicelib" / "events"
NO_JOBS = {
    "import": "a message of which nobody can say what it asks for",
    "test_event": "the bucket tries whether it reaches the queue",
    "take_pulse": "measures the others, and has graphs of its own",
}
OF: dict[str, Any] = {"tenant": "shop", "operation": "opr_1"}
MESSAGES: list[dict[str, Any]] = [
    {"do": "route"},
    {"do": "chunk", "part": 0, "chunk": 0},
    {"do": "join"},
    {"job": "proof", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "proof", "do": "join"},
    {"job": "codes", "do": "route"},
    {"job": "codes", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "codes", "do": "join"},
    {"job": "members", "do": "route"},
    {"job": "members", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "members", "do": "join"},
    {"job": "simulation", "do": "route"},
    {"job": "simulation", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "simulation", "do": "join"},
    {"job": "run", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "run", "do": "join"},
    {"job": "segment", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "segment", "do": "join"},
    {"job": "audit", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "audit", "do": "join"},
    {"job": "notification", "do": "route"},
    {"job": "notification", "do": "chunk", "part": 0, "chunk": 0},
    {"job": "notification", "do": "join"},
]


ALARMS = {one["Properties"]["AlarmName"]["Fn::Sub"]: one["Properties"] for one in alarms(stand_in()).values()}


def graphs() -> dict[str, Any]:
    """What each shows, by its title."""
    body = dashboard(stand_in())["Properties"]["DashboardBody"]["Fn::Sub"]
    return {one["properties"]["title"]: one["properties"] for one in json.loads(body)["widgets"]}


def shown() -> set[str]:
    """The operations that the graph of what jobs have done searches for."""
    (found,) = re.findall(r" operation=\(([\w ]+)\)", graphs()["Jobs: done"]["metrics"][0][0]["expression"])
    return set(found.split(" OR "))


@pytest.mark.parametrize("body", MESSAGES, ids=lambda body: f"{body['do']}_{body.get('job', 'import')}")
def test_every_step_of_a_long_job_is_shown(body: dict[str, Any]) -> None:
    assert step_of(OF | body).name in shown()


def test_there_is_a_message_for_every_kind_of_step_and_job() -> None:
    steps = [step_of(OF | body) for body in MESSAGES]
    assert {step.job for step in steps} == set(get_args(Job))
    assert {step.do for step in steps} == set(get_args(Do))
    assert len({step.name for step in steps}) == len(MESSAGES)


def test_whatever_else_triggers_log_is_shown_or_is_no_job() -> None:
    source = "".join(path.read_text("utf-8") for path in EVENTS.glob("*.py"))
    told = set(re.findall(r'(?:noted\(|handle_messages\(event, |operation = )"(\w+)"', source))
    assert {"settle_due", "schedule_due", "start_import"} < told
    assert told - set(NO_JOBS) <= shown()
    assert RELAY in shown()


def test_nothing_is_searched_for_that_there_is_not() -> None:
    source = "".join(path.read_text("utf-8") for path in EVENTS.glob("*.py"))
    steps = {step_of(OF | body).name for body in MESSAGES}
    assert [name for name in shown() - steps if f'"{name}"' not in source] == []


def drawn() -> set[tuple[str, ...]]:
    """Each line of a graph that names its metric, with its dimensions in the order of their names."""
    lines = [line for graph in graphs().values() for line in graph["metrics"] if isinstance(line[0], str)]
    return {metric(line[0], line[1], dict(zip(line[2::2], line[3::2], strict=True))) for line in lines}


def metric(namespace: str, name: str, dimensions: dict[str, str]) -> tuple[str, ...]:
    return (namespace, name, *(f"{key}={value}" for key, value in sorted(dimensions.items())))


def as_text(value: Any) -> str:
    """A value of the template as the dashboard's body, a text with addresses in it, says it."""
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(text)} | str(text):
            return text
    raise AssertionError(value)


@pytest.mark.parametrize("name", sorted(ALARMS))
def test_whoever_is_woken_by_an_alarm_finds_its_metric_on_the_dashboard(name: str) -> None:
    alarm = ALARMS[name]
    dimensions = {one["Name"]: as_text(one["Value"]) for one in alarm["Dimensions"]}
    assert metric(alarm["Namespace"], alarm["MetricName"], dimensions) in drawn()
