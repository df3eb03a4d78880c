""".ci/run times each step by itself, installation among them, and says when all of them took too long."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(("allowed", "told"), [("-1", True), ("3600", False)])
def test_more_than_it_may_take_is_said(tmp_path: Path, allowed: str, *, told: bool) -> None:
    run = ci(tmp_path, "true", CI_SECONDS=allowed)
    assert (f"more than the {allowed} s" in run.stderr) == told


def test_twenty_minutes_are_the_limit() -> None:
    assert "CI_SECONDS:-1200" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_a_step_that_fails_ends_it(tmp_path: Path) -> None:
    run = ci(tmp_path, '[ "$1" != test ]')
    assert run.returncode != 0
    assert "-- make check" in run.stdout
    assert "-- make test" not in run.stdout
    assert "together" not in run.stdout
