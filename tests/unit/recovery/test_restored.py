"""A stack on a restored table: nothing of its template speaks of the table it had, and nothing else has changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local import restored
from infra.local.restored import Restored, on_table, retaining

TABLE = Restored("shop-restored", "arn:restored", "arn:restored/stream/1")
TEMPLATE: dict[str, Any] = {
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
        "Resources": {
            "Relay": {
                "Stream": "arn:restored/stream/1",
                "Policy": ["arn:restored", {"Fn::Sub": "arn:restored/index/*"}, {"Fn::GetAtt": ["Q", "Arn"]}],
            }
        },
        "Outputs": {"TableName": {"Value": "shop-restored"}, "Topic": {"Value": {"Ref": "Topic"}}},
    }


def test_the_table_that_is_let_go_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "template.json").write_text(json.dumps(TEMPLATE), encoding="utf-8")
    assert restored.main(["--table", "x", "--retain", str(tmp_path / "template.json")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == retaining(TEMPLATE)
    assert told["Resources"]["Table"]["DeletionPolicy"] == "Retain"
    assert told["Resources"]["Relay"] == TEMPLATE["Resources"]["Relay"]
