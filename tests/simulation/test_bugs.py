"""Bugs that somebody could write, each put into the package of a process of its own: the simulator finds every one."""

from __future__ import annotations

import re

import pytest

from tests.simulation.patches import ALL, BUGS, asked, known_to_find, lived_with, patched

PATCHES = sorted(path.stem for path in BUGS.glob("*.patch"))


def test_there_are_ten_bugs_or_more() -> None:
    assert len(PATCHES) >= 10


@pytest.mark.parametrize("name", PATCHES)
def test_a_seeded_bug_is_found(name: str) -> None:
    """By the seed that found it last, or by any other; by a law, or by a mark that the product itself finds impossible."""
    patch = (BUGS / f"{name}.patch").read_text(encoding="utf-8")
    done = lived_with(patch, known_to_find(patch))
    assert (done.returncode, done.stderr) == (1, ""), done.stdout + done.stderr
    assert "a repro of " in done.stdout
    assert re.search(
        r"^seed \d+: (LawBroken: |AssertionError: assert |DamagedItemError: |at the end: )", done.stdout, re.MULTILINE
    ), done.stdout


def test_a_bug_is_told_in_as_few_moves_as_it_takes() -> None:
    """It needs something to send and somebody who sends it. The repro runs again, and breaks the same law."""
    patch = (BUGS / "what-is-sent-lasts-for-ever.patch").read_text(encoding="utf-8")
    told = asked(patch, "--stop", *(known_to_find(patch) or ALL).arguments).stdout
    found = re.search(
        r"^seed \d+: (?P<law>LawBroken: of PointsSent.*)\na repro of (?P<moves>\d+) moves:$", told, re.MULTILINE
    )
    again = re.search(r"^again: python -m tests\.simulation (?P<arguments>.*)$", told, re.MULTILINE)
    assert found, told
    assert again, told
    assert int(found["moves"]) <= 4
    once_more = asked(patch, *again["arguments"].split())
    assert once_more.returncode == 1
    assert f"{found['law']}\na repro of {found['moves']} moves:\n" in once_more.stdout


def test_a_patch_that_no_longer_fits_says_so() -> None:
    hunk = "@@ -1,2 +1,2 @@\n one\n-two\n+three\n"
    assert patched("one\ntwo\n", hunk) == "one\nthree\n"
    with pytest.raises(ValueError, match="the patch no longer fits: 0 places"):
        patched("one\nfour\n", hunk)
    with pytest.raises(ValueError, match="the patch no longer fits: 2 places"):
        patched("one\ntwo\none\ntwo\n", hunk)
