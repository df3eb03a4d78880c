"""docs/performance.md says what bench.json says, and a gate lets through what is as good as it was."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.bench.figures import KEPT, ROOT, Gate, Section, as_text, load, percentile
from tests.bench.gate import worse
from tests.bench.page import FOLDER, PAGE, page, pages, rows_as_table
from tests.bench.plots import bars, lines, nice_ticks
from tests.bench.run_section import SECTIONS
from tests.bench.verdicts import SECTIONS as SAID


def test_the_page_and_its_plots_are_what_the_figures_give() -> None:
    """Other figures? `make bench`. Other words? `python -m tests.bench --page`."""
    made = pages(load())
    assert {path: (ROOT / path).read_text("utf-8") for path in made} == made
    there = {file.relative_to(ROOT).as_posix() for file in (ROOT / FOLDER).glob("*.svg")}
    assert there == set(made) - {PAGE}


def test_the_figures_are_kept_as_they_are_written() -> None:
    assert as_text(load()) == KEPT.read_text("utf-8")


def test_every_section_is_explained_and_names_its_engine_and_command() -> None:
    assert set(SAID) == set(SECTIONS)
    for section in load().values():
        assert section.made["engine"]
        assert section.made["command"].startswith("make bench")


def test_a_section_that_was_not_measured_says_how_to() -> None:
    assert page({}).count("Not measured yet: `make bench ONLY=") == len(SECTIONS)


def test_a_table_has_a_column_for_each_figure() -> None:
    table = rows_as_table([{"a": "x", "b": 1234, "c": 0.5}, {"a": "y", "b": True}], {"a": "A", "b": "B", "c": "C"})
    assert table.splitlines() == ["| A | B | C |", "| --- | --: | --: |", "| x | 1,234 | 0.5 |", "| y | yes | – |"]


@pytest.mark.parametrize(
    ("kept", "now", "fails"),
    [
        (Gate(1.0), Gate(1.25), False),
        (Gate(1.0), Gate(1.26), True),
        (Gate(1.4, 1.5), Gate(1.57, 1.5), False),
        (Gate(1.4, 1.5), Gate(1.58, 1.5), True),
        (Gate(1.8, 1.5), Gate(2.2, 1.5), False),
        (Gate(6, 6, exact=True), Gate(7, 6, exact=True), True),
        (Gate(6, 6, exact=True), Gate(5, 6, exact=True), False),
        (None, Gate(1.4, 1.5), False),
        (None, Gate(1.6, 1.5), True),
        (None, Gate(9.0), False),
    ],
)
def test_what_is_worse_than_it_was_or_than_its_budget_is_named(kept: Gate | None, now: Gate, *, fails: bool) -> None:
    before = None if kept is None else Section([], {"it": kept})
    found = worse(before, Section([], {"it": now}))
    assert [sentence.startswith(f"it is {now.value:g}, at most") for sentence in found] == [True] * fails


def test_a_figure_that_is_gone_is_named_where_the_same_command_once_gave_it() -> None:
    kept = Section([], {"it": Gate(1)}, {"command": "make bench ONLY=cpu"})
    assert worse(kept, Section([], {}, {"command": "make bench ONLY=cpu"})) == ["it is not measured any more"]
    assert worse(kept, Section([], {}, {"command": "make bench-full ONLY=cpu"})) == []


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.5) == 7


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(1.96, [0, 0.5, 1, 1.5, 2]), (7, [0, 1, 2, 3, 4, 5, 6, 7]), (130, [0, 20, 40, 60, 80, 100, 120, 140])],
)
def test_an_axis_reaches_the_largest_value_in_round_steps(most: float, ticks: list[float]) -> None:
    assert nice_ticks(most) == ticks


def test_a_plot_is_sound_xml_with_every_name_and_the_units() -> None:
    drawn = [
        bars("A & B", "times", {"<one>": 1.0, "two": 2.0}, {"two": 1.5}),
        lines("Growth", "members", "ms", {"twin": [(10, 1.0), (1000, 1.1)], "engine": [(10, 4.0), (1000, 4.0)]}),
    ]
    said = [{one.text for one in ET.fromstring(text).iter() if one.text} for text in drawn]  # noqa: S314 (ours)
    assert {"A & B", "times", "<one>", "two", "1", "2"} <= said[0]
    assert {"Growth", "members", "ms", "twin", "engine", "10", "1,000"} <= said[1]
