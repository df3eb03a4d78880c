"""docs/guides/promotions.md is true: its recipes are run one after the other, and its tables name all there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from chalicelib.areas.rules.model.effects import DISCOUNTS, Effect
from chalicelib.areas.rules.model.subjects import SUBJECTS
from tests.http.guides.ledger import play, table_behind

GUIDE = (Path(__file__).parents[3] / "docs" / "guides" / "promotions.md").read_text("utf-8")


def test_every_recipe_comes_to_what_it_shows() -> None:
    assert play(GUIDE) == sum(
        map(GUIDE.count, ("```http", "<!-- work -->", "<!-- night ", "<!-- hour ", "<!-- report "))
    )


@pytest.mark.parametrize("recipe", re.findall(r"^## (\d+\. .*)$", GUIDE, re.MULTILINE))
def test_a_recipe_without_its_rule_does_not_come_to_it(recipe: str) -> None:
    before, _, rest = GUIDE.partition(f"## {recipe}\n")
    without = re.sub(r"^```http\n\S+ PUT .*?^```\n", "", rest, count=1, flags=re.MULTILINE | re.DOTALL)
    with pytest.raises(AssertionError, match=r"^line \d+: "):
        play(f"{before}{without}")


def test_all_that_can_be_asked_is_told() -> None:
    told = {row[0]: row[1] for row in table_behind(GUIDE, "subjects").rows}
    assert told == dict(SUBJECTS)


def test_all_that_can_be_given_is_told() -> None:
    [union, _] = get_args(Effect)
    kinds = {get_args(one.model_fields["kind"].annotation)[0]: one in DISCOUNTS for one in get_args(union)}
    told = {row[0]: row[1] == "cart" for row in table_behind(GUIDE, "effects").rows}
    assert told == kinds
