"""A figure can be put down to the code that it is of."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.bench.checkout import commit


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=one", "-c", "user.email=one@example.org")
    run = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return run.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "performance").mkdir(parents=True)
    for name in ("code.py", "docs/performance.md", "docs/performance/bench.json"):
        (tmp_path / name).write_text("as it was\n", "utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--no-gpg-sign", "--message", "all")
    return tmp_path


def test_the_commit_is_told_by_its_short_hash(checkout: Path) -> None:
    assert commit(checkout) == git(checkout, "rev-parse", "--short", "HEAD")


@pytest.mark.parametrize("name", ["code.py", "another.py"])
def test_changes_that_are_not_committed_are_told(checkout: Path, name: str) -> None:
    (checkout / name).write_text("otherwise\n", "utf-8")
    assert commit(checkout) == git(checkout, "rev-parse", "--short", "HEAD") + ", with changes"


@pytest.mark.parametrize("name", ["docs/performance.md", "docs/performance/bench.json"])
def test_what_the_section_before_has_written_is_no_change(checkout: Path, name: str) -> None:
    (checkout / name).write_text("otherwise\n", "utf-8")
    assert commit(checkout) == git(checkout, "rev-parse", "--short", "HEAD")


def test_where_nothing_is_checked_out_nothing_is_told(tmp_path: Path) -> None:
    assert commit(tmp_path) is None
