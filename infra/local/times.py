"""`make times`: what the last pass of `.ci/run` took, put where it is told: CONTRIBUTING.md and README.md.

The pass has kept it in .local/ci.json; RECORD names another checkout's.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(".local") / "ci.json"


class TimesError(Exception):
    """There is nothing to put down, or no place for it; the message says which."""


@dataclass(frozen=True)
class Pass:
    """Seconds of each step and of all of them. `bare`: nothing was installed before it."""

    day: str
    cores: int
    bare: bool
    steps: Mapping[str, int]
    total: int

    @property
    def where(self) -> str:
        return f"{self.cores} cores on {self.day}"


def read(record: Path) -> Pass:
    try:
        return Pass(**json.loads(record.read_text("utf-8")))
    except FileNotFoundError as missing:
        raise TimesError(f"There is no {record}: run .ci/run to its end.") from missing
    except (ValueError, TypeError) as wrong:
        raise TimesError(f"{record} is not what .ci/run writes: {wrong}") from wrong


def contributing(page: str, last: Pass) -> str:
    """With the sentence and the table of its section on times."""
    began = "from a bare checkout" if last.bare else "with everything installed"
    page = _put(page, r"The last pass, [a-z ]+, on \d+ cores on [\d-]+", f"The last pass, {began}, on {last.where}")
    rows = [f"| `make {step}` | {seconds:,} |" for step, seconds in last.steps.items()]
    table = ["| Step | Seconds |", "|---|--:|", *rows, f"| together | {last.total:,} |"]
    return _put(page, r"\| Step \| Seconds \|\n(?:\|.*\n)+", "\n".join((*table, "")))


def readme(page: str, last: Pass) -> str:
    """With the time of `make test` in its list, and that of everything."""
    page = _put(page, r"[\d,]+ s on \d+ cores on [\d-]+ \|", f"{last.steps['test']:,} s on {last.where} |")
    return _put(
        page,
        r"The last pass took [\d,]+ s on \d+ cores on [\d-]+",
        f"The last pass took {last.total:,} s on {last.where}",
    )


PAGES: Mapping[str, Callable[[str, Pass], str]] = {"CONTRIBUTING.md": contributing, "README.md": readme}


def put_down(root: Path, last: Pass) -> list[str]:
    """The pages that say something else now. All of them, or none when one has no place for it."""
    before = {name: (root / name).read_text("utf-8") for name in PAGES}
    after = {name: write(before[name], last) for name, write in PAGES.items()}
    changed = [name for name in PAGES if after[name] != before[name]]
    for name in changed:
        (root / name).write_text(after[name], "utf-8")
    return changed


def _put(page: str, pattern: str, text: str) -> str:
    new, places = re.subn(pattern, lambda _: text, page)
    if places != 1:
        raise TimesError(f"There are {places} places for “{text.splitlines()[0]}”, not one.")
    return new


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.local.times", description=__doc__)
    parser.add_argument("--record", type=Path, default=ROOT / RECORD)
    record: Path = parser.parse_args(arguments).record
    try:
        changed = put_down(ROOT, read(record))
    except TimesError as why:
        sys.stderr.write(f"{why}\n")
        return 1
    sys.stderr.write("".join(f"wrote: {name}\n" for name in changed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
