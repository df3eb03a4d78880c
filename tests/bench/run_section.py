"""`python -m tests.bench.run_section NAME FILE [--full]`: one section, measured, into a file. `make bench` calls it.

Its standard output is nobody's: there the functions log, and lines must be made and written as they are at work.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from time import monotonic

from chalicelib.kit.clock import SystemClock, rfc3339
from tests.bench.checkout import commit
from tests.bench.figures import ROOT, Section, machine
from tests.bench.others import busy_others

SECTIONS = ("units", "cpu", "cold", "crowds", "imports", "packaged", "feed", "rules", "roll", "push", "follow")


def run(name: str, *, full: bool) -> Section:
    """Whatever a section starts it ends as well: what is left of the machine's CPU time was somebody else's."""
    began, others, of = monotonic(), busy_others(), commit(ROOT)

    def tell(what: str) -> None:
        sys.stderr.write(f"  {monotonic() - began:5.0f} s  {what}\n")
        sys.stderr.flush()

    section: Section = import_module(f"tests.bench.{name}").measure(full, tell)
    made = {
        "command": f"make bench{'-full' if full else ''} ONLY={name}",
        "machine": machine(),
        "commit": of,
        "day": rfc3339(SystemClock().now())[:10],
        "others": others(),
        "seconds": round(monotonic() - began),
    }
    tell("done")
    return Section(section.rows, section.gates, section.made | made)


if __name__ == "__main__":
    found = run(sys.argv[1], full="--full" in sys.argv)
    Path(sys.argv[2]).write_text(json.dumps(asdict(found)), encoding="utf-8")
