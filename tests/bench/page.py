"""docs/performance.md and its plots, from the figures alone: the same figures give the same page, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from chalicelib.api.routes import ROUTES
from tests.bench import cold, cpu, plots, runs, summary, verdicts
from tests.bench.api_cases import CASES, left_out
from tests.bench.budgets import asked_of, budgets, met
from tests.bench.figures import FULL, Bench, Row, Section
from tests.bench.planned import NAMES, PLANNED, not_measured
from tests.bench.proposals import proposed

FOLDER = "docs/performance"
PAGE = f"{FOLDER}.md"
HEAD = """# Performance

Generated from [performance/bench.json](performance/bench.json); do not edit. What is compared with what is
what counts here: a ratio says the same on any machine, milliseconds do not. Each section names its engine, what its
figures mean and what limits them, and the run that they are of: its command, which makes them again, its day, machine and commit, and how busy others kept that.
"""
HOW = """## How it is measured

| Command | What it does |
|---|---|
| `make bench` | measures all sections, but for the file of 100,000 lines, and writes this page; a quarter of an hour on two idle cores is the limit |
| `make bench ONLY=cpu,cold` | some of them: the others stay, each with the run that it is of |
| `make bench-full ONLY=imports` | takes more rounds and the file of 100,000 lines; what it measured stays beside the rest, whatever is measured later without it |
| `make bench CHECK=1` | keeps nothing and fails where a figure has become worse than the [best](performance/baseline.json) that an idle machine has shown in rounds that agree |

Milliseconds are medians of rounds in which what is compared took turns. A ratio is that of the two medians beside it; its
spread is the smallest and the largest ratio of a single round.
"""


def pages(bench: Bench) -> Mapping[str, str]:
    """Paths from the root, and what is in them."""
    found = {PAGE: page(bench)}
    for name, drawing in PLOTS.items():
        if shown := runs.best_of(bench, name):
            foot = (f"Engine: {shown.made['engine']}", runs.in_short(shown).replace("`", ""))
            found |= {f"{FOLDER}/{plot}.svg": plots.with_foot(drawn, *foot) for plot, drawn in drawing(shown).items()}
    return found


def page(bench: Bench) -> str:
    parts = [HEAD, summary.in_short(bench), HOW, runs.told(bench), "## Budgets\n", budgets(bench), *proposed(bench)]
    for name, (title, meaning, table) in verdicts.SECTIONS.items():
        section, full = bench.get(name), bench.get(name + FULL)
        parts.append(f"## {title}\n")
        parts += [runs.made(section)] if section is not None else []
        parts += [
            f"{meaning}\n",
            *((*_left_out(), *runs.stale(bench)) if name == "cpu" else ()),
            *_missing(bench, name),
        ]
        if shown := runs.best_of(bench, name):
            parts += _plotted(title, list(PLOTS.get(name, _none)(shown)), shown, _not_plotted(bench, name, shown))
        if section is not None:
            parts.append(rows_as_table(_judged(name, section.rows), table))
        if full is not None:
            parts += [runs.made(full), rows_as_table(full.rows, table)]
    return "\n".join(parts)


def _plotted(title: str, plots_of_it: Sequence[str], shown: Section, left_out_of_it: str) -> Iterator[str]:
    if plots_of_it:
        yield "\n\n".join(f"![{title}](performance/{plot}.svg)" for plot in plots_of_it)
        yield f"\nPlotted: {runs.in_short(shown)}.{left_out_of_it}\n"


def _not_plotted(bench: Bench, name: str, shown: Section) -> str:
    """Rows that a busy machine alone has measured."""
    name_of, plotted = NAMES[name], {NAMES[name](row) for row in shown.rows}
    more = [(one, row) for one in (name, name + FULL) if one in bench for row in bench[one].rows]
    missing = {name_of(row): bench[one].made["command"] for one, row in more if name_of(row) not in plotted}
    if not missing:
        return ""
    commands = " and ".join(f"`{command}`" for command in dict.fromkeys(missing.values()))
    return f" Measured on a busy machine alone, and not plotted until {commands} has run on an idle one: {'; '.join(missing)}."


def _judged(name: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Requests and units have what DESIGN asks for beside them, and whether that is met."""
    return [row | {"asked": asked_of(row), "met": met(row)} for row in rows] if name == "units" else rows


def _missing(bench: Bench, name: str) -> Iterator[str]:
    """What a run of this section would give, and of bench-full the largest file."""
    for kept_as, command in ((name, "make bench"), (name + FULL, "make bench-full")):
        if kept_as in PLANNED and (missing := not_measured(bench, kept_as)):
            shown = "nothing of it" if kept_as not in bench and kept_as == name else "; ".join(missing)
            yield f"Not measured yet: {shown}. `{command} ONLY={name}`\n"


def _left_out() -> Iterator[str]:
    """Routes that have no row of their own."""
    lines = [f"- {one.because}: {', '.join(f'`{name}`' for name in one.operations)}" for one in left_out()]
    measured = len({case.operation for case in CASES.values()})
    listed = "\n".join(lines)
    yield f"Of {len(ROUTES)} routes {measured} are measured, one of each kind. The others are left out:\n\n{listed}\n"


def rows_as_table(rows: Iterable[Row], columns: Mapping[str, str]) -> str:
    """A column for each name, under its heading."""
    lines = [_cells(columns.values()), _cells("---" if place == 0 else "--:" for place in range(len(columns)))]
    lines += [_cells(_shown(row.get(name)) for name in columns) for row in rows]
    return "\n".join(lines) + "\n"


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.10g}"
        case _:
            return str(value)


def _none(_section: Section) -> dict[str, str]:
    return {}


def _cpu(section: Section) -> dict[str, str]:
    values = {f"{row['operation']}, {row['lots']}": row["ratio"] for row in section.rows}
    asked = {name.replace(" lots", ""): cpu.asked_for(name) for name in section.gates}
    limits = {name: most for name, most in asked.items() if most is not None}
    return {"cpu": plots.bars("Handler CPU against bare botocore, lots", "times (red: budget)", values, limits)}


def _cold(section: Section) -> dict[str, str]:
    compiled = [row for row in section.rows if row["bytecode"]]
    values: dict[str, float] = {}
    for row in compiled:
        values |= {
            f"{row['function']}: import": row["import_ratio"],
            f"{row['function']}: first event": row["event_ratio"],
        }
    return {
        "cold": plots.bars("Cold start against bare libraries", "times", values, {"api_handler: import": cold.LIMIT})
    }


def _crowds(section: Section) -> dict[str, str]:
    found = {}
    for by in ("members", "lots"):
        series: dict[str, list[tuple[float, float]]] = {}
        for row in section.rows:
            if row["by"] == by:
                series.setdefault(row["engine"], []).append((row["size"], row["ratio"]))
        found[f"record-by-{by}"] = plots.lines(
            f"record_order by {by}", by, f"times the time at the fewest {by}", series
        )
    return found


def _imports(section: Section) -> dict[str, str]:
    rows = section.rows
    memory = {"at most": _points(rows, "memory_mib"), "before": _points(rows, "memory_before_mib")}
    return {
        "import-memory": plots.lines("Memory of an import's consumer", "lines of the file", "MiB", memory),
        "import-rows": plots.lines(
            "Rows a second, one consumer",
            "lines of the file",
            "rows a second",
            {"rows": _points(rows, "rows_per_second")},
        ),
    }


def _points(rows: Sequence[Row], what: str) -> list[tuple[float, float]]:
    return [(row["lines"], row[what]) for row in rows]


def _packaged(section: Section) -> dict[str, str]:
    values = {
        f"{row['operation']} {what[:3]}": row[what] for row in section.rows for what in ("p50_ms", "p95_ms", "p99_ms")
    }
    return {"packaged": plots.bars("Through the packaged app", "milliseconds", values)}


PLOTS: Mapping[str, Callable[[Section], dict[str, str]]] = {
    "cpu": _cpu,
    "cold": _cold,
    "crowds": _crowds,
    "imports": _imports,
    "packaged": _packaged,
}
