"""What `make bench CHECK=1` lets through, and that no number of runs makes it let more through."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.__main__ import accept, keep
from tests.bench.baseline import BASELINE, load_baseline
from tests.bench.figures import KEPT, Gate, Section, load
from tests.bench.gate import worse

NAME = "earn, 1 lots"


def cpu(value: float, others: float | None = 0.0, **gates: Gate) -> Section:
    made = {"engine": "none", "command": "make bench ONLY=cpu", "machine": "one", "day": "2026-11-22", "seconds": 1}
    return Section([], {NAME: Gate(value, 1.5), **gates}, made | {"others": others})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout without any figure: plots are of sections that have rows, so none is drawn."""
    (tmp_path / "docs" / "performance").mkdir(parents=True)
    return tmp_path


def best(root: Path) -> float | None:
    return load_baseline(root).get("cpu", {}).get(NAME)


def told(root: Path, section: Section) -> list[str]:
    return worse(load_baseline(root).get("cpu", {}), section)


@pytest.mark.parametrize(
    ("best", "now", "fails"),
    [
        (1.0, Gate(1.25, 1.5), False),
        (1.0, Gate(1.26, 1.5), True),
        (1.0, Gate(1.25), False),
        (1.0, Gate(1.26), True),
        (1.4, Gate(1.57, 1.5), False),
        (1.4, Gate(1.58, 1.5), True),
        (1.8, Gate(1.89, 1.5), False),
        (1.8, Gate(1.9, 1.5), True),
        (6, Gate(7, 6, exact=True), True),
        (6, Gate(6, 6, exact=True), False),
        (6, Gate(5, 6, exact=True), False),
        (None, Gate(1.4, 1.5), False),
        (None, Gate(1.6, 1.5), True),
        (0.5, Gate(1.9, 2.0, timed=True), False),
        (0.5, Gate(2.1, 2.0, timed=True), True),
        (None, Gate(9.0), False),
    ],
)
def test_what_is_worse_than_the_best_or_than_its_budget_is_named(best: float | None, now: Gate, *, fails: bool) -> None:
    found = worse({} if best is None else {"it": best}, Section([], {"it": now}))
    assert [sentence.startswith(f"it is {now.value:g}, at most") for sentence in found] == [True] * fails


def test_a_figure_that_grows_by_a_twentieth_with_each_run_is_told_from_the_second_on(root: Path) -> None:
    for run, value in enumerate((2.0, 2.1, 2.2, 2.3)):
        assert told(root, cpu(value)) == (
            [f"{NAME} is 2, at most 1.5"] if run == 0 else [] if run == 1 else [f"{NAME} is {value:g}, at most 2.1"]
        )
        keep("cpu", cpu(value), root)
        assert best(root) == 2.0
    assert load(root / KEPT)["cpu"].gates[NAME].value == 2.3


def test_a_ratio_without_a_budget_does_not_creep_either(root: Path) -> None:
    for value in (2.0, 2.4, 2.5):
        keep("cpu", cpu(1.0, rows=Gate(value)), root)
    assert told(root, cpu(1.0, rows=Gate(2.6))) == ["rows is 2.6, at most 2.5"]


def test_what_is_better_is_the_baseline_from_then_on(root: Path) -> None:
    keep("cpu", cpu(2.0), root)
    keep("cpu", cpu(1.6), root)
    keep("cpu", cpu(1.7), root)
    assert best(root) == 1.6


@pytest.mark.parametrize("spread", ["0.94–1.33", "1.00–1.26", "1.20–6.00"])
def test_what_was_good_luck_is_no_baseline(root: Path, spread: str) -> None:
    keep("cpu", cpu(1.31), root)
    lucky = Gate(0.97, 1.5, spread=spread)
    keep("cpu", cpu(1.0, 0.0, **{NAME: lucky, "never measured before": lucky}), root)
    assert load_baseline(root)["cpu"] == {NAME: 1.31}
    assert load(root / KEPT)["cpu"].gates[NAME] == lucky


def test_rounds_that_agree_lower_it_and_whoever_means_it_accepts_others_too(root: Path) -> None:
    keep("cpu", cpu(1.31), root)
    for value, spread, kept in ((1.2, "1.00–1.25", 1.2), (1.1, "1.00–1.90", 1.2)):
        keep("cpu", cpu(1.0, 0.0, **{NAME: Gate(value, 1.5, spread=spread)}), root)
        assert best(root) == kept
    assert accept(["cpu"], root) == []
    assert best(root) == 1.1


@pytest.mark.parametrize("others", [0.2, 1.6, None])
def test_what_was_measured_beside_others_is_no_baseline_however_good_it_is(root: Path, others: float | None) -> None:
    keep("cpu", cpu(1.9, others), root)
    assert best(root) is None
    keep("cpu", cpu(2.0, 0.19), root)
    keep("cpu", cpu(1.2, others), root)
    assert best(root) == 2.0
    (sentence,) = accept(["cpu"], root)
    assert NAME in sentence
    assert best(root) == 2.0


def test_a_count_is_the_same_on_any_machine(root: Path) -> None:
    for number in (7, 6, 8):
        keep("cpu", cpu(1.0, 1.6, requests=Gate(number, exact=True)), root)
    assert load_baseline(root)["cpu"] == {"requests": 6}
    assert told(root, cpu(1.0, 1.6, requests=Gate(7, exact=True))) == ["requests is 7, at most 6"]


def test_whoever_means_it_says_so_and_then_what_is_kept_counts(root: Path) -> None:
    keep("cpu", cpu(2.0, gone=Gate(1.0)), root)
    keep("feed", cpu(1.1), root)
    keep("cpu", cpu(2.4), root)
    assert told(root, cpu(2.4)) == [f"{NAME} is 2.4, at most 2.1", "gone is not measured any more"]
    assert accept(["feed"], root) == []
    assert best(root) == 2.0
    assert accept(["cpu"], root) == []
    assert load_baseline(root) == {"cpu": {NAME: 2.4}, "feed": {NAME: 1.1}}
    assert told(root, cpu(2.4)) == []


def test_what_bench_full_measured_has_a_baseline_of_its_own(root: Path) -> None:
    keep("cpu", cpu(2.0), root)
    keep("cpu-full", cpu(1.5), root)
    keep("cpu-full", cpu(1.9), root)
    assert accept(["cpu"], root) == []
    assert load_baseline(root) == {"cpu": {NAME: 2.0}, "cpu-full": {NAME: 1.9}}


def test_the_baseline_in_the_tree_has_every_count_that_is_kept_and_none_that_is_gone() -> None:
    kept, there = load(), load_baseline()
    assert json.dumps(there, indent=1, sort_keys=True, ensure_ascii=False) + "\n" == (
        Path(__file__).resolve().parents[2] / BASELINE
    ).read_text("utf-8")
    for name, section in kept.items():
        counts = {figure for figure, gate in section.gates.items() if gate.exact}
        assert counts <= there.get(name, {}).keys() <= section.gates.keys()
