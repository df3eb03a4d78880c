"""`make bench`: measures, keeps the figures in docs/performance/bench.json and writes docs/performance.md from them.

make bench                 all sections; says so when that took more than a quarter of an hour, and what became worse
make bench ONLY=cpu,cold   these alone; the figures of the others stay
make bench CHECK=1         measures, keeps nothing, and fails where a figure is worse than the best that was seen
make bench ACCEPT=1        measures nothing: from now on the figures that are kept are the best, worse or not
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
from tests.bench.baseline import accepted, keep_baseline, load_baseline, lowered, untrusted
from tests.bench.figures import FULL, KEPT, ROOT, WITHIN_SECONDS, Section, as_text, load, section_from
from tests.bench.gate import worse
from tests.bench.run_section import SECTIONS


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__, formatter_class=_AS_IT_IS)
    parser.add_argument("--only", default="", help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--full", action="store_true")
    for what in ("--check", "--accept", "--page"):
        parser.add_argument(what, action="store_true")
    options = parser.parse_args(arguments)
    chosen = options.only.replace(",", " ").split() or list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if options.page:
        write_page(ROOT)
        return 0
    failed = accept(chosen) if options.accept else _measure_all(chosen, full=options.full, check=options.check)
    for what in failed:
        _say(what)
    _say("Something is worse." if failed and options.check else "Done, but not all of it." if failed else "Done.")
    return 1 if failed else 0


def _measure_all(chosen: Sequence[str], *, full: bool, check: bool) -> list[str]:
    """What failed. Of what is kept, whatever the gate would not have let through is told; it does not become the baseline."""
    failed: list[str] = []
    seconds = 0
    for place, name in enumerate(chosen, start=1):
        _say(f"[{place}/{len(chosen)}] {name}")
        section, kept_as = measured(name, full=full), name + FULL * full
        if section is None:
            failed.append(f"{name} could not be measured: see above")
            continue
        seconds += section.made["seconds"]
        best = load_baseline().get(kept_as, {})
        told = [f"{name}: {what}" for what in worse(best, section)]
        if check:
            failed += told
            if new := sorted(section.gates.keys() - best.keys()):
                _say(
                    f"No steady run on an idle machine has measured these yet, so that at most a budget holds them: {', '.join(new)}"
                )
            continue
        for what in told:
            _say(f"Kept, though it is worse than the baseline, which stays: {what}")
        keep(kept_as, section)
    if not full and (slow := too_long(seconds)):
        _say(slow)
    return failed


def accept(chosen: Sequence[str], root: Path = ROOT) -> list[str]:
    """What could not be: it was measured beside others, or nobody knows."""
    failed: list[str] = []
    for name, section in load(root / KEPT).items():
        if name.removesuffix(FULL) in chosen:
            keep_baseline(name, accepted(load_baseline(root).get(name, {}), section), root)
            if refused := untrusted(section):
                failed.append(f"{name}: not accepted, for others were at work or may have been: {', '.join(refused)}")
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


def keep(name: str, section: Section, root: Path = ROOT) -> None:
    """What was measured of the other sections stays as it was."""
    kept = root / KEPT
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(as_text({**load(kept), name: section}), encoding="utf-8")
    keep_baseline(name, lowered(load_baseline(root).get(name, {}), section), root)
    write_page(root)


def write_page(root: Path) -> None:
    for path, text in page.pages(load(root / KEPT)).items():
        (root / path).write_text(text, encoding="utf-8")


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
