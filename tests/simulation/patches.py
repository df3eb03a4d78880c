"""A copy of the package with a patch applied: unified diffs, by their words, wherever these now stand in the file.

A patch may begin with the seed that found it last: it is tried before all others. `python -m tests.simulation.patches`
looks for these anew, when moves or laws have changed and bugs take long to be found.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.architecture.sources import ROOT

BUGS = ROOT / "tests" / "simulation" / "bugs"
_FOUND_BY = re.compile(r"Found by seed (?P<seed>\d+) within (?P<steps>\d+) moves\.\n")
_FAILURE = re.compile(r"^seed (?P<seed>\d+): .*\na repro of (?P<steps>\d+) moves:$", re.MULTILINE)
_FILE = re.compile(r"^\+\+\+ b/(?P<path>\S+)$", re.MULTILINE)
_HUNK = re.compile(r"^@@ [^\n]*\n(?P<lines>(?:[ +-][^\n]*\n|\n)+)", re.MULTILINE)


class Lives(NamedTuple):
    """So many seeds from `first` on, of so many moves each."""

    first: int = 0
    seeds: int = 200  # as many as the round has: most bugs are found within the first few
    steps: int = 100

    @property
    def arguments(self) -> tuple[str, ...]:
        return "--first", str(self.first), "--seeds", str(self.seeds), "--steps", str(self.steps)


ALL = Lives()


def known_to_find(patch: str) -> Lives | None:
    found = _FOUND_BY.match(patch)
    return None if found is None else Lives(int(found["seed"]), 1, int(found["steps"]))


def lived_with(patch: str, into: Path, known: Lives | None = None) -> subprocess.CompletedProcess[str]:
    """The simulator on a package with the patch: the lives that are known to find it, or all if these do not."""
    patched_package(patch, into)
    found = None if known is None else _lived(into, known)
    return found if found is not None and found.returncode else _lived(into, ALL)


def _lived(into: Path, lives: Lives) -> subprocess.CompletedProcess[str]:
    return asked(into, "--stop", "--raw", *lives.arguments)


def asked(into: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The simulator on the package in this directory."""
    command = [sys.executable, "-m", "tests.simulation", *arguments]
    environ = {"PYTHONPATH": f"{into}:{ROOT}"}
    return subprocess.run(command, cwd=into, env=environ, capture_output=True, text=True, check=False)  # noqa: S603


def patched_package(patch: str, into: Path) -> None:
    """The package as it is, but for the patch, in this directory; compiled as far as it is."""
    shutil.copytree(ROOT / "chalicelib", into / "chalicelib")
    (found,) = _FILE.finditer(patch)
    file = into / found["path"]
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
        compiled.unlink()
    file.write_text(patched(file.read_text(encoding="utf-8"), patch[found.end() + 1 :]), encoding="utf-8")


def patched(text: str, hunks: str) -> str:
    """Each hunk's old lines must stand in the text once."""
    for hunk in _HUNK.finditer(hunks):
        lines = hunk["lines"].splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        if text.count(old) != 1:
            raise ValueError(f"the patch no longer fits: {text.count(old)} places have\n{old}")
        text = text.replace(old, new)
    return text


def look_anew(file: Path) -> str:
    """The patch begins with the first seed that finds it, and how far that one must go."""
    patch = _FOUND_BY.sub("", file.read_text(encoding="utf-8"), count=1)
    with TemporaryDirectory() as into:
        done = lived_with(patch, Path(into))
    found = _FAILURE.search(done.stdout)
    head = "" if found is None else f"Found by seed {found['seed']} within {found['steps']} moves.\n"
    file.write_text(head + patch, encoding="utf-8")
    return head or f"not found: {done.stderr[-400:]}\n"


if __name__ == "__main__":
    for one in sorted(BUGS.glob("*.patch")):
        if len(sys.argv) == 1 or one.stem in sys.argv[1:]:
            sys.stdout.write(f"{one.stem}: {look_anew(one)}")
            sys.stdout.flush()
