"""The table as `infra/template.yaml` describes it, for whoever must create it without CloudFormation: the tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).resolve().parents[1] / "template.yaml"

_SAME_IN_BOTH = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "DeletionProtectionEnabled",
)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as their long forms: `!Sub x` as {"Fn::Sub": "x"}."""


def _long_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    raise ValueError(f"cannot read the tag !{suffix}")


_Loader.add_multi_constructor("!", _long_form)


def table_arguments(stage: str) -> dict[str, Any]:
    """What `create_table` takes to make the very table that the template makes for this stage."""
    properties = _table_properties(stage)
    arguments = {name: properties[name] for name in _SAME_IN_BOTH}
    arguments["TableName"] = properties["TableName"]
    arguments["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    return arguments


def create_table(client: DynamoDBClient, stage: str) -> str:
    """Creates the stage's table, with its TTL, waits until it is usable and answers its name."""
    name: str = client.create_table(**table_arguments(stage))["TableDescription"]["TableName"]
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    client.update_time_to_live(
        TableName=name, TimeToLiveSpecification=_table_properties(stage)["TimeToLiveSpecification"]
    )
    return name


def whole_template() -> dict[str, Any]:
    """All of `infra/template.yaml`, CloudFormation's tags in their long forms."""
    read: dict[str, Any] = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 (a safe loader)
    return read


def _table_properties(stage: str) -> dict[str, Any]:
    template = whole_template()
    resolved: dict[str, Any] = _resolve(template["Resources"]["Table"]["Properties"], template["Conditions"], stage)
    return resolved


def _resolve(node: Any, conditions: dict[str, Any], stage: str) -> Any:
    """The template's value for one stage. It knows the few functions that the table uses and refuses any other."""
    match node:
        case {"Fn::Sub": str(text)}:
            return text.replace("${Stage}", stage)
        case {"Ref": "Stage"}:
            return stage
        case {"Fn::Equals": [left, right]}:
            return _resolve(left, conditions, stage) == _resolve(right, conditions, stage)
        case {"Fn::If": [condition, yes, no]}:
            return _resolve(yes if _resolve(conditions[condition], conditions, stage) else no, conditions, stage)
        case dict() if any(name == "Ref" or name.startswith("Fn::") for name in node):
            raise ValueError(f"the table's template uses {sorted(node)}, which cannot be resolved here")
        case dict():
            return {name: _resolve(value, conditions, stage) for name, value in node.items()}
        case list():
            return [_resolve(value, conditions, stage) for value in node]
        case _:
            return node
