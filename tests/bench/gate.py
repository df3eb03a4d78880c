"""The gate of `make bench CHECK=1`: figures without a unit of time against those kept. Not in CI: it needs a quiet machine.

A count must be what it was. A ratio may be a quarter worse than the one kept, and no more than a twentieth above its
budget; where the one kept was above it already, a twentieth worse than that, which is noise: each run keeps its own, and
what is too much must not become more by being measured.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figures import Gate, Section

NOISE, NOISE_AT_BUDGET = 1.25, 1.05


def worse(kept: Section | None, now: Section) -> list[str]:
    """A sentence for each figure that has grown too much, or is gone though the same command once gave it.

    What was not measured before is held to its budget alone."""
    return list(_worse(kept or Section([]), now))


def _worse(kept: Section, now: Section) -> Iterator[str]:
    for name, gate in now.gates.items():
        most = allowed(kept.gates.get(name), gate)
        if most is not None and gate.value > most:
            yield f"{name} is {gate.value:g}, at most {most:g}"
    if kept.made.get("command") == now.made.get("command"):
        for name in sorted(kept.gates.keys() - now.gates.keys()):
            yield f"{name} is not measured any more"


def allowed(kept: Gate | None, now: Gate) -> float | None:
    if kept is None:
        return now.limit
    if now.exact:
        return kept.value
    most = kept.value * NOISE
    if now.limit is not None:
        most = min(most, max(kept.value, now.limit) * NOISE_AT_BUDGET)
    return round(most, 3)
