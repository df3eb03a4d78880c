"""When each alarm goes off is what docs/guides/deploy.md says: a figure changed on one side alone fails here."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from chalicelib.events.imports import LAST_RECEIVE
from chalicelib.flows.job_chunks import COMES_AGAIN_SECONDS
from infra.alarms import STUCK_SECONDS, alarms, of_type
from infra.local import cost
from tests.unit.local.packaged import stand_in

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guides"
GUIDE = (GUIDES / "deploy.md").read_text("utf-8")
ROW = re.compile(r"^\| `(?P<name>[^`]+)`" + "".join(rf" \| (?P<{name}>[^|]*?)" for name in (
    "metric", "statistic", "threshold", "period", "of", "missing"
)) + r" \|$", re.MULTILINE)  # fmt: skip
ROWS = {found["name"]: found.groupdict() for found in ROW.finditer(GUIDE.partition("| Alarm | Metric |")[2])}
ALARMS = {one["Properties"]["AlarmName"]["Fn::Sub"]: one["Properties"] for one in alarms(stand_in()).values()}
NAMES = sorted(name.removeprefix("stampbook-${Stage}-") for name in ALARMS)


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = ALARMS[f"stampbook-${{Stage}}-{name}"]
    return found


def row_of(name: str) -> dict[str, str]:
    """A name of the guide may stand for several: `…` is whatever there is. The row that says most of the name counts."""
    fitting = [pattern for pattern in ROWS if fnmatch(name, pattern.replace("…", "*"))]
    return ROWS[max(fitting, key=len)]


def told(alarm: dict[str, Any]) -> dict[str, str]:
    """As the guide's table writes it."""
    return {
        "metric": f"{alarm['Namespace']} {alarm['MetricName']}",
        "statistic": str(alarm.get("Statistic") or alarm["ExtendedStatistic"]),
        "threshold": f"> {alarm['Threshold']:g}" if alarm["Threshold"] < 1e6 else f"> {alarm['Threshold']}",
        "period": f"{alarm['Period']} s",
        "of": f"{alarm['DatapointsToAlarm']} of {alarm['EvaluationPeriods']}",
        "missing": str(alarm["TreatMissingData"]),
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_alarm_goes_off_when_the_guide_says_so(name: str) -> None:
    row = row_of(name)
    alarm, said = properties(name), told(properties(name))
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert fnmatch(said.pop("metric"), row["metric"].replace("…", "*"))
    assert {key: row[key] for key in said} == said


def test_the_guide_says_when_an_import_is_given_up_and_which_alarm_tells_of_it() -> None:
    waits = of_type(stand_in(), "AWS::SQS::Queue")["ImportsQueue"]["VisibilityTimeout"]
    chunk, other = ((LAST_RECEIVE - 1) * seconds for seconds in (COMES_AGAIN_SECONDS, waits))
    assert f"`failed` {chunk} s after the first try of a chunk, {other} s after that of a route or join" in GUIDE
    assert f"`imports-dead-queue` rings {waits} s later" in GUIDE
    assert "imports-dead-queue" in NAMES
    assert chunk < STUCK_SECONDS


def test_three_tries_are_over_before_a_message_counts_as_stuck() -> None:
    """From the third on it has no age for Amazon, and is given up by its queue."""
    queues = of_type(stand_in(), "AWS::SQS::Queue")
    tries = {
        name: one["VisibilityTimeout"] * min(3, one["RedrivePolicy"]["maxReceiveCount"])
        for name, one in queues.items()
        if "RedrivePolicy" in one
    }
    assert max(tries.values()) < STUCK_SECONDS


def test_whoever_counts_the_alarms_counts_all_of_them() -> None:
    assert len(NAMES) == cost.ALARMS
    decision = (GUIDES.parent / "decisions" / "deployment-pulse-through-the-stream.md").read_text("utf-8")
    assert re.findall(r"(\d+) alarms\b", decision) == [str(len(NAMES))]


def test_every_row_of_the_guide_is_of_some_alarm() -> None:
    assert len(ROWS) > 10
    assert [row for row in ROWS if not any(fnmatch(name, row.replace("…", "*")) for name in NAMES)] == []


def test_the_guide_says_of_every_alarm_what_to_do() -> None:
    answers = GUIDE.partition("| Alarm | What to do |")[2].partition("\n\n")[0]
    named = re.findall(r"`([a-z0-9…-]+)`", "\n".join(line.split(" | ")[0] for line in answers.splitlines()))
    assert [name for name in NAMES if not any(fnmatch(name, one.replace("…", "*")) for one in named)] == []


def test_no_alarm_is_on_before_there_is_anything_to_measure() -> None:
    """Missing data is no alarm anywhere. Of what must never fall silent it is told when there is too little of it."""
    silent = {name for name in NAMES if properties(name)["TreatMissingData"] == "missing"}
    assert silent == {"relay-silent", "due-missed"}
    for name in NAMES:
        alarm = properties(name)
        assert alarm["TreatMissingData"] in ("notBreaching", "missing"), name
        assert ("InsufficientDataActions" in alarm) == (name in silent)
        assert alarm.get("InsufficientDataActions", alarm["AlarmActions"]) == alarm["AlarmActions"]
