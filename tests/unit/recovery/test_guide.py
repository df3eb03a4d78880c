"""docs/guides/recovery.md is true: its targets, variables and options are there, and its lines are those that verify tells."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chalicelib.api.codes import CODES
from infra.alarms import alarms, of_type
from infra.local import redrive, refold, repair, restored, verify
from tests.unit.local.makefile import makefile
from tests.unit.local.packaged import stand_in

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "recovery.md").read_text("utf-8")
MAKEFILE = makefile()
COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "repair": repair.main,
    "refold": refold.main,
    "verify": verify.main,
    "restored": restored.main,
    "redrive": lambda arguments: redrive.main(list(arguments)),
}
_VERBS = "|".join(COMMANDS)  # deploying is deploy.md's, and run there
ASKED = re.findall(rf"^ *(?:make|\.venv/bin/python -m infra\.local\.)[ ]?({_VERBS}) (.+)$", GUIDE, re.MULTILINE)


def options_of(module: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    with pytest.raises(SystemExit):
        COMMANDS[module](["--help"])
    return set(re.findall(r"--[a-z-]+", capsys.readouterr().out))


@pytest.mark.parametrize(("verb", "rest"), ASKED)
def test_what_the_guide_asks_for_can_be_asked(verb: str, rest: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = options_of(verb, capsys)
    assert set(re.findall(r"--[a-z-]+", rest)) <= options
    if variables := set(re.findall(r"\b([A-Z]+)=", rest)):
        (recipe,) = re.findall(rf"^{verb}:.*\n\t(.+)$", MAKEFILE, re.MULTILINE)
        assert variables <= set(re.findall(r"\(([A-Z]+)[),]", recipe))
        assert set(re.findall(r"--[a-z-]+", recipe)) <= options


def test_a_restore_stops_every_function_that_is_called_and_lets_each_run_again() -> None:
    """The others have mappings, which are disabled whatever they are called."""
    called = {name for name, one in of_type(stand_in(), "AWS::Serverless::Function").items() if not one.get("Events")}
    stopped, run_again = re.findall(r"^ *for function in ([\w ]+); do", GUIDE, re.MULTILINE)
    assert set(stopped.split()) == set(run_again.split()) == called


@pytest.mark.parametrize("alarm", ["api-5xx", "relay-silent", "due-missed"])
def test_the_alarms_that_come_meanwhile_are_alarms_that_there_are(alarm: str) -> None:
    step = GUIDE.partition("1. **Stop what writes.**")[2].partition("2. **Restore.**")[0]
    assert f"`{alarm}`" in step
    names = [one["Properties"]["AlarmName"]["Fn::Sub"] for one in alarms(stand_in()).values()]
    assert f"stampbook-${{Stage}}-{alarm}" in names


def test_the_guide_asks_for_every_command_there_is() -> None:
    assert {verb for verb, _ in ASKED} == set(COMMANDS)


@pytest.mark.parametrize("block", re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL))
def test_a_shell_can_read_what_it_is_told(block: str) -> None:
    read = subprocess.run(["/bin/bash", "-n"], input=block, capture_output=True, text=True, check=False)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize(
    ("table", "kept"), [("stampbook-prod", "keep\n"), ("stampbook-prod-restored", ""), ("", "keep\n")]
)
def test_a_stack_restored_before_has_no_table_left_to_keep(table: str, kept: str) -> None:
    (branch,) = re.findall(r"^ *(case .*put keep.*)$", GUIDE, re.MULTILINE)
    asked = f'put() {{ echo "$1"; }}\nstage=prod\ntable="{table}"\n{branch}\n'
    told = subprocess.run(["/bin/bash", "-eu"], input=asked, capture_output=True, text=True, check=True)
    assert told.stdout == kept


def test_a_restore_asks_the_stack_for_its_table_by_the_output_which_every_restore_leaves() -> None:
    assert "named Table" not in GUIDE
    assert "--source-table-name $table --target-table-name $copy" in GUIDE.partition("## Restore to a point")[2]


def test_the_guide_s_lines_are_those_that_are_told() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "chalicelib" / "flows").glob("verify_*.py"))
    told = re.findall(r"^mem_\w+: (?:account \d: )?(.+)$", GUIDE, re.MULTILINE)
    assert len(told) == 3
    for line in told:
        words = re.sub(r"^(wallet \w+|entry \d+( of program \d+)?) ", "", line)
        assert words in source


def test_the_guide_s_codes_are_there() -> None:
    assert {"newer_data", "insufficient_balance"} <= set(re.findall(r"`(\w+)`", GUIDE)) & set(CODES)
