"""Restoring as docs/guides/recovery.md has it: the stack goes on with another table, its feed is mended, its books are right."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.api.native.purchases import OrderBody, sale_of
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.members.model import Identifier
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.config import Settings
from chalicelib.flows.purchase import Buyer
from chalicelib.flows.record_order import record_order
from chalicelib.kit.command import Command
from infra.alarms import of_type
from infra.local.demo.program import CALLER, ORG, TENANT
from infra.local.ministack import REGION
from tests.e2e.conftest import STACK, STAGE, Deployed, deployed_in, order, seen
from tests.e2e.test_deploy_guide import ROOT, surroundings
from tests.e2e.test_deployed import feed

pytestmark = pytest.mark.e2e

Guide = Callable[[str], str]

NAME = "stampbook-dev-restored"
ANNEX = "annex"
DONE = "that was the block"
GUIDE = (ROOT / "docs" / "guides" / "recovery.md").read_text("utf-8").partition("## Restore to a point in time")[2]
STOP, RESTORE, LOOK, MOVE, MEND, GO_ON = re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def apart(packaged: Path, template: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A cloud of its own: the stack lets go of its table."""
    with deployed_in(tmp_path_factory.mktemp("apart"), packaged, template) as there:
        yield there


def said(deployed: Deployed, module: str, *options: str) -> str:
    """What a command of the operator's answers."""
    words = [sys.executable, "-m", f"infra.local.{module}", *options, "--endpoint", deployed.endpoint]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def mapped(template: dict[str, Any]) -> set[str]:
    """The functions that queues or the stream feed."""
    functions = of_type(template, "AWS::Serverless::Function").items()
    kinds = {name: {event["Type"] for event in one.get("Events", {}).values()} for name, one in functions}
    return {name for name, of in kinds.items() if of & {"SQS", "DynamoDB"}}


@contextmanager
def one_shell(endpoint: str, home: Path) -> Iterator[Guide]:
    """The guide's blocks as a person runs them, each in the shell of those before it: what they have set is there, nothing else."""
    bash = ["bash", "-euo", "pipefail"]
    with (
        (home / "errors").open("w", encoding="utf-8") as errors,
        Popen(
            bash, stdin=PIPE, stdout=PIPE, stderr=errors, text=True, cwd=ROOT, env=surroundings(endpoint, home)
        ) as at,
    ):
        assert at.stdin is not None
        assert at.stdout is not None
        said, heard = at.stdin, at.stdout

        def run(block: str) -> str:
            said.write(f"{{\n{ours(block, home)}\n}} < /dev/null\nprintf '\\n{DONE}\\n'\n")
            said.flush()
            told: list[str] = []
            for line in heard:
                if line == f"{DONE}\n":
                    return "".join(told)
                told.append(line)
            raise AssertionError("".join(told) + (home / "errors").read_text("utf-8"))

        yield run


def ours(block: str, home: Path) -> str:
    for theirs, own in {
        "stage=prod": "stage=dev",
        "build/$stage/": f"{home}/",
        "--from 2026-11-20": f"--from {yesterday()}",
    }.items():
        block = block.replace(theirs, own)
    return block


def yesterday() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).date().isoformat()


def orders_in(summary: str) -> int:
    """That were verified without a difference, of all tenants."""
    found = re.findall(r"^\w+: .*, (\d+) orders, .*: no differences\.$", summary, re.MULTILINE)
    assert found, summary
    assert len(found) == summary.count(" differences."), summary
    return sum(map(int, found))


def enabled(deployed: Deployed) -> set[str]:
    """Functions whose mappings are on, or coming on."""
    told = deployed.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return {one["FunctionArn"].split(":function:")[1] for one in told if one["State"].startswith("Enabl")}


def unable(deployed: Deployed, template: dict[str, Any]) -> set[str]:
    """Functions that may not run at all."""
    functions = of_type(template, "AWS::Serverless::Function")
    told = {
        name: deployed.client("lambda").get_function_concurrency(FunctionName=deployed.function(name))
        for name in functions
    }
    return {name for name, one in told.items() if one.get("ReservedConcurrentExecutions") == 0}


def switch_relay(deployed: Deployed, *, on: bool) -> None:
    lambdas = deployed.client("lambda")
    for mapping in lambdas.list_event_source_mappings(FunctionName=deployed.function("Relay"))["EventSourceMappings"]:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)


def open_annex(deployed: Deployed) -> None:
    """A second tenant: a restore is not of one alone."""
    rt = bootstrap.build(Settings(deployed.outputs["TableName"], STAGE, REGION, deployed.endpoint))
    caller = replace(CALLER, tenant=ANNEX)
    issue_api_key(rt, caller, org=ORG, tenant=ANNEX, name="e2e", grants=caller.grants)
    put_tenant(rt, caller, Command(rt.ids.command()), TenantSettings(name="Annex"))


def outputs_of(deployed: Deployed) -> dict[str, str]:
    (stack,) = deployed.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}


def buy_behind(deployed: Deployed, number: str) -> None:
    """What is still written to the stack's own table, after the moment that was restored."""
    rt = bootstrap.build(Settings(deployed.outputs["TableName"], STAGE, REGION, deployed.endpoint))
    buyer = Buyer(identifier=Identifier(type="card", value="e2e-restored"))
    sale = sale_of(OrderBody.model_validate_json(json.dumps(order(number, "e2e-restored"))))
    record_order(rt, CALLER, Command(rt.ids.command()), buyer, sale)


def test_the_guide_leads_to_a_stack_that_goes_on_with_a_restored_table(
    apart: Deployed, packaged: Path, template: dict[str, Any], tmp_path: Path
) -> None:
    called = set(of_type(template, "AWS::Serverless::Function")) - mapped(template)
    apart.buy("R-relayed", "e2e-restored")
    seen(lambda: "R-relayed" in feed(apart) or None, "the first order in the feed")
    switch_relay(apart, on=False)
    apart.buy("R-not-relayed", "e2e-restored")
    open_annex(apart)
    points = apart.points("e2e-restored")
    shutil.copytree(packaged, tmp_path, dirs_exist_ok=True)
    with one_shell(apart.endpoint, tmp_path) as guide:
        guide(STOP)
        assert (enabled(apart), unable(apart, template)) == (set(), called)
        guide(RESTORE)
        buy_behind(apart, "R-behind-it")
        of_the_stack = orders_in(said(apart, "verify", "--tenant", TENANT))
        assert orders_in(guide(LOOK)) == of_the_stack - 1
        guide(f"aws s3 mb s3://$packages\n{MOVE}")
        assert outputs_of(apart)["TableName"] == NAME
        assert (enabled(apart), unable(apart, template)) == ({apart.function("Relay")}, called)
        mended = guide(MEND)
        assert re.findall(r"^(\w+): .*, (\d+) were missing", mended, re.MULTILINE) == [(ANNEX, "1"), (TENANT, "1")]
        assert orders_in(guide(GO_ON)) == of_the_stack - 1
    assert enabled(apart) == {apart.function(name) for name in mapped(template)}
    assert unable(apart, template) == set()
    assert apart.client("dynamodb").describe_table(TableName=apart.outputs["TableName"])
    assert apart.points("e2e-restored") == points
    assert "R-not-relayed" in feed(apart)

    apart.buy("R-after", "e2e-restored")
    seen(lambda: "R-after" in feed(apart) or None, "an order of the restored table in its feed")
    assert "R-behind-it" not in feed(apart)
    assert said(apart, "verify", "--tenant", TENANT).rstrip().endswith(": no differences.")
