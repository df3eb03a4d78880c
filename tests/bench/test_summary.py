"""What performance.md begins with is what its sections say further down, of the run that they are of."""

from __future__ import annotations

from dataclasses import replace

from tests.bench.figures import Bench, Gate, Row, Section, load
from tests.bench.page import page
from tests.bench.summary import in_short

RUN = {"engine": "a twin", "command": "make bench ONLY=it", "day": "2031-02-03", "others": 0.0}
MADE_BY = "`make bench ONLY=it`, 2031-02-03, on an idle machine"


def row_of(bench: Bench, what: str) -> str:
    """What is told of it, without the run."""
    (line,) = [line for line in in_short(bench).splitlines() if line.startswith(f"| {what} | ")]
    _, told, engine, made_by = line.strip("|").split(" | ")
    assert engine == "a twin"
    assert made_by.strip() == MADE_BY
    return told


def test_an_order_has_its_percentiles() -> None:
    rows = [{"operation": name, "p50_ms": at, "p95_ms": at + 0.5} for name, at in (("evaluate", 9.0), ("record", 24.0))]
    assert row_of({"packaged": Section(rows, {}, RUN)}, "An order recorded through the packaged app") == (
        "p50 24 ms, p95 24.5 ms"
    )


def test_an_import_is_that_of_the_largest_file_of_an_idle_run() -> None:
    rows = [{"lines": lines, "rows_per_second": speed} for lines, speed in ((1_000, 60), (10_000, 79), (100_000, 51))]
    plain, full = Section(rows[:2], {}, RUN), Section(rows, {}, RUN)
    busy = replace(full, made=RUN | {"others": 1.0})
    what = "A file of purchases, one consumer"
    assert row_of({"imports": plain, "imports-full": busy}, what) == "79 rows a second, of 10,000 lines"
    assert row_of({"imports": plain, "imports-full": full}, what) == "51 rows a second, of 100,000 lines"


def test_the_import_of_the_http_function_is_that_of_the_package_with_its_bytecode() -> None:
    rows: list[Row] = [
        {"function": "relay", "bytecode": True, "import_ms": 1.0, "import_ratio": 1.0},
        {"function": "api_handler", "bytecode": False, "import_ms": 900.0, "import_ratio": 1.1},
        {"function": "api_handler", "bytecode": True, "import_ms": 433.0, "import_ratio": 1.35},
    ]
    what = "Cold import of the HTTP function"
    for ratio, judged in ((1.35, "**above** the budget of 1.3"), (1.3, "within the budget of 1.3")):
        rows[-1]["import_ratio"] = ratio
        assert row_of({"cold": Section(rows, {}, RUN)}, what) == f"433 ms CPU, {ratio} × its bare libraries: {judged}"


def test_the_feed_has_the_relays_entries_a_second() -> None:
    assert row_of({"feed": Section([{"relayed_per_second": 2093}], {}, RUN)}, "Journal to feed, one relay") == (
        "2,093 entries a second"
    )


def test_what_is_above_its_budget_is_counted_once_however_many_lots_and_what_has_no_budget_is_not() -> None:
    def row(operation: str, lots: int, requests: int) -> dict[str, object]:
        return {"operation": operation, "lots": lots, "requests": requests, "write_units": 0, "index_units": 0}

    rows = [row("balance", 1, 2), row("balance", 37, 2), row("holds", 1, 1), row("enrol", 1, 99)]
    assert row_of({"units": Section(rows, {}, RUN)}, "Operations and routes above [their budget](#budgets)") == "1 of 2"
    handlers = {"earn, 1 lots": Gate(1.51, 9), "earn, 37 lots": Gate(1.5), "earn, 366 lots": Gate(2.1), "rows": Gate(9)}
    assert row_of({"cpu": Section([], handlers, RUN)}, "Handlers whose CPU is above theirs") == "2 of 3"


def test_the_page_begins_with_it_and_has_nothing_of_what_was_not_measured() -> None:
    shown = page(load())
    assert shown.index("# Performance") < shown.index(in_short(load())) < shown.index("## Budgets")
    assert [line for line in in_short({}).splitlines() if line.startswith("| ")] == ["| | | Engine | Made by |"]
