"""What is above DESIGN's budgets and accepted, with its reason, in one list: what DESIGN's rows would have to say."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import causes
from tests.bench.budgets import DESIGN, MEASURES, Budget, said_of, units_above
from tests.bench.design_rows import ROW_OF
from tests.bench.figures import Bench, Section
from tests.bench.routes_judged import ROUTES_JUDGED
from tests.bench.till import LOTS

_HEAD = """### Proposed changes of DESIGN's rows

What is above its budget and accepted, for the reasons above, stays a **no** until DESIGN's section 10 says otherwise. It would have to ask, of items of up to
1 KB, for what is measured:

| Row of DESIGN | For | asks for requests, write units, with indexes | would ask for |
|---|---|---|---|"""


def proposed(bench: Bench) -> Iterator[str]:
    """Nothing where nothing is above."""
    if (units := bench.get("units")) is None:
        return
    above = set(units_above(units))
    accepted = [name for cause in causes.UNITS if cause.accepted for name in cause.of if name in above]
    if accepted:
        yield "\n".join([_HEAD, *(_row(units, name) for name in accepted)]) + "\n"


def _row(section: Section, name: str) -> str:
    operation = ROUTES_JUDGED.get(name, name)
    asked = said_of(DESIGN[operation])
    needed = _needed(section, name, DESIGN[operation])
    return f"| *{ROW_OF[operation]}* | {name} | {', '.join(asked)} | {', '.join(map(str, needed))} |"


def _needed(section: Section, name: str, budget: Budget | None) -> list[int | str]:
    """The most that was measured, and no less than is asked for; nothing where nothing is."""
    if budget is None:
        raise ValueError(name)
    asked = (budget.requests, budget.units, max(budget.indexed, default=None))
    rows = [row for row in section.rows if row["operation"] == name and row["lots"] <= LOTS[1]]
    each = zip(asked, MEASURES, strict=True)
    return ["–" if most is None else max(most, *map(measure, rows)) for most, measure in each]
