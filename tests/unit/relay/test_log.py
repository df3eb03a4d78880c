"""One id finds every line: the request that wrote an entry, its relay, the message it became. And each line is a metric."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.events.due import due
from chalicelib.events.stream import relay
from tests.twins import runtime_on
from tests.twins.streamed import recorded
from tests.unit.logs.kept import Keeper, kept
from tests.unit.relay.relayed import recorded_journal


@pytest.fixture
def log() -> Iterator[Keeper]:
    with kept() as keeper:
        yield keeper


def test_the_relay_says_for_which_requests_it_worked(log: Keeper) -> None:
    rt, _ = recorded_journal()
    relay(rt, recorded("stream"))
    *requests, batch = log.lines()
    assert {(line["tenant"], line["request_id"], line["done"]) for line in requests} == {
        ("ours", "req-1", 4),
        ("theirs", "req-1", 3),
    }
    assert (batch["operation"], batch["done"], batch["failed"]) == ("relay_entries", 7, 0)
    assert batch["duration_ms"] >= 0


def test_a_line_is_a_metric_in_cloudwatch_s_embedded_format(log: Keeper) -> None:
    rt, _ = recorded_journal()
    relay(rt, recorded("stream"))
    *requests, batch = log.lines()
    [directive] = batch["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Stampbook"
    assert all(name in batch for names in directive["Dimensions"] for name in names)
    assert all(isinstance(batch[metric["Name"]], int | float) for metric in directive["Metrics"])
    assert not any("_aws" in line for line in requests)


def test_what_fails_is_told_with_its_stack_and_never_with_its_body(log: Keeper) -> None:
    rt, _ = runtime_on(now="2027-07-01")
    due(rt, recorded("due-poison"))
    told = log.lines()
    failures = [line for line in told if line["level"] == "ERROR"]
    assert len(failures) == 3
    assert all(line["exception_name"] and "Traceback" in line["exception"] for line in failures)
    assert {line["request_id"] for line in told} == {
        "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "2e1424d4-f796-459a-8184-9c92662be6da",
    }
    assert "not JSON" not in log.stream.getvalue()
