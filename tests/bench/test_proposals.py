"""What is accepted above a budget is listed as a change of DESIGN's row; what is planned to become less is not."""

from __future__ import annotations

from tests.bench import causes
from tests.bench.budgets import DESIGN, units_above
from tests.bench.design_rows import ROW_OF
from tests.bench.figures import Row, Section, load
from tests.bench.page import page
from tests.bench.proposals import proposed
from tests.bench.routes_judged import ROUTES_JUDGED


def row(operation: str, lots: int, requests: int, units: int, index_units: int) -> Row:
    measured = {"requests": requests, "write_units": units, "index_units": index_units}
    return {"operation": operation, "lots": lots} | measured


def listed(*rows: Row) -> list[str]:
    shown = "\n".join(proposed({"units": Section(list(rows), {}, {})}))
    return [line for line in shown.splitlines() if line.startswith("| ")][1:]


def test_what_is_accepted_would_be_asked_for_as_it_is_measured() -> None:
    name = "record a first order, enrolling"
    assert listed(row(name, 1, 2, 12, 4), row(name, 37, 2, 12, 5), row(name, 366, 2, 20, 9)) == [
        f"| *record an order* | {name} | 2, 6, 8–10 | 2, 12, 17 |"
    ]


def test_what_takes_less_than_it_may_keeps_its_budget() -> None:
    assert listed(row("cancel a promise", 1, 2, 4, 5)) == [
        "| *undo, capture* | cancel a promise | 2, 6, 7–8 | 2, 6, 9 |"
    ]


def test_what_is_not_asked_for_is_not_proposed_either() -> None:
    assert listed(row("push to 100 members", 1, 8, 100, 100)) == [
        "| *push to N members* | push to 100 members | 4, 100, – | 8, 100, – |"
    ]


def test_what_nothing_is_said_of_is_not_proposed() -> None:
    assert listed(row("earn, waiting for an order", 1, 3, 4, 1)) == []


def test_what_is_within_its_budget_is_not_proposed() -> None:
    assert listed(row("refund with a key", 1, 2, 6, 1)) == []
    assert list(proposed({})) == []


def test_every_accepted_row_of_the_kept_figures_is_on_the_page_with_its_row_of_design() -> None:
    shown, planned = page(load()), {name for cause in causes.UNITS if not cause.accepted for name in cause.of}
    for name in set(units_above(load()["units"])) - planned:
        operation = ROUTES_JUDGED.get(name, name)
        assert shown.count(f"\n| *{ROW_OF[operation]}* | {name} | ") == 1
    assert ROW_OF.keys() == {name for name, budget in DESIGN.items() if budget is not None}
