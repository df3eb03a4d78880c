"""`make clean`: removes all that make made, the virtual environments and the local cloud's state included."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

MADE = (
    ".venv",
    ".local",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    ".chalice/deployments",
    "build",
)
SOURCES = ("chalicelib", "infra", "tests")


def made(root: Path) -> Iterator[Path]:
    yield from (root / name for name in MADE if (root / name).exists())
    yield from root.glob("__pycache__")
    for source in SOURCES:
        yield from (root / source).rglob("__pycache__")


def clean(root: Path) -> None:
    for path in list(made(root)):
        shutil.rmtree(path)


if __name__ == "__main__":
    clean(Path(__file__).resolve().parents[2])
