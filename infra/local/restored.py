"""`python -m infra.local.restored --table stampbook-prod-restored build/prod/template.json`: the template on a restored table.

DynamoDB restores into a new table only, and a stack keeps the one it made. So the template is written anew, to stdout,
without its own table and with name, ARN and stream of the restored one wherever it spoke of it. Before that stack is
deployed, the table that it lets go must have `DeletionPolicy: Retain` (--retain writes the template with that and a tag,
for to CloudFormation a policy alone may be no change at all). The restored table lacks stream and TTL: --prepare gives it both, and its own recovery; and since no stack
will say so any more, the protection from deletion that the template has for its stage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from infra.local.logs import NotSearchedError, region_of
from infra.local.table_template import table_arguments

TABLE = "Table"
TTL = {"AttributeName": "ttl", "Enabled": True}
NOT_DONE = 2
RECOVERY = {"PointInTimeRecoveryEnabled": True}


class Restored(NamedTuple):
    name: str
    arn: str
    stream_arn: str


def main(arguments: Sequence[str]) -> int:
    import boto3

    asked = _parser().parse_args(arguments)
    try:
        region = None if asked.retain else region_of(asked)
    except NotSearchedError as fault:
        sys.stderr.write(f"{fault}\n")
        return NOT_DONE
    template = json.loads(asked.template.read_text(encoding="utf-8"))
    if asked.retain:
        told = retaining(template)
    else:
        session: Any = boto3.session.Session()
        dynamodb = session.client("dynamodb", region_name=region, endpoint_url=asked.endpoint)
        if asked.prepare:
            prepare(dynamodb, asked.table, template["Parameters"]["Stage"]["Default"])
        told = on_table(template, described(dynamodb, asked.table))
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    return 0


def prepare(dynamodb: Any, table: str, stage: str) -> None:
    """Stream, TTL, point-in-time recovery and what protection its stage has from deletion: a restored table has none of them.
    What it has already stays."""
    wanted, there = table_arguments(stage), dynamodb.describe_table(TableName=table)["Table"]
    if not there.get("LatestStreamArn"):
        _updated(dynamodb, table, StreamSpecification=wanted["StreamSpecification"])
    if wanted["DeletionProtectionEnabled"] and not there.get("DeletionProtectionEnabled"):
        _updated(dynamodb, table, DeletionProtectionEnabled=True)
    told = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if told["TimeToLiveStatus"] not in ("ENABLED", "ENABLING"):
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=TTL)
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=RECOVERY)


def _updated(dynamodb: Any, table: str, **change: Any) -> None:
    """One change at a time, the next when the table is through with it."""
    dynamodb.update_table(TableName=table, **change)
    dynamodb.get_waiter("table_exists").wait(TableName=table)


def described(dynamodb: Any, table: str) -> Restored:
    told = dynamodb.describe_table(TableName=table)["Table"]
    return Restored(table, told["TableArn"], told["LatestStreamArn"])


def retaining(template: dict[str, Any]) -> dict[str, Any]:
    table = template["Resources"][TABLE]
    tags = [*table["Properties"].get("Tags", ()), {"Key": "stampbook", "Value": "kept, whatever becomes of its stack"}]
    table = {**table, "DeletionPolicy": "Retain", "Properties": {**table["Properties"], "Tags": tags}}
    return {**template, "Resources": {**template["Resources"], TABLE: table}}


def on_table(template: dict[str, Any], restored: Restored) -> dict[str, Any]:
    """The same stack without a table of its own."""
    others = {name: one for name, one in template["Resources"].items() if name != TABLE}
    pointed: dict[str, Any] = _pointed({**template, "Resources": others}, restored)
    return pointed


def _pointed(node: Any, restored: Restored) -> Any:
    match node:
        case {"Ref": "Table"}:
            return restored.name
        case {"Fn::GetAtt": ["Table", "Arn"] | "Table.Arn"}:
            return restored.arn
        case {"Fn::GetAtt": ["Table", "StreamArn"] | "Table.StreamArn"}:
            return restored.stream_arn
        case {"Fn::Sub": str(text)}:
            return {"Fn::Sub": text.replace("${Table.Arn}", restored.arn).replace("${Table}", restored.name)}
        case dict():
            return {name: _pointed(value, restored) for name, value in node.items()}
        case list():
            return [_pointed(value, restored) for value in node]
        case _:
            return node


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.restored", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("template", type=Path, help="of the package: build/prod/template.json")
    parser.add_argument("--table", required=True, help="the table that was restored")
    parser.add_argument("--region", help="of the table; AWS_REGION of the environment unless told otherwise")
    parser.add_argument("--endpoint", help="where the cloud is, if it is not Amazon's: http://127.0.0.1:4566")
    parser.add_argument(
        "--prepare", action="store_true", help="give the table stream, TTL, recovery and protection first"
    )
    parser.add_argument("--retain", action="store_true", help="only say that the stack keeps its own table")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
