"""docs/guides/import.md on the deployed app: its file, dropped by its command, followed by its routes, read by its link."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from infra.local.demo.program import TENANT
from infra.local.ministack import CLIENT_ENVIRONMENT
from tests.e2e.conftest import Deployed, seen
from tests.e2e.test_deployed import finished
from tests.unit.imports.test_guide import GUIDE, block

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


def test_the_guide_s_command_drops_its_file_and_its_report_comes_out(deployed: Deployed, tmp_path: Path) -> None:
    (tmp_path / "june.csv").write_text(block("csv file=june.csv"), "utf-8")
    (command,) = re.findall(r"`(aws s3 cp [^`]+)`", GUIDE)
    told = command.replace("<bucket>", deployed.outputs["BucketName"]).replace("<tenant>", TENANT)
    words = [sys.executable, "-m", "tests.e2e.aws_cli", *shlex.split(told)[1:]]
    here = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "AWS_ENDPOINT_URL": deployed.endpoint}
    subprocess.run(words, cwd=tmp_path, env=here | CLIENT_ENVIRONMENT, check=True)
    operation = seen(lambda: finished(deployed, "june.csv"), "the import of june.csv")
    assert (operation["state"], operation["counts"]["sales"], operation["counts"]["refused"]) == ("done", 1, 2)
    with urllib.request.urlopen(operation["result"]["url"]) as answer:  # noqa: S310 (a link of the local cloud)
        report = list(csv.DictReader(io.TextIOWrapper(answer, encoding="utf-8")))
    expected = list(csv.DictReader(io.StringIO(block("csv file=report.csv"))))
    assert [{name: row[name] for name in expected[0]} for row in report] == expected
