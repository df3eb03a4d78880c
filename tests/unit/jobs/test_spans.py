"""Spans of time put together and taken from each other, against their milliseconds one by one."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from infra.local.spans import Span, merged, without


def moments(*spans: Span) -> set[int]:
    return {moment for span in spans for moment in range(*span)}


def drawn(dice: Random, most: int) -> list[Span]:
    starts = [dice.randrange(40) for _ in range(dice.randrange(most))]
    return [Span(start, start + dice.randrange(1, 9)) for start in starts]


@pytest.mark.parametrize("seed", range(200))
def test_nothing_is_added_and_nothing_left_out(seed: int) -> None:
    dice = Random(seed)
    spans, done = drawn(dice, 8), drawn(dice, 8)
    whole = merged(spans)
    assert moments(*whole) == moments(*spans)
    assert sum(span.until - span.first for span in whole) == len(moments(*spans))
    assert all(one.until < other.first for one, other in pairwise(whole))
    for span in whole:
        left = without(span, done)
        assert moments(*left) == moments(span) - moments(*done)
        assert sum(one.until - one.first for one in left) == len(moments(*left))
