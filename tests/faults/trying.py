"""Trying a case with faults: what it comes to undisturbed, and whether it comes to the same."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from types import CodeType, FrameType, MappingProxyType
from typing import Any

import pytest

from chalicelib.aws.errors import CloudError
from chalicelib.errors import Busy, Unavailable
from chalicelib.table.protocol import OutcomeUnknown, Throttled
from tests.faults.case import Case, looked_at
from tests.faults.world import World
from tests.twins.bookshop import BookShop
from tests.twins.faulty import CallKind, Fault, Late
from tests.unit.flows.seen import nameless

WORTH_ANOTHER_TRY = (Busy, Unavailable, Throttled, OutcomeUnknown, CloudError)  # to a client: 409 or 503
MOST_TRIES = 50
FEW = 2  # faults that an operation must mend by itself
LATE = tuple(Late(calls) for calls in range(1, 6))
SELDOM = (Late(1), Late(3))
UNDISTURBED: Mapping[int, Fault] = MappingProxyType({})
FEW_CALLS, DRAWN = 1, 4

# What may happen to a call. A cloud service that throttles and one that is lost before are the same to us.
FAULTS: dict[CallKind, tuple[Fault, ...]] = {
    "read": ("throttled", "lost_before"),
    "transaction": ("throttled", "lost_before", "lost_after", "conflict", *LATE),
    "puts": ("throttled", "lost_before", "half", "lost_after", Late(2)),
    "stream": ("lost_before", "half"),
    "file": ("lost_before", "lost_after", Late(2)),
    "messages": ("lost_before", "half", "lost_after", Late(2)),
    "one message": ("lost_before", "lost_after", Late(2)),
    "carrier": ("lost_before", "lost_after", Late(2)),
    "outside": ("throttled", "lost_before", "lost_after", Late(2)),
}

# In pairs: a read that is throttled and one whose answer is lost are the same to us, and late is late by two calls.
PAIRED: dict[CallKind, tuple[Fault, ...]] = {
    "read": ("throttled",),
    "transaction": ("throttled", "lost_before", "lost_after", "conflict", Late(2)),
    "puts": ("half", "lost_after"),
    "stream": ("half",),
    "file": ("lost_before", "lost_after"),
    "messages": ("half", "lost_after"),
    "one message": ("lost_before", "lost_after"),
    "carrier": ("lost_before", "lost_after"),
    "outside": ("lost_before", "lost_after"),
}


@dataclass(frozen=True)
class Course:
    """How a case goes when nothing goes wrong: its answer, what is then there, its calls, and the code that made them:
    what was entered and asked nothing has not been tried."""

    answer: str
    there: dict[str, Any]
    calls: tuple[CallKind, ...]
    asking: frozenset[CodeType]


@cache
def course(case: Case) -> Course:
    world = case.world().copy()
    asking: set[CodeType] = set()
    world.trouble.interrupt = lambda _: asking.update(_under_way())
    answer = nameless(case.act(world, world.till))
    calls = tuple(world.trouble.kinds)
    world.watch.judge(world.sent, 1)
    return Course(answer, looked_at(case, world), calls, frozenset(asking))


def singles(case: Case) -> Iterator[tuple[int, Fault]]:
    """Every fault of every call. What comes late comes at one of two distances in a long course of messages, and where the
    same command is tried with its key as well."""
    seldom = case.way == "messages" or case.without_key
    for number, kind in enumerate(course(case).calls):
        for fault in FAULTS[kind]:
            if not seldom or kind != "transaction" or fault not in LATE or fault in SELDOM:
                yield number, fault


def pairs(case: Case, dice: Random) -> Iterator[dict[int, Fault]]:
    """Two faults of one run, the second at any call that the first has made necessary as well. All of them where there
    is one call; else some, drawn."""
    firsts = [{number: fault} for number, kind in enumerate(course(case).calls) for fault in PAIRED[kind]]
    few = len(course(case).calls) <= FEW_CALLS
    if not few:
        firsts = dice.sample(firsts, min(len(firsts), DRAWN))
    for first in firsts:
        calls = tried(case, first)
        seconds = [(at, one) for at in range(min(first) + 1, len(calls)) for one in PAIRED[calls[at]]]
        for at, one in seconds if few else dice.sample(seconds, min(len(seconds), 2)):
            yield first | {at: one}


def storm(case: Case, dice: Random) -> dict[int, Fault]:
    """Half of the calls go wrong, in any way."""
    ways = [*FAULTS["transaction"]]
    return {call: dice.choice(ways) for call in range(400) if dice.random() < 0.5}


def tried(case: Case, faults: Mapping[int, Fault]) -> tuple[CallKind, ...]:
    """The case with these faults; it must come to what it comes to undisturbed. Answers the calls that it took."""
    world = case.world().copy()
    world.trouble.start(faults)
    answer = nameless(insisted(case, world, world.till, faults))
    world.trouble.settle()
    calls = tuple(world.trouble.kinds)
    world.trouble.start()
    if case.way == "messages":
        case.act(world, world.till)  # a message that was sent late is worked off as well
    world.watch.judge(world.sent, 1 + len(faults))
    same(case, world, answer)
    return calls


def asked_twice(case: Case, number: int, stalled: int = 0) -> None:
    """Before call `number` another process does the same from beginning to end. `stalled`: for so many milliseconds
    this one did nothing."""
    world = case.world().copy()

    def interrupt(call: int) -> None:
        if call == number:
            world.trouble.interrupt = None
            world.calm.clock.at += stalled
            comes(case, world)

    world.trouble.interrupt, world.watch.beside = interrupt, True
    answer = nameless(insisted(case, world, world.till))
    if world.trouble.interrupt is not None:
        comes(case, world)  # when it was all over
    world.watch.judge(world.sent, 2)
    same(case, world, answer)


def comes(case: Case, world: World) -> None:
    """The other one, who sends nothing of which it was written down before that it was sent."""
    before = world.watch.done_of(world.sent)
    case.again(world)
    again = {one: world.sent[one] - times for one, times in before.items() if world.sent[one] > times}
    assert not again, f"sent once more, though it was written down: {again}"


def sent_again_after_an_outage(case: Case, number: int) -> None:
    """From call `number` on no answer comes back, until the client has given up; then everything is well again."""
    world = case.world().copy()
    world.trouble.start(dict.fromkeys(range(number, number + 100), "lost_after"))
    with pytest.raises(WORTH_ANOTHER_TRY):
        case.act(world, world.till)
    world.trouble.start()
    answer = nameless(case.act(world, world.till))
    world.watch.judge(world.sent, 2)
    same(case, world, answer)


def read_meanwhile(case: Case, number: int, change: Callable[[World], object]) -> bool:
    """Before call `number` something changes: the answer is that of before or after. Whether it was the one of before."""
    world, later = case.world().copy(), case.world().copy()
    change(later)
    after = nameless(case.act(later, later.till))
    world.trouble.interrupt = lambda call: change(world) if call == number else None
    answer = nameless(case.act(world, world.till))
    assert answer in (course(case).answer, after), f"answered {answer}: neither {course(case).answer} nor {after}"
    return answer == course(case).answer


def same(case: Case, world: World, answer: str) -> None:
    expected = course(case)
    there = looked_at(case, world)
    assert answer == expected.answer, f"answered {answer}, not {expected.answer}"
    other = [f"{name}: {there[name]}, not {wanted}" for name, wanted in expected.there.items() if there[name] != wanted]
    assert not other, "\n".join(other)


def insisted(case: Case, world: World, shop: BookShop, faults: Mapping[int, Fault] = UNDISTURBED) -> Any:
    """As a client is told to: the same again, and again. Not where the case mends these faults by itself."""
    for _ in range(MOST_TRIES):
        try:
            return case.act(world, shop)
        except WORTH_ANOTHER_TRY:
            if mended(case, world, faults):
                raise
    raise AssertionError("never an answer")


def mended(case: Case, world: World, faults: Mapping[int, Fault]) -> bool:
    """Whether nobody need ask again: there are few, and none of a call whose faults are not mended."""
    calls = world.trouble.kinds
    return 0 < len(faults) <= FEW and case.mends.issuperset(calls[at] for at in faults if at < len(calls))


def _under_way() -> Iterator[CodeType]:
    """Whatever code waits for the call that is made just now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back
