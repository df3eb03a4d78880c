"""Every line that says it holds metrics keeps to CloudWatch's embedded metric format, or CloudWatch drops it silently."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from chalicelib.events.due import due, schedule_due
from chalicelib.events.pulse import take_pulse
from infra.alarms import alarms
from tests.twins.streamed import StreamedTable, recorded
from tests.unit.imports.drops import sold
from tests.unit.local.packaged import stand_in
from tests.unit.logs.company import Company
from tests.unit.logs.kept import Keeper, Line
from tests.unit.orders_file.csv_file import file_of

MOST_DIMENSIONS = 30
MOST_METRICS = 100
MOST_BYTES = 1_000_000
UNITS = {"Count", "Milliseconds"}
ALARMS = [one["Properties"] for one in alarms(stand_in()).values()]


def breaches(line: Line) -> list[str]:
    """Of the format's rules."""
    found = [] if len(json.dumps(line)) < MOST_BYTES else ["too long"]
    emf = line["_aws"]
    if type(emf["Timestamp"]) is not int or not emf["CloudWatchMetrics"]:
        found.append("no time or nothing measured")
    for directive in emf["CloudWatchMetrics"]:
        if not 1 <= len(directive["Namespace"]) <= 256:
            found.append("namespace")
        if not 1 <= len(directive["Metrics"]) <= MOST_METRICS:
            found.append("number of metrics")
        found += [f"metric {one}" for one in directive["Metrics"] if not is_metric(line, one)]
        found += [f"dimensions {names}" for names in directive["Dimensions"] if not are_dimensions(line, names)]
    return found


def is_metric(line: Line, one: dict[str, Any]) -> bool:
    value = line.get(one["Name"])
    return isinstance(value, int | float) and not isinstance(value, bool) and one["Unit"] in UNITS


def are_dimensions(line: Line, names: list[str]) -> bool:
    values = [line.get(name) for name in names]
    return len(names) <= MOST_DIMENSIONS and all(isinstance(value, str) and 0 < len(value) <= 1024 for value in values)


def measured(line: Line) -> dict[tuple[tuple[str, str], ...], dict[str, Any]]:
    """By the values of its dimensions, what a line measures."""
    return {
        tuple((name, line[name]) for name in names): {one["Name"]: line[one["Name"]] for one in directive["Metrics"]}
        for directive in line["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]
    }


def test_every_kind_of_line_keeps_to_the_format(company: Company, log: Keeper) -> None:
    company.buy("A-1")
    company.buy("A-2", of="stranger")
    company.api.get("/v1/members/nobody", key=None)
    company.api.get("/health")
    company.api.call("DELETE", "/v1/orders")
    company.import_all(company.notice("june.csv", file_of([sold("F-1", "1")]), "S3"))
    company.relay_all()
    company.settle_all("2026-01-15")
    due(company.rt, recorded("due-poison"))
    schedule_due(company.rt, {})
    take_pulse(company.rt, {})
    with_metrics = [line for line in log.lines() if "_aws" in line]
    operations = {line["operation"] for line in with_metrics}
    assert operations >= {"record_order", "get_member", "health", "unrouted", "join_import", "relay_entries"}
    assert operations >= {"schedule_due", "settle_due", "take_pulse"}
    assert [(line["operation"], breach) for line in with_metrics for breach in breaches(line)] == []


def test_a_request_is_counted_and_timed_by_operation_and_outcome(company: Company, log: Keeper) -> None:
    company.buy("A-1")
    (line,) = log.lines()
    told = {("stage", line["stage"]), ("operation", "record_order"), ("outcome", "2xx")}
    ((by, metrics),) = measured(line).items()
    assert set(by) == told
    assert metrics == {"duration_ms": line["duration_ms"], "requests": 1}


def test_a_refusal_is_counted_by_its_code_as_well(company: Company, log: Keeper) -> None:
    reply = company.buy("A-1", of="stranger")
    (line,) = log.lines()
    by_outcome, by_code = measured(line).items()
    assert dict(by_outcome[0])["outcome"] == "4xx"
    assert (dict(by_code[0])["code"], by_code[1]) == (reply.code, {"refusals": 1})


def test_a_defect_is_a_5xx(company: Company, log: Keeper) -> None:
    object.__setattr__(company.rt, "table", None)
    assert company.buy("A-1").status == 500
    line = log.lines()[-1]
    assert (line["outcome"], line["code"]) == ("5xx", "internal_error")


@pytest.mark.parametrize("code", ["internal_error", "damaged_data"])
def test_a_failure_is_counted_where_an_alarm_looks_whosever_it_was(company: Company, log: Keeper, code: str) -> None:
    company.buy("A-1")
    if code == "damaged_data":
        damage_account(company)
    else:
        object.__setattr__(company.rt, "table", None)
    assert company.buy("A-2").code == code
    line = log.lines()[-1]
    [alarm] = [one for one in ALARMS if one["MetricName"] == "failures"]
    assert [one["Name"] for one in alarm["Dimensions"]] == ["stage"]
    assert measured(line)[("stage", line["stage"]),] == {"failures": 1}
    assert breaches(line) == []


def damage_account(company: Company) -> None:
    table = cast(StreamedTable, company.rt.table)
    [account] = [one.item for one in table.table._items.values() if one.item["kind"] == {"S": "account"}]
    table.batch_put([{**account, "body": {"B": b"?"}}])


def test_what_is_answered_and_what_is_refused_is_no_failure(company: Company, log: Keeper) -> None:
    company.buy("A-1")
    company.buy("A-2", of="stranger")
    assert [line["outcome"] for line in log.lines()] == ["2xx", "4xx"]
    assert [by for line in log.lines() for by, metrics in measured(line).items() if "failures" in metrics] == []


def test_stages_of_one_account_are_told_apart(company: Company, log: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAMPBOOK_STAGE", "prod")
    schedule_due(company.rt, {})
    monkeypatch.delenv("STAMPBOOK_STAGE")
    schedule_due(company.rt, {})
    assert [line["stage"] for line in log.lines()] == ["prod", "none"]


@pytest.mark.parametrize(
    "change",
    [
        {"duration_ms": "12"},
        {"duration_ms": True},
        {"requests": None},
        {"outcome": ""},
        {"operation": 7},
        {"stage": None},
    ],
)
def test_a_breach_is_found(company: Company, log: Keeper, change: Line) -> None:
    company.buy("A-1")
    (line,) = log.lines()
    assert breaches(line) == []
    assert len(breaches(line | change)) == 1
