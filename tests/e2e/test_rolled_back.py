"""The stack goes one version back: its data are there, and what only the newer version can read is refused in words."""

from __future__ import annotations

import copy
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chalicelib.kit.clock import SystemClock, rfc3339
from infra.local.demo.program import TENANT
from infra.local.deploy import deploy_template
from tests.e2e.conftest import STACK, Deployed, order, seen
from tests.e2e.next_version import ENTRIES, next_version
from tests.e2e.test_deployed import feed, timeout_of
from tests.e2e.test_restored import switch_relay

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


def bought(deployed: Deployed, number: str) -> str:
    status, answer = deployed.call("POST", "/v1/orders", order(number, "e2e-versions"))
    assert status in (200, 201), answer
    return str(answer["order_id"])


def test_a_version_back_and_forth_again(deployed: Deployed, tmp_path: Path) -> None:
    template, archive = deployed.template, deployed.archive
    next_template = copy.deepcopy(template)
    next_template["Resources"]["MetricsQueue"]["Properties"]["VisibilityTimeout"] = 723
    before, older = timeout_of(deployed, "metrics"), bought(deployed, "V-before")

    deploy_template(deployed.endpoint, next_template, next_version(archive), STACK)
    younger = bought(deployed, "V-newer")
    seen(lambda: "V-newer" in feed(deployed) or None, "the newer entry in the feed")
    switch_relay(deployed, on=False)
    bought(deployed, "V-newer-not-relayed")
    assert timeout_of(deployed, "metrics") == "723"
    assert deployed.call("GET", f"/v1/orders/{older}")[0] == deployed.call("GET", f"/v1/orders/{younger}")[0] == 200
    points = deployed.points("e2e-versions")

    deploy_template(deployed.endpoint, template, archive, STACK)
    assert timeout_of(deployed, "metrics") == before
    assert deployed.call("GET", f"/v1/orders/{older}")[0] == 200
    refused = deployed.answer("GET", f"/v1/orders/{younger}")
    assert (refused.status, refused.body["error"]["code"]) == (503, "newer_data"), refused.body
    assert deployed.points("e2e-versions") == points
    bought(deployed, "V-after")
    assert deployed.points("e2e-versions") == points * 4 // 3
    switch_relay(deployed, on=True)
    seen(lambda: "V-after" in feed(deployed) or None, "what came behind the newer entries in the feed")
    told = feed(deployed)
    assert "V-newer" not in told
    assert told.count(f'{{"type": "entry.unreadable", "v": 1, "schema": {ENTRIES}}}') == 2
    assert "V-newer" in json.dumps(deployed.call("GET", f"/v1/members/{member_of(deployed)}/orders")[1])

    deploy_template(deployed.endpoint, next_template, next_version(archive), STACK)
    assert deployed.call("GET", f"/v1/orders/{younger}")[0] == 200
    whole = feed(deployed)
    assert ("entry.unreadable" in whole, whole.count("V-newer")) == (False, told.count("entry.unreadable") // 2)
    assert " had placeholders there" in repaired(deployed, next_version(archive), tmp_path)
    assert " had placeholders there" not in repaired(deployed, next_version(archive), tmp_path)
    deploy_template(deployed.endpoint, template, archive, STACK)


def repaired(deployed: Deployed, archive: bytes, place: Path) -> str:
    """What `make repair` says in the working tree of that version."""
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(place, [name for name in packed.namelist() if name.startswith("chalicelib/")])
    now = SystemClock().now()
    span = ["--from", rfc3339(now - 3_600_000), "--to", rfc3339(now)]
    words = [sys.executable, "-m", "infra.local.repair", "--tenant", TENANT, *span, "--endpoint", deployed.endpoint]
    path = {"PYTHONPATH": os.pathsep.join((str(place), str(ROOT)))}
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=place, env={**os.environ, **path})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def member_of(deployed: Deployed) -> str:
    _, member = deployed.call("POST", "/v1/members/find", {"type": "card", "value": "e2e-versions"})
    return str(member["member_id"])
