"""Restoring as docs/guides/recovery.md has it: the stack goes on with another table, its feed is mended, its books are right."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.demo.program import TENANT
from infra.local.deploy import deploy_template
from infra.package import TEMPLATE, ZIP
from tests.e2e.conftest import STACK, Deployed, deployed_in, seen
from tests.e2e.test_deployed import feed

pytestmark = pytest.mark.e2e

NAME = "stampbook-dev-restored"


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


def switch_relay(deployed: Deployed, *, on: bool) -> None:
    lambdas = deployed.client("lambda")
    for mapping in lambdas.list_event_source_mappings(FunctionName=deployed.function("Relay"))["EventSourceMappings"]:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)


def test_the_stack_goes_on_with_a_restored_table(apart: Deployed, packaged: Path) -> None:
    apart.buy("R-relayed", "e2e-restored")
    seen(lambda: "R-relayed" in feed(apart) or None, "the first order in the feed")
    switch_relay(apart, on=False)
    apart.buy("R-not-relayed", "e2e-restored")
    points = apart.points("e2e-restored")
    apart.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=apart.outputs["TableName"], TargetTableName=NAME, UseLatestRestorableTime=True
    )
    apart.buy("R-behind-it", "e2e-restored")

    template, archive = str(packaged / TEMPLATE), (packaged / ZIP).read_bytes()
    kept = json.loads(said(apart, "restored", "--table", NAME, "--retain", template))
    deploy_template(apart.endpoint, kept, archive, STACK)
    moved = json.loads(said(apart, "restored", "--table", NAME, "--prepare", template))
    outputs = deploy_template(apart.endpoint, moved, archive, STACK)

    assert outputs["TableName"] == NAME
    assert apart.client("dynamodb").describe_table(TableName=apart.outputs["TableName"])
    assert apart.points("e2e-restored") == points
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    mended = said(apart, "repair", "--tenant", TENANT, "--from", yesterday, "--stream-is-empty")
    assert ", 1 were missing" in mended
    assert "R-not-relayed" in feed(apart)
    assert said(apart, "verify", "--tenant", TENANT).rstrip().endswith(": no differences.")

    switch_relay(apart, on=True)
    apart.buy("R-after", "e2e-restored")
    seen(lambda: "R-after" in feed(apart) or None, "an order of the restored table in its feed")
    assert "R-behind-it" not in feed(apart)
    assert said(apart, "verify", "--tenant", TENANT).rstrip().endswith(": no differences.")
