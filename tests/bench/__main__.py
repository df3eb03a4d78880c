"""`make bench`: measures, keeps the figures in docs/performance/bench.json and writes docs/performance.md from them.

make bench                 all sections; says so when that took more than a quarter of an hour, and what became worse
make bench ONLY=cpu,cold   these alone; the figures of the others stay
make bench CHECK=1         measures, keeps nothing, and fails where a ratio is worse than the one kept
make bench-full            more rounds, and 100,000 lines imported; kept beside what `make bench` measured
python -m tests.bench --page   writes the page anew from the figures that are there
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import page
from tests.bench.figures import FULL, KEPT, ROOT, WITHIN_SECONDS, Section, as_text, load, section_from
from tests.bench.gate import worse
from tests.bench.run_section import SECTIONS


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__, formatter_class=_AS_IT_IS)
    parser.add_argument("--only", default="", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args(arguments)
    chosen = options.only.replace(",", " ").split() or list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if options.page:
        write_page()
        return 0
    failed = _measure_all(chosen, full=options.full, check=options.check)
    for what in failed:
        _say(what)
    _say("Something is worse." if failed and options.check else "Done, but not all of it." if failed else "Done.")
    return 1 if failed else 0


def _measure_all(chosen: Sequence[str], *, full: bool, check: bool) -> list[str]:
    """What failed. Of what is kept, whatever the gate would not have let through is told: from now on it is what counts."""
    failed: list[str] = []
    seconds = 0
    for place, name in enumerate(chosen, start=1):
        _say(f"[{place}/{len(chosen)}] {name}")
        section, kept_as = measured(name, full=full), name + FULL * full
        if section is None:
            failed.append(f"{name} could not be measured: see above")
            continue
        seconds += section.made["seconds"]
        for what in worse(load().get(kept_as), section):
            if check:
                failed.append(f"{name}: {what}")
            else:
                _say(f"Kept, though it is worse: {name}: {what}")
        if not check:
            keep(kept_as, section)
    if not full and (told := too_long(seconds)):
        _say(told)
    return failed


def too_long(seconds: int) -> str | None:
    if seconds <= WITHIN_SECONDS:
        return None
    return f"That took {seconds:,} s, more than the {WITHIN_SECONDS:,} that it may: was the machine idle?"


_AS_IT_IS = argparse.RawDescriptionHelpFormatter


def measured(name: str, *, full: bool) -> Section | None:
    """In a process of its own: sections neither warm each other nor fall together."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "section.json"
        command = [sys.executable, "-m", "tests.bench.run_section", name, str(file), *(["--full"] if full else [])]
        run = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 (ourselves)
        if run.returncode != 0:
            return None
        return section_from(json.loads(file.read_text(encoding="utf-8")))


def keep(name: str, section: Section) -> None:
    """What was measured of the other sections stays as it was."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(as_text({**load(), name: section}), encoding="utf-8")
    write_page()


def write_page() -> None:
    for path, text in page.pages(load()).items():
        (ROOT / path).write_text(text, encoding="utf-8")


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
