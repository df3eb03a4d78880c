"""A copy of the package with a patch applied: unified diffs, by their words, wherever these now stand in the file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.architecture.sources import ROOT

BUGS = ROOT / "tests" / "simulation" / "bugs"
_FILE = re.compile(r"^\+\+\+ b/(?P<path>\S+)$", re.MULTILINE)
_HUNK = re.compile(r"^@@ [^\n]*\n(?P<lines>(?:[ +-][^\n]*\n|\n)+)", re.MULTILINE)


def patched_package(patch: str, into: Path) -> None:
    """The package as it is, but for the patch, in this directory."""
    shutil.copytree(ROOT / "chalicelib", into / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    (found,) = _FILE.finditer(patch)
    file = into / found["path"]
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
