"""Running a seed, and telling why it failed in as few moves as it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from traceback import extract_tb
from typing import NamedTuple

from chalicelib.errors import Busy, StampbookError
from tests.simulation.ends import ask_at_the_end
from tests.simulation.law import LawBroken
from tests.simulation.moves import BY_NAME, MOVES
from tests.simulation.opening import open_world, with_offers
from tests.simulation.outcomes import REFUSALS
from tests.simulation.world import World

MOST_TRIES = 400  # of shrinking


class Step(NamedTuple):
    """One move, with dice of its own: what it does depends on no other step's draws."""

    number: int
    move: str


@dataclass(frozen=True)
class Failure:
    seed: int
    steps: tuple[Step, ...]
    told: tuple[str, ...]
    law: str

    def __str__(self) -> str:
        lines = [f"seed {self.seed}: {self.law}", f"a repro of {len(self.steps)} moves:"]
        lines += [f"  {step.number:5}  {step.move}: {text}" for step, text in zip(self.steps, self.told, strict=True)]
        keep = ",".join(str(step.number) for step in self.steps)
        return "\n".join([*lines, f"again: python -m tests.simulation --seed {self.seed} --only {keep}"])


@dataclass
class Report:
    """What many seeds came to."""

    steps: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    facts: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)


def drawn(seed: int, steps: int) -> tuple[Step, ...]:
    dice = Random(f"{seed}/moves")
    some = [move for move in MOVES if with_offers(seed) or not move.of_offers]
    moves = dice.choices([move.name for move in some], weights=[move.weight for move in some], k=steps)
    return tuple(Step(number, move) for number, move in enumerate(moves))


def simulate(seeds: Iterable[int], steps: int, *, stop: bool = False, raw: bool = False) -> Report:
    """Every seed for so many steps. `stop`: at the first failure. `raw`: failures are told as they are, not shrunk."""
    report = Report()
    for seed in seeds:
        world, failure = lived(seed, drawn(seed, steps))
        report.steps += steps
        report.seen += world.seen
        report.facts |= world.journals.facts_seen | world.roll.facts_seen
        if failure is not None:
            report.failures.append(failure if raw else shrunk(failure))
            if stop:
                break
    return report


def lived(seed: int, steps: Sequence[Step]) -> tuple[World, Failure | None]:
    """The world after these steps of the seed, or where the first of them broke a law."""
    world = open_world(seed)
    told: list[str] = []
    for place, step in enumerate(steps):
        dice = Random(f"{seed}/{step.number}")
        try:
            told.append(_act(world, dice, step))
            world.ask_laws(dice)
        except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as broken:
            told = [*told[:place], "and here a law is broken"]
            return world, Failure(seed, tuple(steps[: place + 1]), tuple(told), _law_of(broken))
    try:
        ask_at_the_end(world, Random(f"{seed}/end"))
    except AssertionError as broken:
        return world, Failure(seed, tuple(steps), tuple(told), f"at the end: {broken}")
    return world, None


def _law_of(broken: Exception) -> str:
    """In its words; what the program asserts of itself has none, so its line is told."""
    return f"{type(broken).__name__}: {str(broken) or extract_tb(broken.__traceback__)[-1].line}"


def shrunk(failure: Failure) -> Failure:
    """The same seed with as many steps left out as may be while it still fails, large parts first."""
    best, size, tries = failure, max(1, len(failure.steps) // 2), 0
    while size and tries < MOST_TRIES:
        before, start = best, 0
        while start < len(best.steps) and tries < MOST_TRIES:
            tries += 1
            _, smaller = lived(best.seed, (*best.steps[:start], *best.steps[start + size :]))
            best = smaller or best
            start += 0 if smaller else size
        size = size // 2 if size > 1 or best is before else 1  # one by one as long as that makes it shorter
    return best


def _act(world: World, dice: Random, step: Step) -> str:
    try:
        text = BY_NAME[step.move].act(world, dice)
    except Busy as trouble:  # whatever was in its way is gone by now
        raise LawBroken(f"no answer but {trouble}") from trouble
    except REFUSALS as refusal:
        world.seen[f"{step.move}: {refusal.code}"] += 1
        return str(refusal)
    except StampbookError as trouble:
        raise LawBroken(f"no answer but {trouble}") from trouble
    world.seen[step.move] += 1
    return text
