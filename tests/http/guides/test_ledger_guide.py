"""docs/guides/ledger.md is true: its examples are run, its tables made anew, and whoever changes a figure of it is told."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from chalicelib.areas.accounts.model import limits
from chalicelib.areas.accounts.model.wallet import CAME, WENT
from chalicelib.flows.undo_kinds import KINDS
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.table.items import MAX_BODY_BYTES
from tests.http.guides.ledger import play, steps_of, table_behind
from tests.http.guides.ledger_tables import last_day, movements, returned, undone

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "ledger.md").read_text("utf-8")
MARKS = {
    *("shop", "wallet", "expiring", "statement", "states", "liability"),
    *("movements", "expiry", "returns", "kinds", "used", "limits"),
}
PICKS = 12


def test_every_example_of_the_guide_comes_to_what_it_shows() -> None:
    assert play(GUIDE) >= 70


def test_the_guide_s_marks_are_known_and_have_their_tables() -> None:
    there = [step for step in steps_of(GUIDE) if step.mark != "call"]
    assert {step.mark for step in there} == MARKS
    assert [step.line for step in there if (step.mark == "shop") == bool(step.text)] == []
    assert len(there) == GUIDE.count("<!-- ")
    calls = [step for step in steps_of(GUIDE) if step.mark == "call"]
    assert len(calls) == GUIDE.count("```http")


def figures() -> list[tuple[int, int]]:
    """Where the figures stand of answers and of tables that an example is judged by."""
    shown: list[tuple[int, int]] = []
    for found in re.finditer(
        r"^```http\n.*?\n\n(.*?)^```\n|^<!-- (?:wallet|expiring|statement|states|liability)[^\n]*\n\n(.*?)\n\n",
        GUIDE,
        re.MULTILINE | re.DOTALL,
    ):
        part = 1 if found[1] is not None else 2
        shown += [
            (found.start(part) + number.start(), found.start(part) + number.end())
            for number in re.finditer(r"(?<![\w-])\d+(?![\w:])", found[part])
        ]
    return shown


def test_there_are_figures_to_change() -> None:
    assert len(figures()) > 150


@pytest.mark.parametrize("seed", range(PICKS))
def test_a_figure_that_is_changed_is_told(seed: int) -> None:
    start, end = Random(seed).choice(figures())
    changed = f"{GUIDE[:start]}{int(GUIDE[start:end]) + 1}{GUIDE[end:]}"
    with pytest.raises(AssertionError, match=r"^line \d+: "):
        play(changed)


# --- tables of what is so in general -----------------------------------------------------------------------------------------


def rows(mark: str) -> tuple[tuple[str, ...], ...]:
    return table_behind(GUIDE, mark).rows


def test_every_kind_of_movement_does_what_the_guide_says() -> None:
    assert [(kind, totals, balance) for kind, _, totals, balance in rows("movements")] == list(movements())


@pytest.mark.parametrize("row", rows("expiry"), ids=lambda row: row[0])
def test_the_guide_s_last_days_are_those_that_points_get(row: tuple[str, str]) -> None:
    assert last_day(row[0]) == row[1]


@pytest.mark.parametrize("row", rows("returns"), ids=lambda row: row[0])
def test_the_guide_s_returns_take_what_it_says(row: tuple[str, ...]) -> None:
    assert returned(row[0]) == row[1:]


@pytest.mark.parametrize("row", rows("used"), ids=lambda row: row[0])
def test_the_guide_s_cancellations_take_what_it_says(row: tuple[str, ...]) -> None:
    assert undone(row[0]) == row[1:]


def test_the_guide_knows_every_kind_that_can_be_undone() -> None:
    assert sorted(row[0] for row in rows("kinds")) == sorted(kind.type for kind in KINDS)


def test_the_guide_s_equation_is_the_wallet_s() -> None:
    (told,) = re.findall(r"^```\n(earned.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    came, _, rest = told.partition("=")
    assert set(re.findall(r"\w+", came)) == set(CAME)
    assert set(re.findall(r"\w+", rest)) == {"available", "held", *WENT}


def test_the_guide_s_limits_are_those_of_the_code_and_each_is_tried() -> None:
    known = {name: value for name, value in vars(limits).items() if name.startswith("MAX_")}
    known |= {"MAX_AMOUNT": MAX_AMOUNT, "MAX_BODY_BYTES": MAX_BODY_BYTES}
    assert {name: int(much) for name, much, _, _ in rows("limits")} == known
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [tried for *_, tried in rows("limits") if f"def {tried}(" not in tests] == []
