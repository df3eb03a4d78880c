"""Restoring as docs/guides/recovery.md has it: the stack goes on with another table, its feed is mended, its books are right."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.areas.access.operations import issue_api_key
from chalicelib.areas.programs.model import TenantSettings
from chalicelib.areas.programs.operations import put_tenant
from chalicelib.config import Settings
from chalicelib.kit.command import Command
from infra.alarms import of_type
from infra.local.demo.program import CALLER, ORG, TENANT
from infra.local.ministack import REGION
from tests.e2e.conftest import STACK, STAGE, Deployed, deployed_in, seen
from tests.e2e.test_deploy_guide import ROOT, shell
from tests.e2e.test_deployed import feed

pytestmark = pytest.mark.e2e

NAME = "stampbook-dev-restored"
ANNEX = "annex"
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


def as_the_guide_says(deployed: Deployed, home: Path, *blocks: str) -> str:
    """Some of its sh blocks, after what the first begins with: which stage it is, and how the stack's parts are found."""
    script = "\n".join((STOP.partition("\n   for ")[0], *blocks))
    for ours, theirs in {
        "stage=prod": "stage=dev",
        "build/$stage/": f"{home}/",
        "--from 2026-11-20": f"--from {yesterday()}",
    }.items():
        script = script.replace(ours, theirs)
    return shell(script, deployed.endpoint, home)


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


def test_the_guide_stops_what_is_fed_by_its_mapping_and_what_is_called_by_its_concurrency(
    apart: Deployed, template: dict[str, Any], tmp_path: Path
) -> None:
    assert enabled(apart) == {apart.function(name) for name in mapped(template)}
    as_the_guide_says(apart, tmp_path, STOP)
    assert enabled(apart) == set()
    assert unable(apart, template) == set(of_type(template, "AWS::Serverless::Function")) - mapped(template)
    assert orders_in(as_the_guide_says(apart, tmp_path, GO_ON)) == 0
    assert enabled(apart) == {apart.function(name) for name in mapped(template)}
    assert unable(apart, template) == set()


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


def test_the_stack_goes_on_with_a_restored_table(apart: Deployed, packaged: Path, tmp_path: Path) -> None:
    apart.buy("R-relayed", "e2e-restored")
    seen(lambda: "R-relayed" in feed(apart) or None, "the first order in the feed")
    switch_relay(apart, on=False)
    apart.buy("R-not-relayed", "e2e-restored")
    open_annex(apart)
    points = apart.points("e2e-restored")
    shutil.copytree(packaged, tmp_path, dirs_exist_ok=True)
    as_the_guide_says(apart, tmp_path, RESTORE)
    apart.buy("R-behind-it", "e2e-restored")
    of_the_stack = orders_in(said(apart, "verify", "--tenant", TENANT))
    assert orders_in(as_the_guide_says(apart, tmp_path, LOOK)) == of_the_stack - 1

    as_the_guide_says(apart, tmp_path, f"aws s3 mb s3://$packages\n{MOVE}")
    outputs = outputs_of(apart)
    assert outputs["TableName"] == NAME
    assert apart.client("dynamodb").describe_table(TableName=apart.outputs["TableName"])
    assert apart.points("e2e-restored") == points
    mended = as_the_guide_says(apart, tmp_path, MEND)
    assert re.findall(r"^(\w+): .*, (\d+) were missing", mended, re.MULTILINE) == [(ANNEX, "1"), (TENANT, "1")]
    assert "R-not-relayed" in feed(apart)
    assert said(apart, "verify", "--tenant", TENANT).rstrip().endswith(": no differences.")

    switch_relay(apart, on=True)
    apart.buy("R-after", "e2e-restored")
    seen(lambda: "R-after" in feed(apart) or None, "an order of the restored table in its feed")
    assert "R-behind-it" not in feed(apart)
    assert said(apart, "verify", "--tenant", TENANT).rstrip().endswith(": no differences.")
