"""Pages agree with each other: links lead somewhere, and what is said of keys by hand is what the stores say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from infra.local.pages.access_patterns import KeptItem, Place, stores
from tests.architecture.sources import ROOT

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
STORES = stores()


def pages() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])


def links(text: str) -> list[str]:
    return LINK.findall(CODE.sub("", FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """Those that a heading gets: lower case, spaces to hyphens, what is no letter, digit, hyphen or underscore left out."""
    headings = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", found) for found in HEADING.findall(FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead(page: Path, text: str) -> Iterator[str]:
    for link in links(text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if place and (not target.exists() or ROOT not in (target, *target.parents)):
            yield f"{page.relative_to(ROOT)}: {link} leads nowhere"
        elif anchor and anchor not in anchors(text if target == page else target.read_text("utf-8")):
            yield f"{page.relative_to(ROOT)}: {link}: no such heading"


def test_no_link_is_dead() -> None:
    assert len(pages()) > 30
    assert [fault for page in pages() for fault in dead(page, page.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[a](nothing.md)", 1),
        ("[a](docs/routes.md#no-such-heading)", 1),
        ("[a](#here)", 1),
        ("[a](../outside.md)", 1),
        ("# Here\n\n[a](#here) [b](docs/routes.md#error-codes) [c](https://example.org/x)", 0),
        ("`[a](nothing.md)`\n\n```\n[b](nothing.md)\n```", 0),
    ],
)
def test_a_dead_link_is_found(text: str, faults: int) -> None:
    assert len(list(dead(ROOT / "page.md", text))) == faults


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = {ROOT / "README.md"}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page.read_text("utf-8"))}
        ahead |= {target for target in targets if target.suffix == ".md" and target.exists()} - reached
    assert [page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md") if page not in reached] == []


# --- keys, as people wrote them ----------------------------------------------------------------------------------------


def plain(key: str) -> str:
    """As the pages for people have it: `{t}` is `{tenant}`, and numbers do not say their digits."""
    return re.sub(r":0\d+\}", "}", key.replace("{t}", "{tenant}"))


def keys_of(place: Place) -> tuple[str, str]:
    return plain(place.pk), plain(place.sk)


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table that begins with this head; an empty first cell repeats the one above."""
    table = text[text.index(head) :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    found: list[list[str]] = []
    for line in table:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found.append([cells[0] or found[-1][0], *cells[1:]])
    return found


def kept() -> list[KeptItem]:
    return [item for store in STORES for item in store.items]


def test_the_alphabet_of_the_architecture_is_that_of_the_stores() -> None:
    table = rows((ROOT / "docs/architecture.md").read_text("utf-8"), "| pk | sk | Item |")
    said = {key for row in table for key in product(CODE.findall(row[0]), CODE.findall(row[1]))}
    reserved = {(pk, sk) for pk, sk in said if "…" in sk}
    assert said - reserved == {keys_of(item.place) for item in kept()}


def test_the_indexes_of_the_architecture_are_those_of_the_stores() -> None:
    table = rows((ROOT / "docs/architecture.md").read_text("utf-8"), "| Index | Partition, sort key |")
    said = {(row[0], *CODE.findall(row[1])) for row in table}
    assert said == {(place.index, *keys_of(place)) for item in kept() for place in item.listed}


def test_the_keys_in_the_readme_are_those_of_the_areas() -> None:
    table = rows((ROOT / "README.md").read_text("utf-8"), "| Area | What it is about |")
    said = {CODE.findall(row[0])[0]: set(CODE.findall(row[3])) for row in table}
    meant: dict[str, set[str]] = defaultdict(set)
    for store in STORES:
        area, *_ = store.name.split("/")
        if area != "table":
            meant[area] |= {part.removeprefix("{tenant}#") for item in store.items for part in keys_of(item.place)}
    assert {area: keys for area, keys in said.items() if keys} == meant
