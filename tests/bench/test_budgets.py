"""The page's budgets are DESIGN's, and are met or not by what they are budgets of."""

from __future__ import annotations

import pytest

from tests.bench.budgets import DESIGN, Budget, budgets, verdict
from tests.bench.cases import DECIDES_UNWRITTEN, MANY, PLANNED
from tests.bench.cpu import limit
from tests.bench.figures import Row, load
from tests.unit.budgets.test_budgets import BUDGETS

EARN = Budget(2, 4, (5, 6))


def row(requests: int = 2, units: int = 4, index_units: int = 2, lots: int = 1) -> Row:
    return {"requests": requests, "write_units": units, "index_units": index_units, "lots": lots}


def test_every_operation_that_is_measured_has_a_row() -> None:
    assert set(DESIGN) == set(BUDGETS)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (row(), "yes"),
        (row(requests=1), "yes"),
        (row(requests=3), "**no**"),
        (row(units=5, index_units=0), "**no**"),
        (row(index_units=3), "**no**"),
        (row(units=6, index_units=3, lots=366), "yes"),
        (row(requests=3, lots=366), "**no**"),
    ],
)
def test_units_are_judged_with_indexes_up_to_a_kilobyte_and_requests_always(found: Row, said: str) -> None:
    assert verdict(EARN, [row(), found]) == said


def test_where_design_has_no_budget_none_is_met() -> None:
    assert verdict(None, [row()]) == "–"


def test_what_tests_hold_an_operation_to_is_within_its_budget() -> None:
    """But for requests and units beyond DESIGN's, which the page names."""
    for name, budget in DESIGN.items():
        cost = BUDGETS[name]
        found = row(cost.requests, cost.write_units, cost.index_units)
        assert verdict(budget, [found]) in ("yes", "–"), name


def test_the_table_has_the_budget_beside_each_figure() -> None:
    table = budgets({"units": load()["units"]})
    assert "| one due account | 2 | 2, 2, 2 | 4 | 4, 4, 8 | 6–7 | 6, 7, 11 | yes |" in table
    assert "| enrol | no budget | 2, 2, 2 |" in table


@pytest.mark.parametrize(
    ("operation", "lots", "requests", "most"),
    [
        ("earn", 1, 2, 1.5),
        ("earn", 37, 2, 1.5),
        ("earn", 366, 2, 2.0),
        ("simulate an order by id", 37, 1, 2.0),
        ("simulate an order by identifier", 1, 2, 1.75),
        ("simulate an order by id", 366, 1, 3.0),
        ("statement page", 37, 1, 4.0),
        ("statement page", 366, 1, 4.5),
        ("proof of an account", 37, 2, 3.35),
        ("relay 100 entries", 1, 3, 4.83),
    ],
)
def test_cpu_is_judged_by_requests_and_by_what_they_bring_by_the_hundred(
    operation: str, lots: int, requests: int, most: float
) -> None:
    assert limit(operation, lots, requests) == most


def test_whatever_has_a_budget_of_its_own_is_measured() -> None:
    assert {*MANY, *DECIDES_UNWRITTEN} <= {name for name, _ in PLANNED}
