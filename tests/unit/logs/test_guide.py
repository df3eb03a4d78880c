"""docs/guides/logs.md is true: what it says is measured is measured, and what it shows is what is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.events.log import unread
from chalicelib.events.pulse import take_pulse
from chalicelib.flows.member_moments import say_left_out
from chalicelib.table.journal import Stream
from chalicelib.table.placeholders import placeholder
from infra.local import logs
from tests.unit.local.makefile import makefile
from tests.unit.logs.company import Company
from tests.unit.logs.kept import Keeper

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "logs.md").read_text("utf-8")
METRIC = re.compile(r"^\| `(\w+)` \| (Milliseconds|Count) \| (.+?) \|", re.MULTILINE)


def test_the_guide_s_metrics_are_those_there_are(company: Company, log: Keeper) -> None:
    company.buy("A-1", of="stranger")
    company.buy("A-2")
    company.relay_all()
    take_pulse(company.rt, {})
    say_left_out("enrol_member", "shop", 1)
    unread(placeholder(Stream("shop", "shop#M#somebody", 1), 1, 0, schema=2))
    object.__setattr__(company.rt, "table", None)
    assert company.buy("A-3").status == 500
    there_are = {
        (metric["Name"], metric["Unit"], tuple(names))
        for line in log.lines()
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]
        for metric in directive["Metrics"]
    }
    told = {(name, unit, tuple(re.findall(r"`(\w+)`", by))) for name, unit, by in METRIC.findall(GUIDE)}
    assert told == there_are


def test_the_guide_s_fields_are_those_of_the_lines(company: Company, log: Keeper) -> None:
    company.buy("A-1", of="stranger")
    company.settle_all("2026-01-15")
    take_pulse(company.rt, {})
    fields = {name for line in log.lines() for name in line}
    told = set(re.findall(r"`(\w+)`", GUIDE.partition("## What is logged")[2].partition("## What is measured")[0]))
    assert fields - {"service", "location", "_aws", "stage", "outcome", "requests", "refusals"} <= told


def test_the_guide_s_commands_are_those_of_make(capsys: pytest.CaptureFixture[str]) -> None:
    asked = re.findall(r"^make logs (.+)$", GUIDE, re.MULTILINE)
    (recipe,) = re.findall(r"^logs:.*\n\t(.+)$", makefile(), re.MULTILINE)
    assert asked
    assert {name for one in asked for name in re.findall(r"([A-Z]+)=", one)} <= set(
        re.findall(r"\$\(([A-Z]+)\)", recipe)
    )
    with pytest.raises(SystemExit):
        logs.main(["--help"])
    said = capsys.readouterr().out
    options = set(re.findall(r"--[a-z]+", recipe)) | set(re.findall(r"`[^`\n]*(--[a-z]+)[^`\n]*`", GUIDE))
    assert [option for option in options if option not in said] == []
