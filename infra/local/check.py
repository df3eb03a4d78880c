"""`make check`: everything that can be said about the code without running it. All steps run; the last line says which failed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def steps() -> dict[str, list[str]]:
    python = [sys.executable, "-m"]
    scripts = Path(sys.executable).parent
    return {
        "format": [*python, "ruff", "format", "--check", "--quiet", "."],
        "lint": [*python, "ruff", "check", "--quiet", "."],
        "types": [*python, "mypy", "--no-error-summary"],
        "imports": [str(scripts / "lint-imports"), "--cache-dir", ".import_linter_cache"],
        "docs": [*python, "infra.local.docs", "--check"],
        "templates": [*python, "infra.package"],
        "architecture": [*python, "pytest", "-q", "tests/architecture"],
    }


def run(commands: Mapping[str, Sequence[str]], root: Path) -> list[str]:
    """The names of the steps that failed. Each one's words go to this process's own streams."""
    failed = []
    for name, command in commands.items():
        print(f"-- {name}", flush=True)
        if subprocess.run(command, cwd=root, check=False).returncode != 0:
            failed.append(name)
    return failed


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2]
    broken = run(steps(), here)
    print(f"make check: {', '.join(broken)} failed" if broken else "make check: all well")
    sys.exit(1 if broken else 0)
