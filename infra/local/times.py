"""`make times`: what the last passes of `.ci/run` took, put where it is told: CONTRIBUTING.md and README.md.

There are two: the last one from a bare clone, and the last one with everything installed. `.ci/run` keeps them in .local/ci.json; RECORD
names another checkout's. One that the record has not stays as it was told.
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
KINDS = {True: "from a bare clone", False: "again on the clone"}
NONE_YET = "not measured yet"
_TABLE = re.compile(r"^\| Step \|.*\n(?:\|.*\n)+", re.MULTILINE)
_WHERE = re.compile(r"on (\d+) cores on (\d{4}-\d\d-\d\d)(?: at ([0-9a-f]+(?: with changes)?))?")


class TimesError(Exception):
    """There is nothing to put down, or no place for it; the message says which."""


@dataclass(frozen=True)
class Pass:
    """Seconds of each step and of all of them. `bare`: nothing was installed before it. `commit`: its short hash, and whether
    there were changes beside it; empty where nothing was checked out, and of passes that did not say it yet."""

    day: str
    cores: int
    bare: bool
    steps: Mapping[str, int]
    total: int
    commit: str = ""

    @property
    def where(self) -> str:
        return f"on {self.cores} cores on {self.day}" + (f" at {self.commit}" if self.commit else "")


Passes = Mapping[bool, Pass]  # by whether it was from a bare clone


def read(record: Path) -> Passes:
    try:
        found = [Pass(**json.loads(line)) for line in record.read_text("utf-8").splitlines()]
    except FileNotFoundError as missing:
        raise TimesError(f"There is no {record}: run .ci/run to its end.") from missing
    except (ValueError, TypeError) as wrong:
        raise TimesError(f"{record} is not what .ci/run writes: {wrong}") from wrong
    if not found:
        raise TimesError(f"{record} is not what .ci/run writes: it is empty")
    return {one.bare: one for one in found}


def told(page: str) -> Passes:
    """What CONTRIBUTING.md says of them."""
    table = _TABLE.search(page)
    if table is None:
        raise TimesError("There is no table of steps.")
    (_, *heads), _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines())
    found = {}
    for place, (bare, head) in enumerate(zip(KINDS, heads, strict=True), start=1):
        if where := _WHERE.search(head):
            took = {row[0].strip("`").removeprefix("make "): int(row[place].replace(",", "")) for row in rows}
            total = took.pop("together")
            found[bare] = Pass(where[2], int(where[1]), bare, took, total, where[3] or "")
    return found


def contributing(page: str, passes: Passes) -> str:
    """With the table of its section on times: a column for each pass."""
    heads = [f"{kind}, {passes[bare].where if bare in passes else NONE_YET}, s" for bare, kind in KINDS.items()]
    steps = next(iter(passes.values())).steps
    lines = [("Step", *heads), ("---", *["--:"] * len(KINDS))]
    lines += [(f"`make {step}`", *(_took(passes, bare, step) for bare in KINDS)) for step in steps]
    lines.append(("together", *(f"{passes[bare].total:,}" if bare in passes else "–" for bare in KINDS)))
    return _put(page, _TABLE, "".join(f"| {' | '.join(cells)} |\n" for cells in lines))


def _took(passes: Passes, bare: bool, step: str) -> str:
    return f"{passes[bare].steps[step]:,}" if bare in passes else "–"


def readme(page: str, passes: Passes) -> str:
    """With the time of `make test` in its list, and that of everything, for each pass."""
    first = next(passes[bare] for bare in KINDS if bare in passes)
    page = _put(page, re.compile(rf"[\d,]+ s {_WHERE.pattern} \|"), f"{first.steps['test']:,} s {first.where} |")
    each = (f"{kind} {_in_all(passes.get(bare))}" for bare, kind in KINDS.items())
    return _put(page, re.compile(r"The last passes took: [^\[]+: \["), f"The last passes took: {', '.join(each)}: [")


def _in_all(last: Pass | None) -> str:
    return NONE_YET if last is None else f"{last.total:,} s {last.where}"


PAGES: Mapping[str, Callable[[str, Passes], str]] = {"CONTRIBUTING.md": contributing, "README.md": readme}


def put_down(root: Path, new: Passes) -> list[str]:
    """The pages that say something else now. All of them, or none when one has no place for it."""
    before = {name: (root / name).read_text("utf-8") for name in PAGES}
    passes = {**told(before["CONTRIBUTING.md"]), **new}
    after = {name: write(before[name], passes) for name, write in PAGES.items()}
    changed = [name for name in PAGES if after[name] != before[name]]
    for name in changed:
        (root / name).write_text(after[name], "utf-8")
    return changed


def _put(page: str, pattern: re.Pattern[str], text: str) -> str:
    new, places = pattern.subn(lambda _: text, page)
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
