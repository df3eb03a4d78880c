"""Nobody can tell whether the daily job ran: neither by an answer, nor by an account, nor by a statement."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest

from tests.unit.flows.lived_twice import MOVES, both

SEEDS, STEPS = (*range(16), 69), 70  # in the last what slid while held comes back too late
LOOK = 3  # to look at everybody takes longer than a step; what differs once differs a step later as well


@cache
def lived(seed: int) -> Counter[str]:
    """What moves came to, by name."""
    one, other = both(seed)
    seen: Counter[str] = Counter()
    for step in range(STEPS):
        move = Random(f"{seed}/{step}/move").choice(MOVES)
        told, also = (side.do(move, Random(f"{seed}/{step}")) for side in (one, other))
        assert told == also, f"step {step}, {move.__name__}"
        if step % LOOK == 0:
            assert one.shown() == other.shown(), f"after step {step}, {move.__name__}"
            for side in (one, other):
                side.foresees(Random(f"{seed}/{step}/later"))
        seen[move.__name__ if not isinstance(told, str) else told] += 1
    assert one.stands() == other.stands()
    assert one.stated() == other.stated()
    assert one.counted() == other.counted()
    return seen


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_can_tell_whether_the_job_ran(seed: int) -> None:
    assert lived(seed)


def test_everything_is_done_that_there_is_to_do() -> None:
    seen = sum((lived(seed) for seed in SEEDS), Counter[str]())
    assert {move.__name__ for move in MOVES} <= seen.keys()
