"""Plots can be read: every name is there, and no two texts lie on each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from tests.bench.figures import load
from tests.bench.page import pages
from tests.bench.plots import bars, lines, nice_ticks

WIDE, HIGH, LOW = 6.6, 10, 3  # of a letter of 12 points on the average, and above and below its line


class Text(NamedTuple):
    said: str
    left: float
    right: float
    top: float
    bottom: float

    def covers(self, other: Text) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def texts(svg: str) -> Iterator[Text]:
    for one in ET.fromstring(svg).iter():  # noqa: S314 (ours)
        if one.tag.endswith("text"):
            said, x, y = one.text or "", float(one.attrib["x"]), float(one.attrib["y"])
            wide = WIDE * len(said)
            left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[one.attrib["text-anchor"]]
            yield Text(said, left, left + wide, y - HIGH, y + LOW)


def collisions(svg: str) -> list[tuple[str, str]]:
    return [(one.said, other.said) for one, other in combinations(texts(svg), 2) if one.covers(other)]


def test_no_two_texts_of_a_plot_lie_on_each_other() -> None:
    drawn = {path: text for path, text in pages(load()).items() if path.endswith(".svg")}
    assert {path: found for path, text in drawn.items() if (found := collisions(text))} == {}


def test_names_of_lines_that_end_at_one_height_are_apart() -> None:
    series = {name: [(1.0, 1.0), (10.0, 1.0)] for name in ("one", "two", "three")}
    drawn = lines("Growth", "members", "times the time at the fewest members", series)
    assert collisions(drawn) == []
    assert {"one", "two", "three"} <= {text.said for text in texts(drawn)}


def test_a_value_is_not_hidden_by_the_mark_of_its_limit() -> None:
    drawn = bars("Ratios", "times", {"near": 1.49, "far": 4.0}, {"near": 1.5})
    (mark,) = [float(one.attrib["x1"]) for one in ET.fromstring(drawn).iter() if one.get("stroke-width") == "2"]  # noqa: S314
    (value,) = [text for text in texts(drawn) if text.said == "1.49"]
    assert mark < value.left


@pytest.mark.parametrize(
    ("most", "ticks"),
    [(1.96, [0, 0.5, 1, 1.5, 2]), (7, [0, 1, 2, 3, 4, 5, 6, 7]), (130, [0, 20, 40, 60, 80, 100, 120, 140])],
)
def test_an_axis_reaches_the_largest_value_in_round_steps(most: float, ticks: list[float]) -> None:
    assert nice_ticks(most) == ticks


def test_a_plot_is_sound_xml_with_every_name_and_the_units() -> None:
    drawn = [
        bars("A & B", "times", {"<one>": 1.0, "two": 2.0}, {"two": 1.5}),
        lines("Growth", "members", "ms", {"twin": [(10, 1.0), (1000, 1.1)], "engine": [(10, 4.0), (1000, 4.0)]}),
    ]
    said = [{one.text for one in ET.fromstring(text).iter() if one.text} for text in drawn]  # noqa: S314 (ours)
    assert {"A & B", "times", "<one>", "two", "1", "2"} <= said[0]
    assert {"Growth", "members", "ms", "twin", "engine", "10", "1,000"} <= said[1]
