"""The run says how many calls there were and how many faults were tried, also when others than itself run the tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.faults.summary import TALLIES, pytest_testnodedown, told
from tests.faults.test_every_call import CASES
from tests.faults.trying import course, singles

TESTS = Path(__file__).resolve().parents[1]
CASE = "list_templates"


def summary(*options: str) -> list[str]:
    """What is said behind the heading when the faults of one case were tried. As in `make test`, this folder is not named:
    so whoever tells the end knows nothing of it but what tests/conftest.py does."""
    others = [f"--ignore={folder}" for folder in TESTS.iterdir() if folder.name != "faults"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *others]
    chosen = ["-k", f"test_one_fault_at_any_call and {CASE}", "tests"]
    run = subprocess.run([*command, *chosen], cwd=TESTS.parent, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    assert run.returncode == 0, run.stdout + run.stderr
    return [line.strip() for line in run.stdout.partition(" faults at every call ")[2].splitlines()[1:]]


def test_one_worker_s_calls_and_faults_are_told_at_the_end() -> None:
    calls, faults = len(course(CASES[CASE]).calls), sum(1 for _ in singles(CASES[CASE]))
    counts = rf"{calls} +{faults} +0 +0 +0"
    _, own, together, *_ = summary("-n", "1")
    assert re.fullmatch(rf"{counts}  {CASE}", own), own
    assert re.fullmatch(rf"{counts}  1 cases, {faults} tries", together), together


def test_what_several_workers_tried_is_added_up() -> None:
    config = SimpleNamespace(stash=pytest.Stash())
    config.stash[TALLIES] = {}
    for handed in ({"order": {"calls": 4, "faults": 20}}, {"order": {"pairs": 3}, "spend": {"calls": 2}}, {}):
        pytest_testnodedown(SimpleNamespace(config=config, workeroutput={"faults_tried": handed}), None)
    pytest_testnodedown(SimpleNamespace(config=config), "it fell")
    assert config.stash[TALLIES] == {"order": {"calls": 4, "faults": 20, "pairs": 3}, "spend": {"calls": 2}}
    assert list(told(config.stash[TALLIES]))[-1].split() == ["6", "20", "0", "3", "0", "2", "cases,", "23", "tries"]
