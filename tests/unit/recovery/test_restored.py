"""A stack on a restored table: nothing of its template speaks of the table it had, and nothing else has changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from infra.local import restored
from infra.local.restored import Restored, on_table, retaining
from infra.local.table_template import table_arguments
from infra.package import watched
from tests.unit.local.packaged import stand_in

REGION = "eu-central-1"

TABLE = Restored("shop-restored", "arn:restored", "arn:restored/stream/1")
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Stage": {"Default": "prod"}},
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Delete", "Properties": {"TableName": "shop"}},
        "Relay": {
            "Stream": {"Fn::GetAtt": ["Table", "StreamArn"]},
            "Policy": [
                {"Fn::GetAtt": ["Table", "Arn"]},
                {"Fn::Sub": "${Table.Arn}/index/*"},
                {"Fn::GetAtt": ["Q", "Arn"]},
            ],
        },
    },
    "Outputs": {"TableName": {"Value": {"Ref": "Table"}}, "Topic": {"Value": {"Ref": "Topic"}}},
}


def test_the_template_speaks_of_the_restored_table_only() -> None:
    assert on_table(TEMPLATE, TABLE) == {
        "Parameters": TEMPLATE["Parameters"],
        "Resources": {
            "Relay": {
                "Stream": "arn:restored/stream/1",
                "Policy": ["arn:restored", {"Fn::Sub": "arn:restored/index/*"}, {"Fn::GetAtt": ["Q", "Arn"]}],
            }
        },
        "Outputs": {"TableName": {"Value": "shop-restored"}, "Topic": {"Value": {"Ref": "Topic"}}},
    }


def test_a_text_that_names_the_table_names_the_restored_one() -> None:
    """As the dashboard's does; what only looks like it stays."""
    named = {"Fn::Sub": '["TableName", "${Table}", "${TableOfContents}", "${Table.Arn}"]'}
    told = on_table({"Resources": {"Table": {}, "Dashboard": named}}, TABLE)
    text = '["TableName", "shop-restored", "${TableOfContents}", "arn:restored"]'
    assert told == {"Resources": {"Dashboard": {"Fn::Sub": text}}}


def test_of_the_whole_template_nothing_is_left_that_speaks_of_its_own_table() -> None:
    """With alarms and dashboard, which CloudFormation would refuse to deploy."""
    template = watched(stand_in())
    named = list(names_of_the_table(template))
    told = on_table(template, TABLE)
    assert len(named) > 10
    assert any("${Table}" in one for one in named)
    assert list(names_of_the_table(told)) == []
    assert len(told["Resources"]) == len(template["Resources"]) - 1


def names_of_the_table(node: Any) -> Iterator[str]:
    match node:
        case {"Ref": "Table"} | {"Fn::GetAtt": ["Table", _]} | {"DependsOn": "Table"}:
            yield str(node)
        case {"Fn::GetAtt": str(text)} if text.partition(".")[0] == "Table":
            yield str(node)
        case {"Fn::Sub": str(text)} if re.search(r"\$\{Table[.}]", text):
            yield text
        case dict():
            yield from (one for value in node.values() for one in names_of_the_table(value))
        case list():
            yield from (one for value in node for one in names_of_the_table(value))


def test_the_table_that_is_let_go_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    assert restored.main(["--table", "x", "--retain", str(tmp_path / "template.json")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == retaining(TEMPLATE)
    table = told["Resources"]["Table"]
    assert table.pop("DeletionPolicy") == "Retain"
    assert [tag["Key"] for tag in table["Properties"].pop("Tags")] == ["stampbook"]  # a policy alone changes nothing
    assert table == {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "shop"}}
    assert told["Resources"]["Relay"] == TEMPLATE["Resources"]["Relay"]


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """With a table as it is just after it was restored: keys and indexes, and nothing else."""
    import boto3

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    with mock_aws():
        session: Any = boto3.session.Session()
        client = session.client("dynamodb", region_name=REGION)
        client.create_table(TableName=TABLE.name, **{name: table_arguments("prod")[name] for name in kept})
        assert given(client) == {"stream": None, "ttl": None, "recovery": "DISABLED", "protected": False}
        yield client


def given(client: Any) -> dict[str, Any]:
    """What DynamoDB says of the table, of that which a restored one lacks."""
    table = client.describe_table(TableName=TABLE.name)["Table"]
    backups = client.describe_continuous_backups(TableName=TABLE.name)["ContinuousBackupsDescription"]
    return {
        "stream": table.get("StreamSpecification"),
        "ttl": client.describe_time_to_live(TableName=TABLE.name)["TimeToLiveDescription"].get("AttributeName"),
        "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "protected": table["DeletionProtectionEnabled"],
    }


def prepared(stage: str, folder: Path) -> None:
    template = folder / f"{stage}.json"
    template.write_text(json.dumps({**TEMPLATE, "Parameters": {"Stage": {"Default": stage}}}), encoding="utf-8")
    assert restored.main(["--table", TABLE.name, "--region", REGION, "--prepare", str(template)]) == 0


@pytest.mark.parametrize(("stage", "protected"), [("prod", True), ("dev", False)])
def test_a_restored_table_gets_what_the_one_before_had(
    dynamodb: Any, stage: str, protected: bool, tmp_path: Path
) -> None:
    prepared(stage, tmp_path)
    told = {
        "stream": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "ttl": "ttl",
        "recovery": "ENABLED",
        "protected": protected,
    }
    assert given(dynamodb) == told


def test_prepared_once_more_it_stays_as_it_is(dynamodb: Any, tmp_path: Path) -> None:
    """A protection that somebody gave it stays, too, in a stage that asks for none."""
    prepared("prod", tmp_path)
    before = given(dynamodb)
    prepared("dev", tmp_path)
    assert given(dynamodb) == before


def test_a_table_that_is_not_to_be_prepared_is_only_looked_at(dynamodb: Any, tmp_path: Path) -> None:
    dynamodb.update_table(TableName=TABLE.name, StreamSpecification=table_arguments("prod")["StreamSpecification"])
    before = given(dynamodb)
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    assert restored.main(["--table", TABLE.name, "--region", REGION, str(tmp_path / "template.json")]) == 0
    assert given(dynamodb) == before
