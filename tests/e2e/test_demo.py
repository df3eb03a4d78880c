"""`make demo` through bucket, queues and jobs comes to what an independent calculation gives, expiries by the due job included."""

from __future__ import annotations

import json
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from infra.local.demo.__main__ import DEFAULT_FILE
from tests.unit.demo.naive import naive_figures

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
CUSTOMERS = 200


def demo(file: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["make", "demo", f"FILE={file}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "100 %" in done.stderr
    return done


def test_a_week_with_returns() -> None:
    file = ROOT / "tests" / "data" / "orders-retail-week.csv"
    assert json.loads(demo(file).stdout.splitlines()[-1]) == naive_figures(file)


def test_a_year_and_a_half_in_which_points_expire(tmp_path: Path) -> None:
    """All that some of the customers bought: the whole sample takes minutes, and is compared on the twin."""
    header, *rows = DEFAULT_FILE.read_text("utf-8").splitlines()
    cards = set(islice(dict.fromkeys(row.split(",")[4] for row in rows), CUSTOMERS))
    file = tmp_path / "orders.csv"
    file.write_text("\n".join((header, *(row for row in rows if row.split(",")[4] in cards), "")), "utf-8")
    report = demo(file).stdout
    figures = json.loads(report.splitlines()[-1])
    assert figures == naive_figures(file)
    assert figures["members"] == CUSTOMERS
    assert figures["points"]["expired"] > 0
    assert "0 accounts had something due" not in report
