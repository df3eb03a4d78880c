"""What each section measures, row by row: so that the page can say what of it has no figure yet, and how to get it.

The names come from what the sections go through, not from what was kept: a case, a function or a route that is added is
missing on the page until it was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tests.bench import cases, cold, crowds, feed, follow, imports, packaged, push, roll, rules
from tests.bench.figures import FULL, Bench, Row
from tests.bench.routes_priced import KEYED, PRICED_STEPS, name_of
from tests.bench.till import DYNAMODB_LOCAL, LOTS, TWIN
from tests.unit.budgets.apart import APART
from tests.unit.budgets.priced import PRICED

_UNCOMPILED = "api_handler without bytecode"


def not_measured(bench: Bench, name: str) -> list[str]:
    """Rows that a run of this section would give, and that are not there; all of them where it never ran."""
    kept = {NAMES[name.removesuffix(FULL)](row) for row in bench[name].rows} if name in bench else set()
    return [one for one in planned(name) if one not in kept]


def planned(name: str) -> Sequence[str]:
    return PLANNED[name]()


def _with_lots(operation: str, lots: int) -> str:
    return f"{operation}, {lots} lots"


def _units() -> list[str]:
    at_lots = [_with_lots(name, lots) for lots in LOTS for name in PRICED]
    return at_lots + [_with_lots(name, 1) for name in (*APART, *map(name_of, KEYED), *PRICED_STEPS)]


def _crowds() -> list[str]:
    by = {"members": crowds.SIZES, "lots": LOTS}
    return [f"{engine}, {size:,} {of}" for engine in (TWIN, DYNAMODB_LOCAL) for of in by for size in by[of]]


def _lines(*sizes: int) -> list[str]:
    """Of bench-full the largest alone: the others a plain run gives as well."""
    return [f"{size:,} lines" for size in sizes]


def _members(*sizes: int) -> list[str]:
    return [f"{size:,} members" for size in sizes]


def _due(due: int, memberships: int) -> str:
    return f"{due:,} due among {memberships:,}"


PLANNED: Mapping[str, Callable[[], Sequence[str]]] = {
    "units": _units,
    "cpu": lambda: [_with_lots(*one) for one in cases.PLANNED],
    "cold": lambda: [*cold.FIRST_EVENTS, _UNCOMPILED],
    "crowds": _crowds,
    "imports": lambda: _lines(*imports.SIZES),
    "imports" + FULL: lambda: _lines(imports.MOST),
    "packaged": lambda: [*packaged.ASKED, packaged.LAG],
    "rules": lambda: [
        rules.ALONE,
        rules.BESIDE,
        rules.TOLD,
        rules.TOLD_BESIDE,
        rules.DISCOUNTS,
        rules.RULE_ENGINE,
        rules.CEL,
    ],
    "feed": lambda: [f"{feed.BACKLOG:,} entries"],
    "roll": lambda: [_due(roll.DUE, size) for size in roll.SIZES],
    "roll" + FULL: lambda: [_due(roll.MOST_DUE, size) for size in roll.MOST],
    "push": lambda: _members(*push.SIZES),
    "push" + FULL: lambda: _members(push.MOST),
    "follow": lambda: [f"{follow.ORDERS:,} orders"],
}
NAMES: Mapping[str, Callable[[Row], str]] = {
    "units": lambda row: _with_lots(row["operation"], row["lots"]),
    "cpu": lambda row: _with_lots(row["operation"], row["lots"]),
    "cold": lambda row: row["function"] if row["bytecode"] else _UNCOMPILED,
    "crowds": lambda row: f"{row['engine']}, {row['size']:,} {row['by']}",
    "imports": lambda row: f"{row['lines']:,} lines",
    "packaged": lambda row: str(row["operation"]),
    "rules": lambda row: str(row["rules"]),
    "feed": lambda row: f"{row['entries']:,} entries",
    "roll": lambda row: _due(row["due"], row["memberships"]),
    "push": lambda row: f"{row['members']:,} members",
    "follow": lambda row: f"{row['orders']:,} orders",
}
