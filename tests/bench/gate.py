"""The gate of `make bench CHECK=1`: figures against the best seen. Not in CI: it needs a quiet machine.

A count must be no more than it was. A ratio may be a quarter worse than the best, and no more than a twentieth above what it is
allowed, DESIGN's budget or a raised one (cpu.py); where the best is above it already, a twentieth worse than that, which is noise.
What is timed depends on the machine: it is held to its limit alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.baseline import Best
from tests.bench.figures import NOISE, Gate, Section

NOISE_AT_BUDGET = 1.05


def worse(best: Best, now: Section) -> list[str]:
    """A sentence for each figure that has grown too much, or is gone.

    What has no baseline yet is held to its budget alone, if it has one."""
    return list(_worse(best, now))


def _worse(best: Best, now: Section) -> Iterator[str]:
    for name, gate in now.gates.items():
        most = allowed(best.get(name), gate)
        if most is not None and gate.value > most:
            yield f"{name} is {gate.value:g}, at most {most:g}"
    for name in sorted(best.keys() - now.gates.keys()):
        yield f"{name} is not measured any more"


def allowed(best: float | None, now: Gate) -> float | None:
    if best is None or now.timed:
        return now.limit
    if now.exact:
        return best
    most = best * NOISE
    if now.limit is not None:
        most = min(most, max(best, now.limit) * NOISE_AT_BUDGET)
    return round(most, 3)
