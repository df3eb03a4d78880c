"""Whatever course things take, with answers lost and conflicts on the way: never more is had than there is, and what is
left can be had by whoever comes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.quotas.model import (
    Move,
    Quota,
    Slice,
    Stand,
    Taken,
    differences,
    drawn_together,
    lowered,
    recut,
    stand_of,
)
from chalicelib.errors import Refused
from chalicelib.table.config import ConfigCache
from chalicelib.table.memory import MemoryTable
from tests.twins import StandingClock, caller_of, runtime_on
from tests.twins.bookshop import keyed
from tests.twins.faulty import Fault, FaultyTable, Late
from tests.twins.rationed import Rationed, taken

FAULTS: list[Fault] = ["throttled", "lost_before", "lost_after", "conflict", Late(1), Late(3)]
TOTALS = [0, 1, 40, 63, 64, 200, 513, 700]
TILLS = 3


@dataclass
class Course:
    """Three tills, each with its own memory of the configuration; what was had, and by whom."""

    dice: Random
    table: FaultyTable
    tills: list[Rationed]
    total: int = 0
    had: list[tuple[str, Taken]] = field(default_factory=list)
    number: int = 0

    @property
    def calm(self) -> Rationed:
        shop = self.tills[0]
        return replace(shop, rt=replace(shop.rt, config=ConfigCache(shop.rt.clock), table=self.table.table))

    def step(self) -> None:
        self.number += 1
        faults = {call: self.dice.choice(FAULTS) for call in range(12) if self.dice.random() < 0.15}
        self.table.start(faults)
        act = self.dice.choice([self.take, self.take, self.take, self.give_back, self.limit, self.wait])
        act(self.dice.choice(self.tills))
        self.table.start()
        self.judge()

    def take(self, till: Rationed) -> None:
        who, amount = f"mem_{self.dice.randrange(40)}", self.dice.choice([1, 2, 5, 30, 200])
        part = self.dice.random() < 0.5
        before = self.total - self.in_hands
        try:
            one = taken(till.take(who, amount, command=keyed(f"{self.number}"), part=part))
            assert one.amount <= before
            self.had.append((who, one))
        except Refused:
            self.table.start()
            self.refused_rightly(till, before, 1 if part else amount)

    def refused_rightly(self, till: Rationed, free: int, least: int) -> None:
        """Nobody is refused what is there, but by what they still remember of how it was."""
        config = till.rt.config.load(self.table.table, till.tenant)
        if not config.notes and till.quota().total == self.total:
            assert free < least

    def give_back(self, till: Rationed) -> None:
        if self.had:
            who, one = self.had.pop(self.dice.randrange(len(self.had)))
            part = one.part(self.dice.randint(1, one.amount))
            till.give_back(who, part, keyed(f"{self.number}"))
            if part.amount < one.amount:
                self.had.append((who, one.part(one.amount - part.amount)))

    def limit(self, till: Rationed) -> None:
        self.total = self.dice.choice(TOTALS)
        till.limit(self.total, command=keyed(f"{self.number}"))

    def wait(self, till: Rationed) -> None:
        clock = till.rt.clock
        assert isinstance(clock, StandingClock)
        seconds = self.dice.choice([1, 6, 200])
        clock.elapsed += seconds
        clock.at += seconds * 1000

    @property
    def in_hands(self) -> int:
        return sum(one.amount for _, one in self.had)

    def judge(self) -> None:
        stand, quota = self.calm.stand(), self.calm.quota()
        assert quota.total == self.total
        assert differences(quota, stand) == ()
        assert stand.taken == self.in_hands
        assert all(one.left >= 0 for one in stand.slices.values()) or stand.closed


def begun(seed: int) -> Course:
    memory = MemoryTable()
    table = FaultyTable(table=memory)
    rt, clock = runtime_on(table)
    tills = [Rationed(replace(rt, config=ConfigCache(clock)), caller_of()) for _ in range(TILLS)]
    course = Course(Random(seed), table, tills, total=700)
    tills[0].limit(700)
    return course


@pytest.mark.parametrize("seed", range(40))
def test_never_exceeded_and_never_unusable(seed: int) -> None:
    course = begun(seed)
    for _ in range(60):
        course.step()
    rest = course.total - course.in_hands
    for _ in range(3):
        course.wait(course.tills[0])
    if rest > 0:
        assert taken(course.calm.take("whoever comes", rest)).amount == rest
    with pytest.raises(Refused):
        course.calm.take("the next", 1)


# --- the decisions themselves -----------------------------------------------------------------------------------------

some_slices = st.lists(st.integers(0, 90), min_size=1, max_size=16).map(
    lambda lefts: Stand({at: Slice(at, left, at) for at, left in enumerate(lefts)})
)


def moved(stand: Stand, moves: tuple[Move, ...]) -> Stand:
    slices = dict(stand.slices)
    for move in moves:
        one = slices.get(move.number, Slice(move.number, 0))
        slices[move.number] = replace(one, left=one.left + move.left, taken=one.taken + move.taken)
    return Stand(slices)


@given(some_slices, st.data())
def test_whatever_is_there_is_drawn_together_by_one_slice_and_the_rest_stays(stand: Stand, data: st.DataObject) -> None:
    mine = data.draw(st.sampled_from(sorted(stand.slices)))
    amount = data.draw(st.integers(0, stand.left))
    moves = drawn_together(stand, mine, amount)
    after = moved(stand, moves)
    assert len({move.number for move in moves}) == len(moves)
    assert (after.left, after.taken) == (stand.left - amount, stand.taken + amount)
    assert all(one.left >= 0 for one in after.slices.values())
    assert {move.number for move in moves if move.taken} <= {mine}


@given(some_slices, st.data())
def test_what_goes_is_taken_from_the_fullest_so_that_they_come_out_even(stand: Stand, data: st.DataObject) -> None:
    left = data.draw(st.integers(0, stand.left))
    by = lowered(stand, left)
    after = {at: one.left + by[at] for at, one in stand.slices.items()}
    assert sum(after.values()) == left
    assert all(0 <= after[at] <= one.left for at, one in stand.slices.items())
    highest = max(after.values())
    assert all(after[at] >= highest - 1 for at, one in stand.slices.items() if after[at] < one.left)


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.data())
def test_another_total_is_exact_and_leaves_no_slice_to_its_share(before: int, after: int, data: st.DataObject) -> None:
    old, new = Quota("budget", "1", before), Quota("budget", "1", after)
    amounts = {at: data.draw(st.integers(0, old.share(at))) for at in range(old.slices)}
    used = [Slice(at, old.share(at) - amount, amount) for at, amount in amounts.items() if amount]
    stand = stand_of(old, used)
    changed = recut(stand, new)
    assert {one.number for one in changed} == set(range(max(old.slices, new.slices)))
    moves = tuple(one for one in changed if isinstance(one, Move))
    made = moved(stand, moves) if moves else Stand({one.number: one for one in changed if isinstance(one, Slice)})
    assert differences(new, made) == ()
    assert made.closed is (sum(amounts.values()) > after)
    assert all(one.left >= 0 for one in made.slices.values()) or made.closed
