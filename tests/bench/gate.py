"""The gate of `make bench CHECK=1`: figures without a unit of time against those kept. Not in CI: it needs a quiet machine.

A count must be what it was. A ratio may be a quarter worse than the one kept, and no more than a twentieth above its
budget if the one kept was within it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figures import Gate, Section

NOISE, NOISE_AT_BUDGET = 1.25, 1.05


def worse(kept: Section | None, now: Section) -> list[str]:
    """A sentence for each figure that has grown too much. What was not measured before is held to its budget alone."""
    before = kept.gates if kept else {}
    return list(_worse(before, now.gates))


def _worse(before: dict[str, Gate], now: dict[str, Gate]) -> Iterator[str]:
    for name, gate in now.items():
        most = allowed(before.get(name), gate)
        if most is not None and gate.value > most:
            yield f"{name} is {gate.value:g}, at most {most:g}"
    for name in before.keys() - now.keys():
        yield f"{name} is not measured any more"


def allowed(kept: Gate | None, now: Gate) -> float | None:
    if kept is None:
        return now.limit
    if now.exact:
        return kept.value
    most = kept.value * NOISE
    if now.limit is not None and kept.value <= now.limit:
        most = min(most, now.limit * NOISE_AT_BUDGET)
    return round(most, 3)
