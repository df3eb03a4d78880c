"""docs/guides/segments.md is true: its examples are run one after the other."""

from __future__ import annotations

from pathlib import Path

from tests.http.guides.ledger import play

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "segments.md").read_text("utf-8")


def test_every_example_comes_to_what_it_shows() -> None:
    marks = ("```http", "<!-- told -->", "<!-- work -->", "<!-- night ", "<!-- report ")
    assert play(GUIDE) == sum(map(GUIDE.count, marks))
