"""docs/guides/deploy.md is true: its sh blocks are run one after the other against an empty local cloud, prod and alarms included.

Two things are put in their place: `aws` is the stand-in of aws_cli.py, and the API's address is where the local cloud serves it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import cost
from infra.local.deploy import client
from infra.local.ministack import CLIENT_ENVIRONMENT, be_a_client, ministack

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "guides" / "deploy.md").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
ADDRESS = "address=$(output EndpointURL)"
SERVED_AT = "address=$AWS_ENDPOINT_URL/_aws/execute-api/$(output RestAPIId)/api"


def surroundings(endpoint: str, home: Path) -> dict[str, str]:
    """Of a shell in which `aws` is the stand-in, at work on this cloud."""
    (home / "aws").write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.e2e.aws_cli "$@"\n', encoding="utf-8")
    (home / "aws").chmod(0o755)
    here = {"PATH": f"{home}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(home)}
    return here | CLIENT_ENVIRONMENT | {"AWS_ENDPOINT_URL": endpoint, "STAMPBOOK_ENDPOINT_URL": endpoint}


def shell(script: str, endpoint: str, home: Path) -> str:
    here, words = surroundings(endpoint, home), ["bash", "-euo", "pipefail", "-c", script]
    said = subprocess.run(words, cwd=ROOT, env=here, capture_output=True, text=True, check=False)
    assert said.returncode == 0, f"{said.stdout}\n{said.stderr}"
    return said.stdout


def test_the_guide_leads_from_nothing_to_an_order_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CLIENT_ENVIRONMENT:
        monkeypatch.setenv(name, os.environ.get(name, ""))
    be_a_client()
    script = "\n".join(BLOCKS)
    assert script.count(ADDRESS) == 1
    with ministack(tmp_path / "cloud", keep=False) as endpoint:
        said = shell(script.replace(ADDRESS, SERVED_AT), endpoint, tmp_path)
        assert client(endpoint, "cloudformation").describe_stacks()["Stacks"] == []
        assert client(endpoint, "s3").list_buckets()["Buckets"] == []
    assert said.count("Successfully created/updated stack") == 1
    assert '"number":"FIRST-1"' in said
    assert '"amount":25' in said
    assert f"\n{cost.ALARMS}\n" in said
