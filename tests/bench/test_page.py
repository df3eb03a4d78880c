"""docs/performance.md says what bench.json says, and a gate lets through what is as good as it was."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from tests.bench import runs
from tests.bench.figures import FULL, KEPT, ROOT, as_text, compared, load, percentile
from tests.bench.page import FOLDER, PAGE, page, pages, rows_as_table
from tests.bench.run_section import SECTIONS
from tests.bench.verdicts import QUIET, others
from tests.bench.verdicts import SECTIONS as SAID


def test_the_page_and_its_plots_are_what_the_figures_give() -> None:
    """Other figures? `make bench`. Other words? `python -m tests.bench --page`."""
    made = pages(load())
    assert {path: (ROOT / path).read_text("utf-8") for path in made} == made
    there = {file.relative_to(ROOT).as_posix() for file in (ROOT / FOLDER).glob("*.svg")}
    assert there == set(made) - {PAGE}


def test_the_figures_are_kept_as_they_are_written() -> None:
    assert as_text(load()) == (ROOT / KEPT).read_text("utf-8")


def test_every_section_is_explained_and_names_its_engine_and_command() -> None:
    assert set(SAID) == set(SECTIONS)
    for section in load().values():
        assert section.made["engine"]
        assert section.made["command"].startswith("make bench")


def test_what_bench_full_measured_stays_on_the_page_with_its_own_command_beside_a_later_run() -> None:
    plain = load()["imports"]
    full = replace(
        plain, rows=[*plain.rows, plain.rows[-1] | {"lines": 100_000}], made=plain.made | {"command": "THE FULL ONE"}
    )
    shown = page({"imports": plain, "imports-full": full})
    seconds = plain.made["seconds"]
    first, second = (shown.index(f"`{one.made['command']}`, {seconds} s on ") for one in (plain, full))
    assert first < second < shown.index("| 100,000 |")
    assert shown.count("| 10,000 |") == 2


def test_what_a_busy_machine_alone_has_measured_is_not_plotted_and_the_page_says_so() -> None:
    kept = load()["imports"]
    plain = replace(kept, made=kept.made | {"others": 0.0})
    more = [*plain.rows, plain.rows[-1] | {"lines": 100_000}]
    made = plain.made | {"command": "make bench-full ONLY=imports"}
    told = "not plotted until `make bench-full ONLY=imports` has run on an idle one: 100,000 lines."
    for busy, drawn in ((0.2, False), (None, False), (0.19, True)):
        bench = {"imports": plain, "imports-full": replace(plain, rows=more, made=made | {"others": busy})}
        for plot in ("import-rows", "import-memory"):
            assert (">100,000<" in pages(bench)[f"{FOLDER}/{plot}.svg"]) is drawn
        assert (told in page(bench)) is not drawn
        assert "| 100,000 |" in page(bench)


def test_the_larger_of_two_measurements_is_plotted() -> None:
    plain = load()["imports"]
    full = replace(plain, rows=[*plain.rows, plain.rows[-1] | {"lines": 100_000}])
    assert ">100,000<" in pages({"imports": plain, "imports-full": full})[f"{FOLDER}/import-rows.svg"]


def test_every_section_and_every_plot_tells_the_run_that_its_figures_are_of() -> None:
    bench = load()
    shown, drawn = page(bench), pages(bench)
    for name, section in bench.items():
        made, title = section.made, SAID[name.removesuffix(FULL)][0]
        [line] = [line for line in shown.splitlines() if line.startswith(f"| {title} | `{made['command']}` | ")]
        assert made["day"] in line
        assert made["machine"] in line
        assert f" | {made['others']:g} | " in line
    full, plain = bench["imports" + FULL].made, bench["imports"].made
    for plot in ("import-rows", "import-memory"):
        larger = full["others"] < QUIET or plain["others"] >= QUIET
        shown_of, other = (full, plain) if larger else (plain, full)
        assert f"{shown_of['command']}, {shown_of['day']}" in drawn[f"{FOLDER}/{plot}.svg"]
        assert f"{other['command']}, " not in drawn[f"{FOLDER}/{plot}.svg"]
    assert shown.count("Plotted: `") == len({"cpu", "cold", "crowds", "imports", "packaged"})


def test_the_table_of_runs_has_the_commit_of_each_and_none_where_none_was_kept() -> None:
    packaged = load()["packaged"]
    of = {name: value for name, value in packaged.made.items() if name != "commit"}
    for made, told in (
        ({"commit": "abc1234, with changes"}, "abc1234, with changes"),
        ({"commit": None}, "–"),
        ({}, "–"),
    ):
        shown = page({"packaged": replace(packaged, made=of | made)})
        assert f"| {of['machine']} | {told} | {of['others']:g} | " in shown


def test_a_plot_of_a_busy_machine_says_so() -> None:
    bench = load()
    for busy, said in (
        (0.0, "on an idle machine"),
        (1.3, "others' work on 1.3 processors: rough"),
        (None, "nobody knows"),
    ):
        made = replace(bench["packaged"], made=bench["packaged"].made | {"others": busy})
        assert said in html.unescape(pages({"packaged": made})[f"{FOLDER}/packaged.svg"])
        assert f"Plotted: `make bench ONLY=packaged`, {made.made['day']}, " in page({"packaged": made})


def test_counts_are_not_rough_whatever_else_the_machine_did() -> None:
    units = load()["units"]
    shown = page({"units": replace(units, made=units.made | {"others": 1.9})})
    assert "which changes no count" in shown
    assert ": rough" not in shown
    assert "are rough" not in shown


@pytest.mark.parametrize(
    ("busy", "said"), [(0.1, "0.1 processors busy meanwhile."), (1.3, "ratios are rough"), (None, "is not known")]
)
def test_the_page_says_whether_others_kept_the_machine_busy(busy: float | None, said: str) -> None:
    assert said in others(busy)


def test_what_is_plotted_names_its_engine_on_the_plot_itself() -> None:
    packaged = load()["packaged"]
    made = replace(packaged, made=packaged.made | {"engine": "AN ENGINE"})
    assert ">Engine: AN ENGINE<" in pages({"packaged": made})[f"{FOLDER}/packaged.svg"]


def test_handlers_ask_for_as_much_as_is_counted() -> None:
    """Not any more? `make bench ONLY=cpu` on an idle machine."""
    bench = load()
    assert {(row["operation"], row["lots"]) for one in ("units", "cpu") for row in bench[one].rows} >= {("earn", 37)}
    assert list(runs.stale(bench)) == []


def test_a_handler_that_asked_for_more_than_is_counted_now_is_marked() -> None:
    bench = load()
    rows = [
        row | {"requests": 9} if (row["operation"], row["lots"]) == ("earn", 37) else row for row in bench["cpu"].rows
    ]
    marked = bench | {"cpu": replace(bench["cpu"], rows=rows)}
    assert "**Stale: earn, 37 lots.** Measured with 9 requests, and 2 are counted now." in page(marked)
    assert "**Stale: " not in page({"cpu": marked["cpu"]})


def test_a_ratio_is_what_the_figures_beside_it_give_and_its_spread_holds_it() -> None:
    found = compared([2.0, 4.0, 3.0], [1.0, 1.0, 2.0])
    assert (found.ours, found.other, found.ratio, found.spread) == (3.0, 1.0, 3.0, "1.50–4.00")


def test_kept_ratios_are_those_of_the_kept_medians() -> None:
    for row in load()["cpu"].rows:
        assert row["ratio"] == round(row["handler_ms"] / row["bare_ms"], 2), row


def test_a_table_has_a_column_for_each_figure() -> None:
    table = rows_as_table([{"a": "x", "b": 1234, "c": 0.5}, {"a": "y", "b": True}], {"a": "A", "b": "B", "c": "C"})
    assert table.splitlines() == ["| A | B | C |", "| --- | --: | --: |", "| x | 1,234 | 0.5 |", "| y | yes | – |"]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.5) == 7
