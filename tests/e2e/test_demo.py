"""`make demo` through bucket, queues and jobs: both real files come to the figures that an independent calculation gives."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.demo.test_course import CDNOW, RETAIL

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("choice", "line"), [([], CDNOW), (["FILE=tests/data/orders-retail-week.csv"], RETAIL)], ids=["cdnow", "retail"]
)
def test_the_last_line_is_right(choice: list[str], line: str) -> None:
    demo = subprocess.run(["make", "demo", *choice], cwd=ROOT, capture_output=True, text=True, check=False)
    assert demo.returncode == 0, demo.stderr
    assert demo.stdout.splitlines()[-1] == line
    assert "100 %" in demo.stderr
