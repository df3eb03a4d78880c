"""The Runtime of a deployed stage, for commands of its operator: addresses are read from the outputs of its stack.

Without any address what `make run` has started is meant, if it has.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from chalicelib import bootstrap
from chalicelib.areas.access.store import org_of, tenants
from chalicelib.aws.errors import CloudError
from chalicelib.config import QUEUES, Settings
from chalicelib.runtime import Runtime
from infra.local.logs import ROOT, Connect, NotSearchedError, Place, add_address, connect, place_of

ALL = "all"


def add_tenant_and_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", default="", help=f"whose entries, such as shop; {ALL} for every tenant, one by one")
    add_place(parser)


def add_place(parser: argparse.ArgumentParser) -> None:
    add_address(parser)
    parser.add_argument("--table", help="a table beside the stack's own, such as one that was restored")
    parser.set_defaults(also=[])


def named_tenants(rt: Runtime, asked: argparse.Namespace) -> list[str]:
    """Whom a command is about. A name misspelt has nothing wrong with it, and nothing missing."""
    if asked.tenant == ALL:
        if every := list(tenants(rt.table)):
            return every
        raise NotSearchedError("There is no tenant yet: the first API key of a tenant makes it known.")
    if org_of(rt.table, asked.tenant) is None:
        raise NotSearchedError(f"There is no tenant {asked.tenant}: the first API key of a tenant makes it known.")
    return [asked.tenant]


def stage_runtime(asked: argparse.Namespace, connect: Connect = connect, root: Path = ROOT) -> Runtime:
    """Raises NotSearchedError for an address that is none, CloudError for a stack that is not there."""
    place, told = _stack(asked, connect, root)
    return bootstrap.build(
        Settings(
            asked.table or told["TableName"],
            place.stage,
            place.region,
            place.endpoint,
            bucket=told.get("BucketName"),
            queues={name: told[f"{name.title()}QueueUrl"] for name in QUEUES if f"{name.title()}QueueUrl" in told},
            topic=told.get("TopicArn"),
        )
    )


def stage_table(asked: argparse.Namespace, connect: Connect = connect, root: Path = ROOT) -> str:
    """Which table that is: whatever was asked for, no other has the same. One that was deleted and made anew under its name
    is another; and clouds beside Amazon's may give the same ARN to each of theirs."""
    place, told = _stack(asked, connect, root)
    table = connect("dynamodb", place).call("describe_table", TableName=asked.table or told["TableName"])["Table"]
    return f"{place.endpoint or ''} {table['TableArn']} {table.get('TableId', '')}"


def _stack(asked: argparse.Namespace, connect: Connect, root: Path) -> tuple[Place, dict[str, str]]:
    """Where it is, and its outputs."""
    place = place_of(asked, root)
    answer = connect("cloudformation", place).call("describe_stacks", StackName=place.stack)
    told = {one["OutputKey"]: one["OutputValue"] for one in answer["Stacks"][0].get("Outputs", ())}
    if "TableName" not in told:
        raise CloudError(f"{place.stack} in {place.cloud} says nothing of a table: is it there whole?")
    return place, told
