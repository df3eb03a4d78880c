"""What docs/performance/bench.json holds: sections of figures, each with the engine it was measured on and its gates."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KEPT = "docs/performance/bench.json"
NOISE = 1.25  # times: as far as figures of the same code lie apart on an idle machine

Row = dict[str, Any]


@dataclass(frozen=True)
class Gate:
    """A figure without a unit of time: a ratio, or a count; or one that is `timed`, in milliseconds, and held to its limit alone. `limit` is what the gate holds it to: DESIGN's budget where section 10
    has one, or what was raised above it (docs/decisions/bench-what-a-budget-is-of.md). The page judges by DESIGN's own. `spread`
    is that of the single rounds, where there were rounds; what was measured before it was kept has none."""

    value: float
    limit: float | None = None
    exact: bool = False
    spread: str | None = None
    timed: bool = False


@dataclass(frozen=True)
class Section:
    """`made` says how and when: engine, command, machine, commit, day, how busy others kept the machine, and how long it took."""

    rows: list[Row]
    gates: dict[str, Gate] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)


Bench = Mapping[str, Section]
WITHIN_SECONDS = 15 * 60  # all sections of `make bench`, on two idle cores
FULL = "-full"  # what bench-full measured is kept beside the rest, under the section's name and this


def load(file: Path = ROOT / KEPT) -> dict[str, Section]:
    if not file.exists():
        return {}
    read = json.loads(file.read_text(encoding="utf-8"))
    return {name: section_from(one) for name, one in read.items()}


def section_from(one: Mapping[str, Any]) -> Section:
    return Section(one["rows"], {name: Gate(**gate) for name, gate in one["gates"].items()}, one["made"])


def as_text(bench: Bench) -> str:
    return json.dumps({name: as_kept(bench[name]) for name in sorted(bench)}, indent=1, ensure_ascii=False) + "\n"


def as_kept(section: Section) -> dict[str, Any]:
    """A spread stands beside the figures that have one, and not as nothing beside all counts; that one is timed likewise."""
    kept = asdict(section)
    for gate in kept["gates"].values():
        if gate["spread"] is None:
            del gate["spread"]
        if not gate["timed"]:
            del gate["timed"]
    return kept


def machine() -> str:
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GiB, Python {platform.python_version()}"


@dataclass(frozen=True)
class Compared:
    """Ours and the other's as medians of the rounds; `ratio` is the one by the other, as anybody can divide them again.

    `spread` is the smallest and the largest ratio of a single round, between which that of the medians always lies."""

    ours: float
    other: float
    ratio: float
    spread: str


def compared(ours: list[float], other: list[float], digits: int = 3) -> Compared:
    own, others = middle(ours, digits), middle(other, digits)
    single = [one / its for one, its in zip(ours, other, strict=True)]
    return Compared(own, others, round(own / others, 2), f"{min(single):.2f}–{max(single):.2f}")


def percentile(values: list[float], share: float) -> float:
    """The smallest value that so many of all are not above."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def middle(values: list[float], digits: int = 3) -> float:
    return round(median(values), digits)
