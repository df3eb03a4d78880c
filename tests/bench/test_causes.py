"""What is said of budgets that are not met follows from the figures: how many, which, and for each of them why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.bench import causes, cold
from tests.bench.budgets import DESIGN, budgets, units_above
from tests.bench.cases import PLANNED
from tests.bench.cpu import asked_for
from tests.bench.figures import Bench, Gate, Section, load
from tests.bench.routes_judged import ROUTES_JUDGED

IDLE = {"others": 0.0}


def cpu(**others: float) -> Section:
    """All within their budgets, but for those given."""
    gates = {f"{name}, {lots} lots": Gate(1.0, 1.5) for name, lots in PLANNED}
    return Section([], gates | {name: Gate(value, 1.5) for name, value in others.items()}, IDLE)


def refused(shown: str) -> set[str]:
    """Rows of the page's tables whose budget is not met."""
    return {line.split(" | ")[0].removeprefix("| ") for line in shown.splitlines() if line.endswith("| **no** |")}


def explained(shown: str) -> str:
    return " ".join(re.findall(r"^\*\*Above.*?\*\*|^\*\*Cold.*?\*\*", shown, re.MULTILINE))


def test_every_handler_that_is_measured_has_a_cause_and_no_other() -> None:
    """So that whichever is above its budget on some machine, the page says why."""
    named = [name for cause in causes.CPU for name in cause.of]
    assert sorted(named) == sorted({name for name, _ in PLANNED})


def test_a_cause_has_a_plan_or_is_accepted_with_the_reason() -> None:
    for cause in (*causes.UNITS, *causes.COLD, *causes.CPU):
        said = " ".join(cause.said.split())
        reason = re.search(r"Accepted, (because|for) ", said)
        assert ("The plan: " in said, reason is not None) == (not cause.accepted, cause.accepted), cause.of
        assert "none" not in said.partition("The plan: ")[2], cause.of


PARTS = "half|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|twelfth|sixteenth|twentieth|hundredth|millisecond|percent"
FIGURE = re.compile(rf"\b(?:{PARTS})s?\b|\b\d|%")


def test_a_cause_has_no_figure_that_no_command_makes() -> None:
    """Which ones there are follows from the figures; beside them stand words."""
    said = [cause.said for cause in (*causes.UNITS, *causes.COLD, *causes.CPU)]
    section = replace(cpu(**{"earn, 1 lots": 1.7}), made={"others": 0.0})
    _, led_to, *_ = causes.cpu_above(section)
    assert led_to.startswith("Profiles ")
    assert [found[0] for text in (*said, led_to) for found in FIGURE.finditer(text)] == []


@pytest.mark.parametrize(
    "text",
    ["a sixth of it", "more than half is", "about a millisecond", "two thirds", "12 % of it", "a twentieth", "0.3"],
)
def test_a_figure_is_found_however_it_is_said(text: str) -> None:
    assert FIGURE.search(text)


def test_where_all_are_met_no_cause_is_told() -> None:
    assert list(causes.cpu_above(cpu())) == []


def test_one_that_is_above_is_counted_and_named_with_its_cause_alone() -> None:
    shown = "\n".join(causes.cpu_above(cpu(**{"earn, 37 lots": 1.7})))
    assert f"**1 of {len(PLANNED)} handlers are above their budget**" in shown
    assert f"**Like for like, 0 of {len(PLANNED)} are**" in shown
    assert explained(shown) == "**Above: earn (1.7 at 37 lots).**"
    assert "was not idle" not in shown


def test_who_is_above_by_a_client_that_validates_nothing_is_counted_and_named_as_well() -> None:
    rows = [
        {"operation": "earn", "lots": 1, "ratio_unchecked": 1.51},
        {"operation": "hold", "lots": 37, "ratio_unchecked": 1.5},
        {"operation": "spend", "lots": 366, "ratio_unchecked": 2.25},
        {"operation": "balance", "lots": 366, "ratio_unchecked": 2.0},
    ]
    shown = "\n".join(causes.cpu_above(replace(cpu(), rows=rows)))
    assert f"**0 of {len(PLANNED)} handlers are above" in shown
    assert f"**Like for like, 2 of {len(PLANNED)} are**" in shown
    assert "namely earn at 1 lots (1.51); spend at 366 lots (2.25)." in shown


def test_both_counts_of_the_kept_figures_are_those_of_their_columns() -> None:
    section = load()["cpu"]
    for column, said in (("ratio", "**{} of 69 handlers"), ("ratio_unchecked", "**Like for like, {} of 69 are**")):
        above = sum(row[column] > (1.5 if row["lots"] < 366 else 2) for row in section.rows)
        assert said.format(above).replace("69", str(len(section.rows))) in "\n".join(causes.cpu_above(section))


def test_what_was_measured_beside_others_is_said_to_be_rough() -> None:
    above = cpu(**{"earn, 1 lots": 1.7})
    for busy in (None, 1.5):
        assert "was not idle" in "\n".join(causes.cpu_above(Section([], above.gates, {"others": busy})))


def test_every_budget_of_the_kept_figures_that_is_not_met_has_its_cause_and_every_cause_one() -> None:
    bench: Bench = load()
    shown = budgets(bench)
    told = explained(shown)
    for row in refused(shown):
        operation = re.sub(r"^CPU: |, \d+ lots$", "", row)
        assert operation in told, row
    handlers, imports = causes.above(bench["cpu"], asked_for), causes.above(bench["cold"], cold.asked_for)
    assert len(refused(shown)) == len(handlers) + len(imports) + len(units_above(bench["units"]))
    assert (f"**{len(handlers)} of " in shown) == bool(handlers)


def test_an_operation_of_too_many_units_has_its_cause() -> None:
    named = [name for cause in causes.UNITS for name in cause.of]
    assert sorted(units_above(load()["units"])) == sorted(named)
    assert set(named) <= DESIGN.keys() | ROUTES_JUDGED.keys()


def test_the_import_of_the_api_has_its_cause() -> None:
    section = Section([], {"import of api_handler": Gate(1.4, 1.3), "import of relay": Gate(2.0)}, IDLE)
    assert (
        explained("\n".join(causes.cold_above(section))) == "**Cold import above its budget: import of api_handler.**"
    )
    assert list(causes.cold_above(Section([], {"import of api_handler": Gate(1.3, 1.3)}, IDLE))) == []
