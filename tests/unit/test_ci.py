""".ci/run times each step by itself, installation among them, and says when all of them took too long."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEPS = ["install", "check", "test", "engine", "e2e"]


def ci(place: Path, make: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """With a `make` of the test's own."""
    (place / "make").write_text(f"#!/bin/sh\n{make}\n", encoding="ascii")
    (place / "make").chmod(0o755)
    known = {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}", **environment}
    run = [str(ROOT / ".ci" / "run")]
    return subprocess.run(run, env=known, capture_output=True, text=True, check=False)  # noqa: S603 (ours)


def test_each_step_is_timed_by_itself_and_all_together(tmp_path: Path) -> None:
    run = ci(tmp_path, 'echo "making $1"')
    lines = run.stdout.splitlines()
    assert [line.removeprefix("making ") for line in lines[::2][: len(STEPS)]] == STEPS
    assert [line.partition(":")[0] for line in lines[1::2][: len(STEPS)]] == [f"-- make {step}" for step in STEPS]
    assert lines[-1].startswith("-- together: ")
    assert run.returncode == 0


def test_more_than_it_was_allowed_is_a_failure_that_says_so(tmp_path: Path) -> None:
    run = ci(tmp_path, "true", CI_SECONDS="-1")
    assert run.returncode == 1
    assert "That is more than the -1 s that it may take." in run.stderr
    assert run.stdout.splitlines()[-1].startswith("-- together: ")


def test_no_more_than_it_may_take_is_none(tmp_path: Path) -> None:
    run = ci(tmp_path, "true", CI_SECONDS="3600")
    assert (run.returncode, run.stderr) == (0, "")


def test_twenty_minutes_are_the_limit() -> None:
    assert "CI_SECONDS:-1200" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_a_step_that_fails_ends_it(tmp_path: Path) -> None:
    run = ci(tmp_path, '[ "$1" != test ]')
    assert run.returncode != 0
    assert "-- make check" in run.stdout
    assert "-- make test" not in run.stdout
    assert "together" not in run.stdout


def test_the_table_of_times_has_every_step_and_the_readme_the_same_time_of_the_same_day() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## How long the house takes")[2]
    times = dict(re.findall(r"^\| `make (\w+)` \| (.+) \|$", page, re.MULTILINE))
    assert list(times) == re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE) == STEPS
    (day,) = re.findall(r"2 cores, (\d{4}-\d\d-\d\d)", page)
    assert f"{times['test']} s on 2 cores on {day}" in (ROOT / "README.md").read_text("utf-8")
