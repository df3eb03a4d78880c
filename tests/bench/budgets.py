"""The budgets of DESIGN section 10 against what was measured: met or not, and what is to be done where not."""

from __future__ import annotations

from tests.bench import verdicts
from tests.bench.figures import Bench, Gate, Row, Section
from tests.bench.till import LOTS
from tests.unit.budgets.test_budgets import BUDGETS

NOT_BUILT = "hold, release, capture, transfer, redeem a reward, limits for all, join a segment, push"


def budgets(bench: Bench) -> str:
    parts = []
    if (units := bench.get("units")) is not None:
        parts += [_operations(units), verdicts.UNITS]
    parts.append(_times(bench))
    parts += [text for name, text in verdicts.NOT_MET.items() if name in bench and _over(bench[name])]
    return "\n".join(parts)


def _operations(section: Section) -> str:
    lines = [
        f"| Operation | Requests: budget | measured at {_at_lots()} lots | Write units: budget | measured at {_at_lots()} lots | Met |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for name, budget in BUDGETS.items():
        rows = [row for row in section.rows if row["operation"] == name]
        requests, units = ([row[what] for row in rows] for what in ("requests", "write_units"))
        met = set(requests) == {budget.requests} and all(_within(row, budget.write_units) for row in rows)
        cells = (name, budget.requests, _each(requests), budget.write_units, _each(units), "yes" if met else "**no**")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines) + f"\n\nNot built yet, so not measured: {NOT_BUILT}.\n"


def _within(row: Row, units: int) -> bool:
    """Units grow with an item's own size: the budget is for items of up to 1 KB, which 37 lots still fit into."""
    within: bool = row["lots"] > LOTS[1] or row["write_units"] <= units
    return within


def _times(bench: Bench) -> str:
    lines = ["| Time, as a ratio | Budget | Measured | Met |", "|---|--:|--:|---|"]
    for name, gate in _limited(bench):
        met = "yes" if gate.limit is not None and gate.value <= gate.limit else "**no**"
        lines.append(f"| {name} | {gate.limit:g} | {gate.value:g} | {met} |")
    return "\n".join(lines) + "\n"


def _limited(bench: Bench) -> list[tuple[str, Gate]]:
    """The HTTP function's import, then the handlers."""
    found = []
    for section, prefix in (("cold", ""), ("cpu", "CPU: ")):
        gates = bench[section].gates.items() if section in bench else ()
        found += [(prefix + name, gate) for name, gate in gates if gate.limit is not None]
    return found


def _over(section: Section) -> bool:
    return any(gate.limit is not None and gate.value > gate.limit for gate in section.gates.values())


def _each(values: list[int]) -> str:
    return ", ".join(map(str, values))


def _at_lots() -> str:
    return ", ".join(map(str, LOTS))
