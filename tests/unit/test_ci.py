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


def ci(place: Path, make: str, script: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Of a checkout that has nothing but it, with a `make` of the test's own."""
    (place / ".ci").mkdir(exist_ok=True)
    shutil.copy(ROOT / ".ci" / "run", place / ".ci" / "run")
    if script:
        (place / ".ci" / "run").write_text(script, "utf-8")
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


def test_what_took_too_long_names_its_longest_steps_and_fails_nobody_who_has_set_no_limit(tmp_path: Path) -> None:
    """The clock of the script is moved on while two of its steps are made."""
    slow = (ROOT / ".ci" / "run").read_text("utf-8")
    for step, seconds in (("check", 400), ("e2e", 7000)):
        assert slow.count(f"took {step}\n") == 1
        slow = slow.replace(f"took {step}\n", f"SECONDS=$((SECONDS + {seconds}))\ntook {step}\n")
    run = ci(tmp_path, "true", script=slow)
    assert run.returncode == 0
    *_, warning, longest, next_longest, _ = run.stderr.splitlines()
    assert warning == "-- That is more than the 1200 s that it may take. Was the machine idle? The longest steps:"
    assert re.fullmatch(r"-- make e2e: 7\d{3} s", longest)
    assert re.fullmatch(r"-- make check: 4\d\d s", next_longest)


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


def record(place: Path) -> times.Passes:
    return times.read(place / times.RECORD)


def test_a_pass_keeps_what_it_took(tmp_path: Path) -> None:
    ci(tmp_path, "true")
    (kept,) = record(tmp_path).values()
    assert list(kept.steps) == STEPS
    assert kept.total == sum(kept.steps.values())
    assert kept.cores == os.cpu_count()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", kept.day)


def test_both_passes_are_kept_the_one_from_a_bare_clone_and_the_one_again_on_it(tmp_path: Path) -> None:
    ci(tmp_path, "mkdir -p .venv")
    assert list(record(tmp_path)) == [True]
    first = (tmp_path / times.RECORD).read_text("utf-8")
    for _ in range(2):
        ci(tmp_path, "true")
        assert list(record(tmp_path)) == [True, False]
        assert (tmp_path / times.RECORD).read_text("utf-8").startswith(first)
    (tmp_path / ".venv").rmdir()
    ci(tmp_path, "mkdir -p .venv")
    assert list(record(tmp_path)) == [True]  # of another clone was what was kept


def test_a_pass_on_a_clone_that_had_everything_is_no_bare_one(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    ci(tmp_path, "true")
    assert list(record(tmp_path)) == [False]


def test_a_pass_that_took_too_long_is_kept_and_one_that_failed_is_not(tmp_path: Path) -> None:
    ci(tmp_path, "true", CI_SECONDS="-1")
    kept = (tmp_path / times.RECORD).read_text("utf-8")
    (tmp_path / times.RECORD).write_text("the pass before", "utf-8")
    ci(tmp_path, '[ "$1" != e2e ]')
    assert (tmp_path / times.RECORD).read_text("utf-8") == "the pass before"
    assert json.loads(kept)["total"] >= 0


def test_a_pass_keeps_the_commit_that_it_was_of_and_whether_there_were_changes_beside_it(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(".local\nmake\n", "utf-8")
    ci(tmp_path, "true")
    assert of_what(tmp_path) == ""  # nothing is checked out
    for arguments in (["init"], ["add", "."], ["commit", "--no-gpg-sign", "--message", "all"]):
        git(tmp_path, *arguments)
    short = git(tmp_path, "rev-parse", "--short", "HEAD")
    ci(tmp_path, "true")
    assert of_what(tmp_path) == short
    ci(tmp_path, "touch made; true")
    assert of_what(tmp_path) == short  # as it was when the pass began
    ci(tmp_path, "true")
    assert of_what(tmp_path) == f"{short} with changes"


def of_what(place: Path) -> str:
    (kept,) = record(place).values()
    return kept.commit


def git(place: Path, *arguments: str) -> str:
    who = ("-c", "user.name=one", "-c", "user.email=one@example.org")
    run = subprocess.run(["git", *who, *arguments], cwd=place, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return run.stdout.strip()


def made_up(day: str, *, bare: bool, install: int, commit: str) -> times.Pass:
    took = dict(zip(STEPS, (install, 2, 1_234, 4, 5), strict=True))
    return times.Pass(day, 8, bare, took, sum(took.values()), commit)


BARE = made_up("2031-02-03", bare=True, install=301, commit="1a2b3c4")
AGAIN = made_up("2031-02-04", bare=False, install=1, commit="5d6e7f8 with changes")


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Twins of those that tell it."""
    for name in times.PAGES:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_what_both_passes_took_is_put_on_both_pages(pages: Path) -> None:
    assert times.put_down(pages, {True: BARE, False: AGAIN}) == ["CONTRIBUTING.md", "README.md"]
    how_long, readme = ((pages / name).read_text("utf-8") for name in times.PAGES)
    assert how_long.endswith(
        "| Step | from a bare clone, on 8 cores on 2031-02-03 at 1a2b3c4, s "
        "| again on the clone, on 8 cores on 2031-02-04 at 5d6e7f8 with changes, s |\n"
        "| --- | --: | --: |\n| `make install` | 301 | 1 |\n| `make check` | 2 | 2 |\n| `make test` | 1,234 | 1,234 |\n"
        "| `make engine` | 4 | 4 |\n| `make e2e` | 5 | 5 |\n| together | 1,546 | 1,246 |\n"
    )
    assert "1,234 s on 8 cores on 2031-02-03 at 1a2b3c4 |" in readme
    assert (
        "The last passes took: from a bare clone 1,546 s on 8 cores on 2031-02-03 at 1a2b3c4, "
        "again on the clone 1,246 s on 8 cores on 2031-02-04 at 5d6e7f8 with changes: [" in readme
    )
    assert times.put_down(pages, {True: BARE, False: AGAIN}) == []


def test_a_pass_that_the_record_has_not_stays_as_it_was_told(pages: Path) -> None:
    times.put_down(pages, {True: BARE, False: AGAIN})
    later = replace(AGAIN, day="2031-03-01")
    times.put_down(pages, {False: later})
    assert times.told((pages / "CONTRIBUTING.md").read_text("utf-8")) == {True: BARE, False: later}
    assert "1,234 s on 8 cores on 2031-02-03 at 1a2b3c4 |" in (pages / "README.md").read_text("utf-8")


def test_a_pass_of_before_that_did_not_say_of_which_commit_is_told_without(pages: Path) -> None:
    old = {"day": "2031-01-01", "cores": 8, "bare": True, "steps": BARE.steps, "total": BARE.total}
    (pages / "ci.json").write_text(json.dumps(old), "utf-8")
    known = times.read(pages / "ci.json")
    times.put_down(pages, {**known, False: AGAIN})
    how_long = (pages / "CONTRIBUTING.md").read_text("utf-8")
    assert "| from a bare clone, on 8 cores on 2031-01-01, s |" in how_long
    assert times.told(how_long) == {**known, False: AGAIN}
    times.put_down(pages, {True: BARE})
    assert "at 1a2b3c4 |" in (pages / "README.md").read_text("utf-8")


def test_one_that_nobody_has_measured_is_told_so(pages: Path) -> None:
    page = times.contributing((pages / "CONTRIBUTING.md").read_text("utf-8"), {False: AGAIN})
    assert "| from a bare clone, not measured yet, s |" in page
    assert page.endswith("| together | – | 1,246 |\n")
    assert times.told(page) == {False: AGAIN}
    readme = times.readme((pages / "README.md").read_text("utf-8"), {False: AGAIN})
    assert "The last passes took: from a bare clone not measured yet, again on the clone 1,246 s" in readme


def test_a_page_without_a_place_for_it_leaves_both_as_they_were(pages: Path) -> None:
    (pages / "README.md").write_text("# Another\n", "utf-8")
    before = (pages / "CONTRIBUTING.md").read_text("utf-8")
    with pytest.raises(times.TimesError, match="There are 0 places for"):
        times.put_down(pages, {True: BARE})
    assert (pages / "CONTRIBUTING.md").read_text("utf-8") == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"day": "2031-02-03"}'])
def test_a_record_that_is_none_is_told_so(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    record = tmp_path / "ci.json"
    if text:
        record.write_text(text, "utf-8")
    assert times.main(["--record", str(record)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{record} is not what .ci/run writes" if text else f"There is no {record}: run .ci/run")


def test_the_table_of_times_has_every_step_and_is_as_the_passes_left_it() -> None:
    """And the README tells the same."""
    passes = times.told((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    assert re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE) == STEPS
    assert passes
    for bare, one in passes.items():
        assert (one.bare, list(one.steps), one.total) == (bare, STEPS, sum(one.steps.values()))
        assert all(seconds >= 0 for seconds in one.steps.values())
    for name, written in times.PAGES.items():
        page = (ROOT / name).read_text("utf-8")
        assert written(page, passes) == page
        assert written(page, {bare: replace(one, total=0) for bare, one in passes.items()}) != page
