"""Each function may do to the cloud what it does, and nothing else: its recorded calls against its policy, both ways.

All that functions do is made to happen here, in a shop of its own; what other tests had them do before is counted as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.api.native.examples import BODIES
from chalicelib.api.routes import ROUTES
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.config import Settings
from chalicelib.table.protocol import Table
from chalicelib.table.pulse import read_pulse
from infra.local.demo.program import CALLER
from infra.local.ministack import REGION
from tests.e2e.conftest import STACK, STAGE, Deployed, order, seen
from tests.e2e.recorded_calls import Use, recorded, uses
from tests.e2e.test_deployed import HEADER, dropped_for, empty, feed, fire_schedule, sale, take_pulse

pytestmark = pytest.mark.e2e

POLICIES = Path(__file__).parents[2] / ".chalice"
SHOP = "permissions"
FUNCTIONS = {
    "api_handler": "APIHandler",
    "relay": "Relay",
    "imports": "Imports",
    "due": "Due",
    "schedule_due": "ScheduleDue",
    "take_pulse": "TakePulse",
}
LAMBDA_ITSELF = (
    "Lambda does it in the function's name, before or after the code: the local cloud needs no permission for it"
)
NOT_CALLED = {
    "logs:CreateLogStream": LAMBDA_ITSELF,
    "logs:PutLogEvents": LAMBDA_ITSELF,
    "sqs:ReceiveMessage": LAMBDA_ITSELF,
    "sqs:DeleteMessage": LAMBDA_ITSELF,
    "sqs:GetQueueAttributes": LAMBDA_ITSELF,
    "dynamodb:DescribeStream": LAMBDA_ITSELF,
    "dynamodb:GetRecords": LAMBDA_ITSELF,
    "dynamodb:GetShardIterator": LAMBDA_ITSELF,
    "dynamodb:ListStreams": LAMBDA_ITSELF,
    "s3:ListBucket": "it is no call: without it S3 answers 403 for an object that is not there, and we would not know",
    "s3:AbortMultipartUpload": "only after a part of more than 8 MB could not be written",
}
NOT_CALLED_BY = {
    ("relay", "sqs:SendMessage"): LAMBDA_ITSELF,  # what it gave up
    ("relay", "dynamodb:Query"): "only for entries no younger than what was repaired: tests/unit/relay/test_repair.py",
    (
        "due",
        "sqs:SendMessage",
    ): "only behind a hundred due accounts of a shard, or for one that failed: tests/unit/jobs/test_due.py",
}


@pytest.fixture(scope="module")
def busy(deployed: Deployed) -> Deployed:
    """After every trigger has done all that it can."""
    settings = Settings(deployed.outputs["TableName"], STAGE, REGION, deployed.endpoint)
    rt = bootstrap.build(settings)
    key = issue_api_key(rt, CALLER, org=SHOP, tenant=SHOP, name="e2e", grants=CALLER.grants)
    shop = deployed.with_key(key.credential)
    ask_everything(shop)
    import_a_file(shop)
    let_points_expire(shop)
    seen(lambda: "points.expired" in feed(shop) or None, "what expired, in the feed")
    take_pulse(deployed)
    seen(lambda: answered_beat(rt.table) or None, "the relay's answer to a beat")
    return deployed


def ask_everything(shop: Deployed) -> None:
    """Every operation that needs a key, once all that it may be about is there; a member loses an identifier as well."""
    ids = {"program_id": "1", "rule_id": "one-per-euro", "operation_id": "opr_000000000000000000000000"}
    ids["transfer_id"] = "ent_00000000000000000000"
    for operation in ("put_tenant", "create_program", "put_tiers", "put_rule", "enrol_member"):
        ids |= {name: value for name, value in asked(shop, operation, ids).items() if name == "member_id"}
    cards = {"identifiers": [{"type": "card", "value": "4000 1234"}]}
    assert shop.call("PATCH", f"/v1/members/{ids['member_id']}", cards)[0] == 200
    ids["order_id"] = shop.call("POST", "/v1/orders", order("PERMIT-1", "permit-1"))[1]["order_id"]
    for route in ROUTES:
        if route.access != "open":
            asked(shop, route.operation, ids)


def asked(shop: Deployed, operation: str, ids: Mapping[str, str]) -> dict[str, Any]:
    (route,) = (route for route in ROUTES if route.operation == operation)
    query = "?number=PERMIT-1" if operation == "find_order" else ""
    status, answer = shop.call(route.method, f"{route.path.format_map(ids)}{query}", BODIES.get(operation))
    assert status < 500, (operation, answer)
    return dict(answer)


def import_a_file(shop: Deployed) -> None:
    """A sale, its return, and two that are refused: a line that is none, and goods that came back twice."""
    sales = sale("PERMIT-2", "permit-2"), sale("PERMIT-3", "permit-2", "x")
    back = [sale(f"PERMIT-R{number}", "permit-2").replace(",sell,,", ",return,PERMIT-2,") for number in (1, 2)]
    operation = dropped_for(shop, SHOP, "permissions.csv", HEADER, *sales, *back)
    counts = operation["counts"]
    assert (operation["state"], counts["sales"], counts["returns"], counts["refused"]) == ("done", 1, 1, 2), operation


def let_points_expire(shop: Deployed) -> None:
    """Bought a year and more ago, and nobody has looked since: that is over on the day for which the schedule fires."""
    status, _ = shop.call("PUT", "/v1/programs/1/rules/always", {**BODIES["put_rule"], "window": {}})
    assert status == 200
    long_ago = order("PERMIT-4", "permit-4") | {"purchased_at": "2025-01-15T12:00:00Z"}
    status, told = shop.call("POST", "/v1/orders", long_ago)
    assert status == 201, told
    fire_schedule(shop)
    seen(lambda: empty(shop, "due"), "the end of the due job")


def answered_beat(table: Table) -> bool:
    pulse = read_pulse(table)
    return pulse.beat is not None and pulse.marks.get("RELAYED", 0) >= pulse.beat


def allowed(function: str, addresses: Mapping[str, str]) -> set[Use]:
    policy = json.loads((POLICIES / f"policy-{function}.json").read_text("utf-8"))
    return {
        (action, named(resource, addresses))
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def named(resource: Any, addresses: Mapping[str, str]) -> str:
    """The resource of a statement in the words of the recorder: a name, and the index or the folder in it."""
    match resource:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return addresses[name]
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{(\w+)\.Arn\}", lambda found: addresses[found[1]], str(text)).removesuffix("/*")
    return str(resource)


def physical(deployed: Deployed) -> dict[str, str]:
    """The last word of each resource's address, by its logical id."""
    told = deployed.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return {one["LogicalResourceId"]: re.split("[:/]", one["PhysicalResourceId"])[-1] for one in told}


def cannot_be_seen(function: str) -> Iterator[str]:
    yield from NOT_CALLED
    yield from (action for whose, action in NOT_CALLED_BY if whose == function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_write_to_the_log_that_it_has(deployed: Deployed, function: str) -> None:
    policy = json.loads((POLICIES / f"policy-{function}.json").read_text("utf-8"))
    (logs,) = (one for one in policy["Statement"] if "logs:PutLogEvents" in one["Action"])
    pattern = logs["Resource"][0]["Fn::Sub"].replace("${AWS::StackName}", STACK).partition(":log-group:")[2]
    names = {name: f"/aws/lambda/{deployed.function(name)}" for name in FUNCTIONS.values()}
    assert [name for name, group in names.items() if fnmatch(group, pattern)] == [FUNCTIONS[function]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_does_it_may_and_what_it_may_it_does(busy: Deployed, function: str) -> None:
    addresses = physical(busy)
    may, does = allowed(function, addresses), recorded(busy.calls)[addresses[FUNCTIONS[function]]]
    assert does - may == set(), "missing from the policy"
    unused = {use for use in may - does if use[0] not in cannot_be_seen(function)}
    assert unused == set(), "may go from the policy"


def test_nothing_is_excused_that_a_function_is_seen_to_do(busy: Deployed) -> None:
    seen_to_do = {action for does in recorded(busy.calls).values() for action, _ in does}
    assert seen_to_do & set(NOT_CALLED) == set()


@pytest.mark.parametrize(
    ("service", "operation", "params", "asked"),
    [
        ("dynamodb", "Query", {"TableName": "t", "IndexName": "gsi1"}, {("dynamodb:Query", "t/index/gsi1")}),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"t": {}}}, {("dynamodb:BatchGetItem", "t")}),
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "t"}}, {"ConditionCheck": {"TableName": "t"}}]},
            {("dynamodb:PutItem", "t"), ("dynamodb:ConditionCheckItem", "t")},
        ),
        ("s3", "UploadPart", {"Bucket": "b", "Key": "work/1/2"}, {("s3:PutObject", "b/work")}),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "results/1"}, {("s3:GetObject", "b/results")}),
        (
            "s3",
            "DeleteObjects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "work/1"}, {"Key": "results/1"}]}},
            {("s3:DeleteObject", "b/work"), ("s3:DeleteObject", "b/results")},
        ),
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": "http://h/1/stampbook-dev-due"},
            {("sqs:SendMessage", "stampbook-dev-due")},
        ),
        ("sns", "PublishBatch", {"TopicArn": "arn:aws:sns:r:1:facts"}, {("sns:Publish", "facts")}),
        ("s3", "GetBucketAcl", {"Bucket": "b"}, {("s3:GetBucketAcl", "b/")}),
    ],
)
def test_a_call_is_what_iam_asks_for(service: str, operation: str, params: Any, asked: set[Use]) -> None:
    assert set(uses(service, operation, params)) == asked
