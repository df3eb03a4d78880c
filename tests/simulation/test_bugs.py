"""Bugs that somebody could write, each put into a copy of the package: the simulator finds every one of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.simulation.patches import BUGS, patched, patched_package

SEEDS, STEPS = 200, 100  # as many as the round has: most are found within the first few
PATCHES = sorted(path.stem for path in BUGS.glob("*.patch"))


def test_there_are_ten_bugs_or_more() -> None:
    assert len(PATCHES) >= 10


@pytest.mark.parametrize("name", PATCHES)
def test_a_seeded_bug_is_found(name: str, tmp_path: Path) -> None:
    patched_package((BUGS / f"{name}.patch").read_text(encoding="utf-8"), tmp_path)
    asked = [sys.executable, "-m", "tests.simulation", "--stop", "--raw", "--seeds", str(SEEDS), "--steps", str(STEPS)]
    environ = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(asked, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (1, ""), done.stdout + done.stderr
    assert "a repro of " in done.stdout
    assert re.search(r"^seed \d+: (LawBroken: |AssertionError: assert |at the end: )", done.stdout, re.MULTILINE), (
        done.stdout
    )


def test_a_patch_that_no_longer_fits_says_so() -> None:
    hunk = "@@ -1,2 +1,2 @@\n one\n-two\n+three\n"
    assert patched("one\ntwo\n", hunk) == "one\nthree\n"
    with pytest.raises(ValueError, match="the patch no longer fits: 0 places"):
        patched("one\nfour\n", hunk)
    with pytest.raises(ValueError, match="the patch no longer fits: 2 places"):
        patched("one\ntwo\none\ntwo\n", hunk)
