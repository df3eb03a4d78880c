"""`make check`: everything that can be said about the code without running it. All steps run, as many at a time as there are
cores; what each said stands together, and the last line says which failed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def steps() -> dict[str, list[str]]:
    """The longest first."""
    python = [sys.executable, "-m"]
    scripts = Path(sys.executable).parent
    return {
        "types": [*python, "mypy", "--no-error-summary"],
        "templates": [*python, "infra.package"],
        "docs": [*python, "infra.local.docs", "--check"],
        "architecture": [*python, "pytest", "-q", "tests/architecture"],
        "imports": [str(scripts / "lint-imports"), "--cache-dir", ".import_linter_cache"],
        "lint": [*python, "ruff", "check", "--quiet", "."],
        "format": [*python, "ruff", "format", "--check", "--quiet", "."],
    }


def run(commands: Mapping[str, Sequence[str]], root: Path) -> list[str]:
    """The names of the steps that failed. What each one said is printed when all before it have ended."""
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {name: pool.submit(_done, command, root) for name, command in commands.items()}
        for name, step in running.items():
            done = step.result()
            print(f"-- {name}\n{done.stdout}", end="", flush=True)
            if done.returncode != 0:
                failed.append(name)
    return failed


def _done(command: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
    out = subprocess.PIPE
    return subprocess.run(command, cwd=root, check=False, text=True, stdout=out, stderr=subprocess.STDOUT)


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2]
    broken = run(steps(), here)
    print(f"make check: {', '.join(broken)} failed" if broken else "make check: all well")
    sys.exit(1 if broken else 0)
