"""`python -m infra.local.install VENV REQUIREMENTS`: one virtual environment, made anew whenever its requirements change.

The Makefile calls it when a requirements file is newer than the environment's stamp. Files that only look newer (a fresh
branch, a touched file) cost nothing: the stamp holds a digest of what was installed. Runs on the system's Python.
"""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from infra.local.doctor import python_lack

STAMP = ".installed"
PIP = "pip==26.3"  # the one that comes with an older Python reads the long lists of releases three times as slowly


def included(requirements: Path) -> list[Path]:
    """The file and those it includes with `-r`."""
    files = [requirements]
    for line in requirements.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            files += included(requirements.parent / line[3:].strip())
    return files


def digest(requirements: Path) -> str:
    """Of everything that decides what is installed: the files and the Python they are installed for."""
    content = hashlib.sha256(f"{sys.version} {PIP}".encode())
    for file in included(requirements):
        content.update(file.read_bytes())
    return content.hexdigest()


def is_current(venv: Path, wanted: str) -> bool:
    stamp = venv / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and (venv / "bin" / "python").exists()


def install(venv: Path, requirements: Path) -> None:
    """The stamp comes last: an installation that broke off is made again from nothing. What is imported is compiled then, and
    most of it never is."""
    print(f"Installing {requirements} into {venv} (once) …", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
    pip = [
        str(venv / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
    ]
    for what in ([PIP], ["-r", str(requirements)]):
        subprocess.run([*pip, *what], check=True, stdout=sys.stderr)


def main(venv: Path, requirements: Path) -> int:
    lacks = python_lack(sys.version_info[:2], importlib.util.find_spec)
    if lacks:
        print("\n".join(lacks), file=sys.stderr)
        return 1
    wanted = digest(requirements)
    if not is_current(venv, wanted):
        try:
            install(venv, requirements)
        except subprocess.CalledProcessError as failed:
            print(f"Installing {requirements} failed: see above.", file=sys.stderr)
            return failed.returncode
    (venv / STAMP).write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
