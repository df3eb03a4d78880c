""".ci/run times each step by itself, installation among them, says when all of them took too long, and keeps what the last
pass took; `make times` puts that on the pages that tell it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import times

ROOT = Path(__file__).resolve().parents[2]
STEPS = ["install", "check", "test", "engine", "e2e"]


def ci(place: Path, make: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Of a checkout that has nothing but it, with a `make` of the test's own."""
    (place / ".ci").mkdir(exist_ok=True)
    shutil.copy(ROOT / ".ci" / "run", place / ".ci" / "run")
    (place / "make").write_text(f"#!/bin/sh\n{make}\n", encoding="ascii")
    (place / "make").chmod(0o755)
    known = {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}", **environment}
    run = [str(place / ".ci" / "run")]
    return subprocess.run(run, env=known, capture_output=True, text=True, check=False)  # noqa: S603 (ours)


def test_each_step_is_timed_by_itself_and_all_together(tmp_path: Path) -> None:
    run = ci(tmp_path, 'echo "making $1"')
    lines = run.stdout.splitlines()
    assert [line.removeprefix("making ") for line in lines[::2][: len(STEPS)]] == STEPS
    assert [line.partition(":")[0] for line in lines[1::2][: len(STEPS)]] == [f"-- make {step}" for step in STEPS]
    assert lines[-1].startswith("-- together: ")
    assert run.returncode == 0


def test_more_than_it_was_allowed_is_a_failure_that_says_so(tmp_path: Path) -> None:
    run = ci(tmp_path, "true", CI_SECONDS="-1")
    assert run.returncode == 1
    assert "That is more than the -1 s that it may take." in run.stderr
    assert run.stdout.splitlines()[-1].startswith("-- together: ")


def test_no_more_than_it_may_take_is_none(tmp_path: Path) -> None:
    run = ci(tmp_path, "true", CI_SECONDS="3600")
    assert (run.returncode, run.stderr) == (0, "")


def test_twenty_minutes_are_the_limit() -> None:
    assert "CI_SECONDS:-1200" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_a_step_that_fails_ends_it(tmp_path: Path) -> None:
    run = ci(tmp_path, '[ "$1" != test ]')
    assert run.returncode != 0
    assert "-- make check" in run.stdout
    assert "-- make test" not in run.stdout
    assert "together" not in run.stdout


def record(place: Path) -> times.Pass:
    return times.read(place / times.RECORD)


def test_a_pass_keeps_what_it_took(tmp_path: Path) -> None:
    ci(tmp_path, "true")
    kept = record(tmp_path)
    assert list(kept.steps) == STEPS
    assert kept.total == sum(kept.steps.values())
    assert kept.cores == os.cpu_count()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", kept.day)


def test_it_knows_whether_anything_was_installed_before(tmp_path: Path) -> None:
    ci(tmp_path, "mkdir -p .venv")
    assert record(tmp_path).bare
    ci(tmp_path, "true")
    assert not record(tmp_path).bare


def test_a_pass_that_took_too_long_is_kept_and_one_that_failed_is_not(tmp_path: Path) -> None:
    ci(tmp_path, "true", CI_SECONDS="-1")
    kept = (tmp_path / times.RECORD).read_text("utf-8")
    (tmp_path / times.RECORD).write_text("the pass before", "utf-8")
    ci(tmp_path, '[ "$1" != e2e ]')
    assert (tmp_path / times.RECORD).read_text("utf-8") == "the pass before"
    assert json.loads(kept)["total"] >= 0


MADE_UP = times.Pass("2031-02-03", 8, False, dict(zip(STEPS, (1, 2, 1_234, 4, 5), strict=True)), 1_246)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Twins of those that tell it."""
    for name in times.PAGES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_what_the_last_pass_took_is_put_on_both_pages(pages: Path) -> None:
    assert times.put_down(pages, MADE_UP) == ["CONTRIBUTING.md", "README.md"]
    how_long, readme = ((pages / name).read_text("utf-8") for name in times.PAGES)
    assert "The last pass, with everything installed, on 8 cores on 2031-02-03:" in how_long
    assert how_long.endswith(
        "| `make test` | 1,234 |\n| `make engine` | 4 |\n| `make e2e` | 5 |\n| together | 1,246 |\n"
    )
    assert "1,234 s on 8 cores on 2031-02-03 |" in readme
    assert "The last pass took 1,246 s on 8 cores on 2031-02-03:" in readme
    assert times.put_down(pages, MADE_UP) == []
    times.put_down(pages, told())
    assert [(pages / name).read_text("utf-8") for name in times.PAGES] == [
        (ROOT / name).read_text("utf-8") for name in times.PAGES
    ]


def test_a_page_without_a_place_for_it_leaves_both_as_they_were(pages: Path) -> None:
    (pages / "README.md").write_text("# Another\n", "utf-8")
    before = (pages / "CONTRIBUTING.md").read_text("utf-8")
    with pytest.raises(times.TimesError, match="There are 0 places for"):
        times.put_down(pages, MADE_UP)
    assert (pages / "CONTRIBUTING.md").read_text("utf-8") == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"day": "2031-02-03"}'])
def test_a_record_that_is_none_is_told_so(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "ci.json"
    if text:
        record.write_text(text, "utf-8")
    assert times.main(["--record", str(record)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{record} is not what .ci/run writes" if text else f"There is no {record}: run .ci/run")


def told() -> times.Pass:
    """What CONTRIBUTING.md says of the last pass."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## How long the house takes")[2]
    ((began, cores, day),) = re.findall(r"The last pass, ([a-z ]+), on (\d+) cores on (\d{4}-\d\d-\d\d):", page)
    seconds = {
        step: int(took.replace(",", ""))
        for step, took in re.findall(r"^\| `make (\w+)` \| ([\d,]+) \|$", page, re.MULTILINE)
    }
    (total,) = re.findall(r"^\| together \| ([\d,]+) \|$", page, re.MULTILINE)
    return times.Pass(day, int(cores), began == "from a bare checkout", seconds, int(total.replace(",", "")))


def test_the_table_of_times_has_every_step_and_is_as_one_pass_left_it() -> None:
    """And the README tells the same pass."""
    assert (
        list(told().steps)
        == re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
        == STEPS
    )
    assert told().total == sum(told().steps.values())
    assert all(seconds > 0 for seconds in told().steps.values())
    for name, written in times.PAGES.items():
        page = (ROOT / name).read_text("utf-8")
        assert written(page, told()) == page
        assert written(page, replace(told(), total=0)) != page
