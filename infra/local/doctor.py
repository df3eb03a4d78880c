"""`make doctor`: what this machine lacks, in sentences. Uses nothing but the standard library of any Python 3.9+."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Ask = Callable[[Sequence[str]], "str | None"]


@dataclass(frozen=True)
class Need:
    """A program that must answer `command`, at least in version `least` (None: any will do)."""

    name: str
    command: tuple[str, ...]
    least: int | None
    purpose: str


PYTHON_LEAST = (3, 11)
NEEDS = (
    Need("Java", ("java", "-version"), 17, "DynamoDB Local (`make engine`) runs on it"),
    Need("Node.js", ("node", "--version"), 18, "npm runs on it"),
    Need("npm", ("npm", "--version"), None, "`make engine` fetches DynamoDB Local with it"),
    Need("make", ("make", "--version"), None, "every command of the README is a target of the Makefile"),
)


def answer(command: Sequence[str]) -> str | None:
    """What the program says, on either stream; None if it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout + done.stderr


def major(text: str) -> int | None:
    """The major version in a program's answer: 17 of `openjdk version "17.0.15"`, 8 of `"1.8.0_392"`, 20 of `v20.20.2`."""
    found = re.search(r"(\d+)(?:\.(\d+))?", text)
    if found is None:
        return None
    return int(found[2]) if found[1] == "1" and found[2] else int(found[1])


def python_lack(version: tuple[int, int], modules: Callable[[str], object | None]) -> list[str]:
    """What is wrong with the Python that runs this; `modules` finds a module by its name."""
    lacks = []
    if version < PYTHON_LEAST:
        least = ".".join(map(str, PYTHON_LEAST))
        lacks.append(
            f"Python {version[0]}.{version[1]} is too old: Stampbook needs {least} or newer. "
            f"Install one and say which: make PYTHON=python{least} …"
        )
    if modules("ensurepip") is None or modules("venv") is None:
        lacks.append("This Python cannot make virtual environments: install its venv package (python3-venv on Debian).")
    return lacks


def lack(need: Need, ask: Ask) -> str | None:
    """The sentence about one program, or None if all is well."""
    said = ask(need.command)
    if said is None:
        return f"{need.name} is missing: {need.purpose}."
    if need.least is None:
        return None
    version = major(said)
    if version is None:
        return f"{need.name} does not say its version: {need.least} or newer is needed, for {need.purpose}."
    if version < need.least:
        return f"{need.name} {version} is too old: {need.least} or newer is needed, for {need.purpose}."
    return None


def examine(ask: Ask = answer) -> list[str]:
    lacks = python_lack(sys.version_info[:2], importlib.util.find_spec)
    return lacks + [sentence for need in NEEDS if (sentence := lack(need, ask)) is not None]


if __name__ == "__main__":
    findings = examine()
    print(
        "\n".join(findings)
        if findings
        else "Nothing is missing: make install, check, test, engine and demo can run here."
    )
    sys.exit(1 if findings else 0)
