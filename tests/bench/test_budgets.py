"""The page's budgets are DESIGN's, and are met or not by what they are budgets of."""

from __future__ import annotations

import re

import pytest

from tests.bench import causes, cold, cpu
from tests.bench.budgets import DESIGN, NOT_MET, OF_ITS_SIZE, Budget, budgets, judged, met, units_above, verdict
from tests.bench.cases import DECIDES_UNWRITTEN, MANY, PLANNED
from tests.bench.cpu import limit
from tests.bench.figures import Gate, Row, Section, load
from tests.bench.page import page
from tests.unit.budgets.test_apart import OF_THEIR_OWN
from tests.unit.budgets.test_budgets import BUDGETS

EARN = Budget(2, 4, (5, 6))


def row(requests: int = 2, units: int = 4, index_units: int = 2, lots: int = 1) -> Row:
    return {"requests": requests, "write_units": units, "index_units": index_units, "lots": lots}


def test_every_operation_that_is_measured_has_a_row() -> None:
    assert set(DESIGN) == {*BUDGETS, *OF_THEIR_OWN}


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
    """But for requests and units beyond DESIGN's, which the page explains."""
    explained = {name for cause in causes.UNITS for name in cause.of}
    for name, budget in DESIGN.items():
        cost = (BUDGETS | OF_THEIR_OWN)[name]
        found = row(cost.requests, cost.write_units, cost.index_units)
        assert verdict(budget, [found]) in ("yes", "–") or name in explained, name


def test_the_table_has_the_budget_beside_each_figure() -> None:
    table = budgets({"units": load()["units"]})
    assert "| one due account | 2 | 2, 2, 2 | 4 | 4, 4, 8 | 6 | 6, 7, 11 | **no** |" in table
    assert "| undo a transfer | 2 | 3, 3, 3 | 6 | 12, 12, 16 | 7–8 | 14, 14, 18 | **no** |" in table
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
def test_the_gate_lets_pass_by_requests_and_by_what_they_bring_by_the_hundred(
    operation: str, lots: int, requests: int, most: float
) -> None:
    assert limit(operation, lots, requests) == most


def test_whatever_has_a_budget_of_its_own_is_measured() -> None:
    assert {*MANY, *DECIDES_UNWRITTEN} <= {name for name, _ in PLANNED}


def test_what_the_page_says_is_at_most_is_what_the_gate_is_made_of() -> None:
    """Raised another limit? `make bench ONLY=cpu`, which keeps it with the figures."""
    bench = load()
    for one in bench["cpu"].rows:
        name = f"{one['operation']}, {one['lots']} lots"
        assert bench["cpu"].gates[name].limit == limit(one["operation"], one["lots"], one["requests"]), name
    assert {name: gate.limit for name, gate in bench["cold"].gates.items()} == {
        name: cold.asked_for(name) for name in bench["cold"].gates
    }


@pytest.mark.parametrize(
    ("figure", "gate", "shown"),
    [
        ("earn, 37 lots", Gate(1.5, 1.5), "| CPU: earn, 37 lots | 1.5 | – | 1.5 | yes |"),
        ("earn, 37 lots", Gate(1.51, 1.5), "| CPU: earn, 37 lots | 1.5 | – | 1.51 | **no** |"),
        ("earn, 366 lots", Gate(1.51, 2.0), "| CPU: earn, 366 lots | 2 | – | 1.51 | yes |"),
        (
            "statement page, 37 lots",
            Gate(2.15, 4.0),
            "| CPU: statement page, 37 lots | 1.5 | 4, [by the entry](decisions/bench-what-a-budget-is-of.md) | 2.15 | **no** |",
        ),
        (
            "simulate an order by id, 1 lots",
            Gate(1.5, 2.0),
            "| CPU: simulate an order by id, 1 lots | 1.5 | 2, [as if it wrote](decisions/bench-what-a-budget-is-of.md) | 1.5 | yes |",
        ),
    ],
)
def test_a_time_is_met_by_design_and_not_by_what_was_raised_above_it(figure: str, gate: Gate, shown: str) -> None:
    assert shown in budgets({"cpu": Section([], {figure: gate}, {"others": 0.0})}).splitlines()


def test_whatever_is_above_design_has_its_reason_and_plan_on_the_page_raised_or_not() -> None:
    bench = load()
    shown = budgets(bench)
    raised = {name for name, gate in bench["cpu"].gates.items() if gate.limit != cpu.asked_for(name)}
    above = causes.above(bench["cpu"], cpu.asked_for)
    assert raised & above.keys()
    for name, value in above.items():
        operation, lots = name.rsplit(", ", 1)
        lines = [line for line in shown.splitlines() if line.startswith("**Above: ")]
        names = ((line, line.removeprefix("**Above: ").split("; ")) for line in lines)
        [told] = [line for line, of in names if any(name.startswith(f"{operation} (") for name in of)]
        assert f"{value:g} at {lots}" in told
    assert f"**{len(above)} of {len(bench['cpu'].gates)} handlers are above their budget**" in shown


def test_every_row_above_design_says_so_and_has_its_reason_and_plan_or_is_accepted_on_the_page() -> None:
    """Operations at each count of lots, every route and every step: judged here by the numbers that stand in the row."""
    shown = page(load())
    rows = [row for row in load()["units"].rows if judged(row) == NOT_MET]
    assert rows
    reasons = [part for part in shown.split("\n\n") if part.startswith("**Above its budget: ")]
    for row in rows:
        name = row["operation"]
        [told] = [
            part
            for part in reasons
            if name in part.partition(".**")[0].removeprefix("**Above its budget: ").split("; ")
        ]
        assert re.search(r"The plan: |Accepted, ", " ".join(told.split())), name
        at_the_top, further_down = shown.partition("\n## Requests and units")[::2]
        [line] = [line for line in at_the_top.splitlines() if line.startswith(f"| {name} | ")]
        assert line.endswith(f"| {NOT_MET} |"), name
        [line] = [
            line
            for line in further_down.partition("\n## ")[0].splitlines()
            if line.startswith(f"| {name} | {row['lots']} | ")
        ]
        assert line.endswith(f"| {NOT_MET} |"), name


def test_units_of_an_item_that_has_outgrown_its_kilobyte_are_neither_met_nor_refused() -> None:
    earned = {"operation": "earn", **row(2, 6, 1, lots=366)}
    assert (met(earned), met(earned | {"requests": 3}), met(earned | {"write_units": 4})) == (
        OF_ITS_SIZE,
        NOT_MET,
        "yes",
    )
    assert "| earn | 366 | 2 | 6 | 1 | 2 | 2, 4, 5–6 | > 1 KB |" in page(load())


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("evaluate by identifier", (2, 0, 0)),
        ("evaluate, without an account", (2, 0, 0)),
        ("evaluate, in a group", (2, 0, 0)),
        ("record an order, in a group", (3, 6, 3)),
        ("earn, in a group", (3, 4, 1)),
        ("spend, in a group", (3, 4, 1)),
        ("record a first order, enrolling", (2, 12, 5)),
        ("refund with a key", (2, 8, 1)),
        ("transfer with a key", (2, 10, 2)),
        ("join a segment by hand", (2, 8, 2)),
        ("join a segment by a rule, recording an order", (2, 10, 3)),
        ("push to 100 members", (8, 100, 100)),
        ("POST /v1/members/{member_id}/transfers", (2, 8, 3)),
        ("POST /v1/members/{member_id}/holds", (2, 4, 3)),
        ("POST /v1/groups/{group_id}/spends", (3, 4, 1)),
    ],
)
def test_what_design_does_not_add_is_not_added(name: str, why: tuple[int, int, int]) -> None:
    requests, units, index_units = why
    assert judged({"operation": name, **row(requests, units, index_units)}) == NOT_MET
    assert name in units_above(load()["units"])


def test_what_is_done_to_many_is_judged_by_the_member_and_by_the_batch() -> None:
    def found(requests: int, units: int, index_units: int) -> list[str]:
        measured = row(requests, units, index_units)
        return [
            judged({"operation": f"{what} 100 members", **measured}) for what in ("join a segment by hand,", "push to")
        ]

    assert found(4, 100, 100) == ["yes", "yes"]
    assert found(5, 100, 100) == [NOT_MET, NOT_MET]
    assert found(4, 101, 99) == [NOT_MET, NOT_MET]
    assert found(4, 100, 101) == [NOT_MET, "yes"]  # with indexes a push has no budget


def test_a_limit_for_all_and_a_join_come_on_top_of_the_order() -> None:
    for name, units, index_units in (
        ("record an order, limited for all", 8, 4),
        ("record an order, limited for all, under a budget", 10, 4),
        ("join a segment by a rule, recording an order", 7, 5),
    ):
        order = {"operation": name, **row(2, units, index_units)}
        assert judged(order) == "yes", name
        assert judged(order | {"write_units": units + 1, "index_units": 0}) == NOT_MET, name
        assert judged(order | {"index_units": index_units + 1}) == NOT_MET, name


def test_a_route_that_becomes_dearer_than_its_row_is_found() -> None:
    fair = {"operation": "POST /v1/members/{member_id}/spends", **row(2, 4, 2)}
    dear = fair | {"requests": 3}
    assert (judged(fair), judged(dear)) == ("yes", NOT_MET)
    assert f"| {dear['operation']} | 2 | 3 |" in budgets({"units": Section([dear])})


def test_a_route_that_design_does_not_name_is_not_judged() -> None:
    assert judged({"operation": "GET /v1/members", **row(99, 99, 99)}) == "–"
