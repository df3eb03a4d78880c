"""What docs/performance.md begins with: the figures that most ask for, each taken from its section, with the run that it is of."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import causes, cold, cpu, runs
from tests.bench.budgets import judged_rows, units_above
from tests.bench.figures import Bench, Row, Section

_FUNCTION = "api_handler"


def in_short(bench: Bench) -> str:
    lines = ["## In short", "", "| | | Engine | Made by |", "|---|---|---|---|"]
    for what, figure, of in (*_measured(bench), *_above(bench)):
        lines.append(f"| {what} | {figure} | {of.made['engine']} | {runs.in_short(of)} |")
    return "\n".join(lines) + "\n"


def _measured(bench: Bench) -> Iterator[tuple[str, str, Section]]:
    """What, its figure, and the section that it is of."""
    if (packaged := bench.get("packaged")) is not None and (row := _row(packaged, operation="record")):
        figure = f"p50 {row['p50_ms']:,g} ms, p95 {row['p95_ms']:,g} ms"
        yield "An order recorded through the packaged app", figure, packaged
    if (imports := runs.best_of(bench, "imports")) is not None and imports.rows:
        row = imports.rows[-1]
        figure = f"{row['rows_per_second']:,} rows a second, of {row['lines']:,} lines"
        yield "A file of purchases, one consumer", figure, imports
    if (started := bench.get("cold")) is not None and (row := _row(started, function=_FUNCTION, bytecode=True)):
        judged = "within" if row["import_ratio"] <= cold.LIMIT else "**above**"
        bare = f"{row['import_ratio']:g} × its bare libraries: {judged} the budget of {cold.LIMIT:g}"
        yield "Cold import of the HTTP function", f"{row['import_ms']:,g} ms CPU, {bare}", started
    if (feed := bench.get("feed")) is not None and feed.rows:
        figure = f"{feed.rows[-1]['relayed_per_second']:,} entries a second"
        yield "Journal to feed, one relay", figure, feed


def _above(bench: Bench) -> Iterator[tuple[str, str, Section]]:
    """Rows of the section below that say no."""
    if (units := bench.get("units")) is not None:
        figure = f"{len(units_above(units))} of {len(judged_rows(units))}"
        yield "Operations and routes above [their budget](#budgets)", figure, units
    if (handlers := bench.get("cpu")) is not None:
        judged = sum(cpu.asked_for(gate) is not None for gate in handlers.gates)
        figure = f"{len(causes.above(handlers, cpu.asked_for))} of {judged}"
        yield "Handlers whose CPU is above theirs", figure, handlers


def _row(section: Section, **named: object) -> Row | None:
    return next((row for row in section.rows if named.items() <= row.items()), None)
