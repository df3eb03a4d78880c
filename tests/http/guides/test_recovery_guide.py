"""docs/guides/recovery.md: what it says of a wrong rule is run, request by request."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.http.guides.ledger import play

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "recovery.md").read_text("utf-8")


def test_what_is_done_about_a_wrong_rule_comes_to_what_the_guide_shows() -> None:
    assert play(GUIDE) == GUIDE.count("```http") + GUIDE.count("<!-- ") - GUIDE.count("<!-- shop -->")
    for path in ("/deductions", "/cancel", "/returns"):
        assert f"{path}\n" in GUIDE.partition("## A wrong rule")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("| bob | 200 |", "| bob | 201 |"),
        ("| 550 | 450 | 100 |", "| 550 | 900 | 100 |"),
        ("Idempotency-Key: autumn-{ada}\n", ""),
        ('"amount": 180', '"amount": 60'),
    ],
)
def test_what_would_not_be_so_is_told(true: str, false: str) -> None:
    assert true in GUIDE
    with pytest.raises(AssertionError, match=r"^line \d+: "):
        play(GUIDE.replace(true, false))
