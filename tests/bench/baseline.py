"""The best that was seen of each figure of the gate: docs/performance/baseline.json, by section and figure.

A run lowers it and never raises it, so that figures which creep up a little with every run are worse from some run on. What
was measured while others were at work, or nobody knows whether they were, does not become part of it: but for counts, which
are the same on any machine. Nor does a run lower it whose rounds lie further apart than what the gate takes for noise: its figure
was luck, and luck would be the best for ever. Whoever means a figure to be worse from now on says so: `make bench ACCEPT=1`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.bench.figures import NOISE, ROOT, Gate, Section
from tests.bench.verdicts import idle

BASELINE = "docs/performance/baseline.json"

Best = Mapping[str, float]


def load_baseline(root: Path = ROOT) -> dict[str, Best]:
    file = root / BASELINE
    read: dict[str, Best] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return read


def keep_baseline(name: str, best: Best, root: Path = ROOT) -> None:
    """Of one section; those of the others stay."""
    known = {section: figures for section, figures in {**load_baseline(root), name: best}.items() if figures}
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    (root / BASELINE).write_text(f"{text}\n", encoding="utf-8")


def lowered(best: Best, now: Section) -> Best:
    """What is not measured any more stays in it, so that the gate goes on telling."""
    steady = {name: value for name, value in _trusted(now).items() if _agreed(now.gates[name])}
    return {**best, **{name: min(best.get(name, value), value) for name, value in steady.items()}}


def accepted(best: Best, kept: Section) -> Best:
    """As the kept figures are, worse or not, and nothing that they do not have."""
    return {name: value for name, value in {**best, **_trusted(kept)}.items() if name in kept.gates}


def untrusted(section: Section) -> list[str]:
    """Figures that cannot become the baseline."""
    return sorted(section.gates.keys() - _trusted(section).keys())


def _agreed(gate: Gate) -> bool:
    """What has no rounds has none that differ."""
    if gate.spread is None:
        return True
    least, most = map(float, gate.spread.split("–"))
    return most <= least * NOISE


def _trusted(section: Section) -> Best:
    quiet = idle(section.made.get("others"))
    return {name: gate.value for name, gate in section.gates.items() if quiet or gate.exact}
