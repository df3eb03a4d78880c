"""The packaged template, for what protects data and neighbours: who may do what, what is encrypted, what is given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.flows.fact_types import KNOWN
from infra.local.pages.access_patterns import stores
from infra.local.pages.facts import filters, taken_by
from infra.local.table_template import whole_template
from infra.package import TEMPLATE, ZIP, package
from tests.e2e.test_template import Template, of_type, properties, trigger

pytestmark = pytest.mark.e2e


def test_what_the_relay_cannot_do_is_tried_in_halves_for_long_and_then_kept(template: Template) -> None:
    relay = trigger(template, "Relay")
    assert relay["BisectBatchOnFunctionError"] is True
    assert relay["MaximumRetryAttempts"] >= 10
    assert relay["DestinationConfig"] == {"OnFailure": {"Destination": {"Fn::GetAtt": ["RelayDeadQueue", "Arn"]}}}
    assert properties(template, "RelayDeadQueue")["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_every_condition_of_a_filter_takes_a_fact_that_there_is() -> None:
    for queue, conditions in filters(whole_template()).items():
        for condition in conditions:
            assert any(taken_by(fact, {queue: [condition]}) for fact in KNOWN), (queue, condition)


def test_filters_keep_out_what_a_queue_does_not_ask_for() -> None:
    queues = filters(whole_template())
    taken = {
        fact: set(taken_by(fact, queues))
        for fact in ("points.earned", "points.spent", "config.changed", "notification.wanted", "referral.invited")
    }
    assert taken == {
        "points.earned": {"automations", "metrics", "webhooks"},
        "points.spent": {"automations", "metrics", "webhooks"},
        "config.changed": {"automations", "webhooks"},
        "notification.wanted": {"notify", "webhooks"},
        "referral.invited": {"notify", "webhooks"},
    }


def test_nobody_reaches_a_file_over_an_open_line(template: Template) -> None:
    (statement,) = properties(template, "BucketPolicy")["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Sub": "${Bucket.Arn}/*"}]
    rules = properties(template, "Bucket")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_every_queue_is_encrypted_and_only_bucket_and_topic_may_send_from_outside(template: Template) -> None:
    assert all(queue["SqsManagedSseEnabled"] is True for queue in of_type(template, "AWS::SQS::Queue").values())
    senders: dict[str, set[str]] = {}
    for policy in of_type(template, "AWS::SQS::QueuePolicy").values():
        for statement in policy["PolicyDocument"]["Statement"]:
            assert (statement["Effect"], statement["Action"]) == ("Allow", "sqs:SendMessage")
            assert "aws:SourceArn" in str(statement["Condition"])
            for queue in policy["Queues"]:
                senders.setdefault(queue["Ref"], set()).add(statement["Principal"]["Service"])
    subscribed = [one["Endpoint"] for one in of_type(template, "AWS::SNS::Subscription").values()]
    told = {endpoint["Fn::GetAtt"][0] for endpoint in subscribed if "Fn::GetAtt" in endpoint}
    assert senders == {"ImportsQueue": {"s3.amazonaws.com"}} | {queue: {"sns.amazonaws.com"} for queue in told}


def test_the_table_is_paid_by_use_and_its_indexes_project_what_is_read(template: Template) -> None:
    table = properties(template, "Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    projected = {one["IndexName"]: one["Projection"] for one in table["GlobalSecondaryIndexes"]}
    assert projected == {
        "gsi1": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["card"]},
        "gsi2": {"ProjectionType": "KEYS_ONLY"},
        "gsi3": {"ProjectionType": "KEYS_ONLY"},
    }
    read = {pattern.place.index for store in stores() for pattern in store.patterns if pattern.place.index}
    assert read == set(projected)


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package("prod", tmp_path_factory.mktemp("prod"))


def test_a_package_made_again_is_the_same_but_for_what_its_stage_decides(packaged: Path, prod: Path) -> None:
    """So a deployment without a change changes nothing."""
    assert (packaged / ZIP).read_bytes() == (prod / ZIP).read_bytes()
    lines = zip(*((made / TEMPLATE).read_text("utf-8").splitlines() for made in (packaged, prod)), strict=True)
    differing = {tuple(line.strip(" ,") for line in both) for both in lines if len(set(both)) > 1}
    told = {both for both in differing if both[0].replace("dev", "prod") != both[1]}
    assert told == {
        ('"STAMPBOOK_LOG_LEVEL": "DEBUG"', '"STAMPBOOK_LOG_LEVEL": "INFO"'),
        ('"RetentionInDays": 14', '"RetentionInDays": 365'),
    }


def test_production_is_packaged_for_itself(prod: Path) -> None:
    template: dict[str, Any] = json.loads((prod / TEMPLATE).read_text(encoding="utf-8"))
    assert template["Parameters"]["Stage"]["Default"] == "prod"
    assert template["Conditions"]["IsProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert properties(template, "Table")["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    variables = [one["Environment"]["Variables"] for one in of_type(template, "AWS::Serverless::Function").values()]
    assert {(one["STAMPBOOK_STAGE"], one["STAMPBOOK_LOG_LEVEL"]) for one in variables} == {("prod", "INFO")}
    assert {one["RetentionInDays"] for one in of_type(template, "AWS::Logs::LogGroup").values()} == {365}
