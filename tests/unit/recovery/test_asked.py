"""What the commands say to who has asked for too little, for nonsense, or has had enough: a line, and never a stack."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.runtime import Runtime
from infra.local import redrive, refold, repair, verify
from tests.twins.bookshop import TODAY
from tests.unit.recovery.books import Books


def commanded(books: Books) -> Callable[[argparse.Namespace], Runtime]:
    return lambda _: books.shop.rt


def ctrl_c(_: Any) -> Any:
    """Pressed while the command asks for what it is to work on."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (
            lambda root: verify.main(["--tenant", "shop"], ctrl_c, root),
            "Not verified to the end: run it again, and it goes on from there.",
        ),
        (
            lambda _: repair.main(["--tenant", "shop", "--from", TODAY], ctrl_c),
            "What was added stays; run it again, and it goes on from there.",
        ),
        (
            lambda _: refold.main(["--tenant", "shop", "--owner", "mem_076txtr0k52"], ctrl_c),
            "Run it again: it looks at account and journal afresh.",
        ),
        (
            lambda _: redrive.main(["due", "--stage", "prod", "--region", "eu-central-1"], ctrl_c),
            "What was sent on stays sent; run it again, and it goes on from there.",
        ),
    ],
    ids=["verify", "repair", "refold", "redrive"],
)
def test_broken_off_it_says_how_to_go_on(
    command: Callable[[Path], int], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path) == 2
    said = capsys.readouterr()
    assert (said.err, said.out) == (f"\n{sentence}\n", "")


@pytest.mark.parametrize(
    ("command", "arguments", "sentence"),
    [
        (verify.main, [], "Say whose, such as make verify TENANT=shop"),
        (verify.main, ["--tenant", ""], "Say whose, such as make verify TENANT=shop"),
        (repair.main, [], "Say whose and from when, such as make repair TENANT=shop FROM=2026-11-20"),
        (repair.main, ["--tenant", "shop"], "Say whose and from when"),
        (refold.main, ["--tenant", "shop"], "Say whose account, such as make refold TENANT=shop OWNER=mem_076txtr0k52"),
        (refold.main, ["--tenant", "all", "--owner", "mem_076txtr0k52"], "one at a time"),
        (redrive.main, [], "Say which queue, such as make redrive QUEUE=imports: "),
        (redrive.main, ["nonsense"], "nonsense is none."),
    ],
)
def test_what_was_not_said_is_asked_for_in_a_line(
    command: Callable[..., int], arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(arguments) == 2
    said = capsys.readouterr()
    assert (sentence in said.err, said.err.count("\n"), said.out) == (True, 1, "")


@pytest.mark.parametrize("arguments", [["--from", "soon"], ["--from", "2026-06-15", "--to", "25 o'clock"]])
def test_a_time_that_is_none_is_told_in_a_line(
    arguments: list[str], books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    assert repair.main(["--tenant", "shop", *arguments], commanded(books)) == 2
    said = capsys.readouterr().err
    assert "is neither a day nor a time" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("command", [verify.main, repair.main, redrive.main], ids=["verify", "repair", "redrive"])
def test_a_stage_without_a_region_is_asked_for_one(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    about = ["imports"] if command is redrive.main else ["--tenant", "shop"]
    since = ["--from", TODAY] if command is repair.main else []
    assert command([*about, *since, "--stage", "prod"]) == 2
    assert capsys.readouterr().err.startswith("Say which region: REGION=eu-central-1, or AWS_REGION")


@pytest.mark.parametrize("threads", ["0", "-1", "many", "65", ""])
def test_threads_are_a_number_that_can_be(threads: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        verify.main(["--tenant", "shop", "--threads", threads], ctrl_c, tmp_path)
    assert ended.value.code == 2
    assert f"{threads!r} is no number from 1 to 64" in capsys.readouterr().err


def test_a_fault_of_ours_is_not_taken_for_damage(tmp_path: Path) -> None:
    def broken(_: Any) -> Any:
        raise ValueError("max_workers must be greater than 0")

    with pytest.raises(ValueError, match="max_workers"):
        verify.main(["--tenant", "shop"], broken, tmp_path)
