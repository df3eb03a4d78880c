"""The house's tools: the doctor speaks in sentences, the installer works once, clean takes only what was made."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from infra.local import check, clean, doctor, install, targets

ROOT = Path(__file__).resolve().parents[2]
HEALTHY = {"java": 'openjdk version "17.0.15" 2025-04-15', "node": "v20.20.2", "npm": "10.8.2", "make": "GNU Make 4.3"}


def machine(**changed: str | None) -> doctor.Ask:
    answers: dict[str, str | None] = {**HEALTHY, **changed}

    def ask(command: Sequence[str]) -> str | None:
        return answers[command[0]]

    return ask


def test_a_healthy_machine_lacks_nothing() -> None:
    assert doctor.examine(machine()) == []


@pytest.mark.parametrize(
    ("program", "said", "sentence"),
    [
        ("java", None, "Java is missing: DynamoDB Local"),
        ("java", 'java version "1.8.0_392"', "Java 8 is too old: 17 or newer"),
        ("java", "hello", "Java does not say its version"),
        ("node", "v16.1.0", "Node.js 16 is too old: 18 or newer"),
        ("npm", None, "npm is missing"),
        ("make", None, "make is missing"),
    ],
)
def test_what_is_missing_or_old_is_said_in_a_sentence(program: str, said: str | None, sentence: str) -> None:
    (lack,) = doctor.examine(machine(**{program: said}))
    assert lack.startswith(sentence)
    assert lack.endswith(".")


def test_an_old_python_or_one_without_venv_is_named() -> None:
    old, bare = doctor.python_lack((3, 10), lambda name: None)
    assert old.startswith("Python 3.10 is too old")
    assert "virtual environments" in bare
    assert doctor.python_lack((3, 11), lambda name: name) == []


def test_a_program_that_is_not_there_or_fails_gives_no_answer() -> None:
    assert doctor.answer(["there-is-no-such-program"]) is None
    assert doctor.answer([sys.executable, "-c", "raise SystemExit(1)"]) is None
    assert doctor.answer([sys.executable, "--version"]) == f"Python {sys.version.split()[0]}\n"


def test_an_installation_is_current_until_a_requirement_changes(tmp_path: Path) -> None:
    base, extra, venv = tmp_path / "base.txt", tmp_path / "extra.txt", tmp_path / "venv"
    base.write_text("one==1\n", encoding="utf-8")
    extra.write_text("-r base.txt\ntwo==2\n", encoding="utf-8")
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    assert not install.is_current(venv, install.digest(extra))
    (venv / install.STAMP).write_text(install.digest(extra), encoding="utf-8")
    assert install.is_current(venv, install.digest(extra))
    base.write_text("one==2\n", encoding="utf-8")
    assert not install.is_current(venv, install.digest(extra))


def test_a_current_installation_is_left_alone(tmp_path: Path) -> None:
    """Nothing here could be installed: were it tried, pip would fail."""
    requirements, venv = tmp_path / "requirements.txt", tmp_path / "venv"
    requirements.write_text("./there-is-no-such-directory\n", encoding="utf-8")
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    (venv / install.STAMP).write_text(install.digest(requirements), encoding="utf-8")
    assert install.main(venv, requirements) == 0


def test_clean_takes_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    for directory in (".venv/bin", "chalicelib/kit/__pycache__", "node/__pycache__", "docs"):
        (tmp_path / directory).mkdir(parents=True)
    clean.clean(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == {
        "chalicelib",
        "chalicelib/kit",
        "docs",
        "node",
        "node/__pycache__",
    }


def test_every_step_of_check_runs_and_failures_are_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good, bad = [sys.executable, "-c", ""], [sys.executable, "-c", "raise SystemExit(3)"]
    assert check.run({"first": bad, "second": good, "third": bad}, tmp_path) == ["first", "third"]
    assert capfd.readouterr().out.splitlines() == ["-- first", "-- second", "-- third"]


def test_check_lints_every_template() -> None:
    assert check.steps()["templates"][-1] == "infra.package"


def test_every_target_of_the_makefile_says_what_it_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in makefile.splitlines() if line.startswith(".PHONY:")).split()[1:]
    assert [name for name, _ in targets.described(makefile)] == phony


def test_every_recipe_is_one_line_that_calls_a_module() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    recipes = [number for number, line in enumerate(lines) if line.startswith("\t")]
    assert recipes
    assert [
        lines[number] for number in recipes if not lines[number].startswith(("\t$(PY) -m ", "\t$(PYTHON) -m "))
    ] == []
    assert [lines[number] for number in recipes if number + 1 in recipes] == []


@pytest.mark.parametrize("mark", ["engine", "e2e"])
def test_whatever_has_a_mark_is_where_make_looks_for_it(mark: str) -> None:
    """To collect all tests for the few that have it takes longer than many of these."""
    (named,) = re.findall(
        rf"^\t\$\(PY\) -m pytest -m {mark} (.+?)(?: --.+)?$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    texts = {path.relative_to(ROOT): path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py")}
    marked = {"/".join(path.parts[:2]) for path, text in texts.items() if re.search(rf"\bmark\.{mark}\b", text)}
    assert marked == set(named.split())
