"""A request is followed through the deployed app: its id finds the lines of every function that had a hand in it."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.areas.jobs import store as jobs
from chalicelib.config import Settings
from infra.local.demo.program import TENANT
from infra.local.logs import main
from infra.local.ministack import REGION
from tests.e2e.conftest import STAGE, Deployed, order, seen
from tests.e2e.test_deployed import HEADER, finished, sale

pytestmark = pytest.mark.e2e

Lines = list[dict[str, Any]]


@pytest.fixture
def found(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> Any:
    """The lines that `make logs` shows of an id, as soon as they are of all these operations.

    The local cloud collects what a function says when a call of it ends. What comes a little late it collects with the
    next call, so there is one of each function between two looks.
    """
    numbers = count()

    def nudge() -> None:
        deployed.buy(f"LOGS-NUDGE-{next(numbers)}", "logs-nudge")
        bucket = deployed.outputs["BucketName"]
        deployed.client("s3").put_object(
            Bucket=bucket, Key=f"imports/{TENANT}/orders/"
        )  # a folder, which starts nothing

    def look(wanted: str, *operations: str) -> Lines:
        def whole() -> Lines | None:
            main([wanted, "--json", "--stage", STAGE, "--endpoint", deployed.endpoint])
            lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
            if {line["operation"] for line in lines} >= set(operations):
                return lines
            nudge()
            return None

        return seen(whole, f"lines of {', '.join(operations)} about {wanted}")

    return look


def test_an_order_is_followed_from_the_api_to_the_relay(deployed: Deployed, found: Any) -> None:
    request_id = deployed.answer("POST", "/v1/orders", order("LOGS-1", "logs-1")).headers["X-Request-Id"]
    lines = found(request_id, "record_order", "relay_entries")
    (api,) = of("record_order", lines)
    assert (api["tenant"], api["status"], api["stage"]) == (TENANT, 201, STAGE)
    assert {(line["tenant"], line["failed"]) for line in of("relay_entries", lines)} == {(TENANT, 0)}
    assert all(line["duration_ms"] >= 0 for line in lines)


def test_a_refusal_is_followed_to_its_code(deployed: Deployed, found: Any) -> None:
    _, answer = deployed.call("GET", "/v1/members/mem_00000000000")
    (line,) = found(answer["error"]["request_id"], "get_member")
    assert (line["status"], line["code"], line["outcome"]) == (404, "member_not_found", "4xx")


def test_a_file_is_followed_from_its_notice_to_the_relay(deployed: Deployed, found: Any) -> None:
    content = "\n".join((HEADER, *(sale(f"LOGS-F{number}", "logs-2") for number in range(3)), "")).encode()
    key = f"imports/{TENANT}/orders/logs.csv"
    put = deployed.client("s3").put_object(Bucket=deployed.outputs["BucketName"], Key=key, Body=content)
    operation_id = seen(lambda: finished(deployed, "logs.csv"), "the import of logs.csv")["operation_id"]
    lines = found(
        told_of(deployed, put, operation_id),
        "start_import", "route_import", "chunk_import", "join_import", "relay_entries",
    )  # fmt: skip
    assert {line["tenant"] for line in lines} == {TENANT}
    steps = [line for line in lines if line["operation"].endswith("_import")]
    assert {line["job"] for line in steps} == {operation_id}
    assert all(line["done"] >= 1 and line["duration_ms"] >= 0 for line in steps)
    by_job = found(operation_id, "start_import", "route_import", "chunk_import", "join_import")
    assert {line["request_id"] for line in by_job} == {line["request_id"] for line in lines}


def of(operation: str, lines: Lines) -> Lines:
    return [line for line in lines if line["operation"] == operation]


def told_of(deployed: Deployed, put: Any, operation_id: str) -> str:
    """The id of the request that put the file, as the notice told it. At Amazon it is the one in the answer to the put;
    the local cloud makes up another one for its notice, which the operation has kept."""
    settings = Settings(deployed.outputs["TableName"], STAGE, REGION, deployed.endpoint)
    known = jobs.read(bootstrap.build(settings).table, TENANT, operation_id).request_id
    assert put["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"] != known, "it does tell the same: use that one"
    return known


def test_an_id_that_nobody_had_is_told_so(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nobody-had-it", "--stage", STAGE, "--endpoint", deployed.endpoint]) == 1
    assert "APIHandler" in capsys.readouterr().err
    assert main(["nobody-had-it", "--stage", "other", "--endpoint", deployed.endpoint]) == 2
    assert capsys.readouterr().err.startswith("There is no stack stampbook-other")
