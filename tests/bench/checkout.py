"""Which code a section's figures are of: the commit that was checked out when its run began."""

from __future__ import annotations

import subprocess
from pathlib import Path

WITH_CHANGES = ", with changes"
_OWN = (":!docs/performance", ":!docs/performance.md")  # what the sections before it in the same run have written


def commit(root: Path) -> str | None:
    """Its short hash, and whether there were changes beside it; None where there is no checkout."""
    found = _git(root, "rev-parse", "--short", "HEAD")
    if found is None:
        return None
    return found + WITH_CHANGES * bool(_git(root, "status", "--porcelain", "--", ".", *_OWN))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        run = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        return None
    return run.stdout.strip() if run.returncode == 0 else None
