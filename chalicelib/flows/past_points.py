"""What is counted of points, because active rules, segments or metrics of the program ask how often they were earned or spent, and how many:
told in the entry that tells of it, whatever did it.

Every story is brought here twice, by what every flow does with it anyway: when time has gone on, and when the tier is settled. So no flow
counts for itself. What comes to an account by a transfer, a conversion, a refund or an operator's grant is not earned, and what leaves it by
a transfer, a conversion, an operator's deduction or its last day is not spent.

What is taken back leaves the day on which it had been counted. That it had been is told by the entry that is undone, and kept by an order
for what it earned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.past import PastCount, forgotten
from chalicelib.areas.orders.model.order import Credited, ReturnPlan
from chalicelib.areas.orders.model.uses import Counts
from chalicelib.areas.rules.model.times import OF_EARNED, OF_SPENT
from chalicelib.areas.rules.past import Counters
from chalicelib.kit.facts import Fact
from chalicelib.kit.periods import Day


class _Moved(NamedTuple):
    """Points that were earned or spent, as they count."""

    what: str
    day: Day
    times: int
    amount: int


def with_points(story: Story, counters: Counters, today: Callable[[], Day]) -> Story:
    """The story with what was earned and spent since it was last counted. `today`: the day of what does not tell its own."""
    if not counters.of_points or story.counted == len(story.facts):
        return story
    day, sums = today(), Counter[tuple[Day, str, int, str]]()
    for fact in story.facts[story.counted :]:
        if (moved := _moved(fact, day)) is not None:
            for name, days, _ in counters.of_deed(moved.what, ""):
                sums[moved.day, name, days, "times"] += moved.times
                sums[moved.day, name, days, "value"] += moved.amount
    for on in sorted({one[0] for one in sums}):
        names = sorted({(name, days) for told, name, days, _ in sums if told == on})
        counts = [(name, days, sums[on, name, days, "times"], sums[on, name, days, "value"]) for name, days in names]
        story = having_counted(story, counters, on, counts)
    return replace(story, counted=len(story.facts))


def having_counted(
    story: Story, counters: Counters, day: Day, counts: Sequence[PastCount], order: str = "", currency: str = ""
) -> Story:
    """The story with these counts told, and what is forgotten at it."""
    if not counts:
        return story
    more = {name for name, *_ in counts}
    forgets = forgotten(story.account.past, counters.by_name, more, day)
    return story.then(f.PastCounted(day, tuple(counts), order, currency, forgets))


def _moved(fact: Fact, day: Day) -> _Moved | None:
    """What is promised counts when it comes. That it will, its own entry tells: none more, of nothing."""
    match fact:
        case f.PointsEarned() | f.PointsActivated():
            return _Moved(OF_EARNED + fact.unit, day if fact.counts_on is None else fact.counts_on, 1, fact.amount)
        case f.PointsPromised():
            return _Moved(OF_EARNED + fact.unit, day if fact.counts_on is None else fact.counts_on, 0, 0)
        case f.PointsSpent() | f.PointsCaptured():
            return _Moved(OF_SPENT + fact.unit, day, 1, fact.amount)
    return None


# --- taken back ------------------------------------------------------------------------------------------------------------


def kept_of(counters: Counters, credited: Iterable[Credited]) -> tuple[Counts, ...]:
    """By what an order's credits count, as it keeps it."""
    if not counters.of_points:
        return ()
    units = sorted({one.unit for one in credited})
    return tuple(Counts(*one) for unit in units for one in counters.of_deed(OF_EARNED + unit, ""))


def without_credits(before: Story, after: Story, planned: ReturnPlan, no: int, day: Day) -> Story:
    """After a return has asked for what it is due of an order's credit of this number: with the last of it that is one no more, unless
    it was undone by hand and is none already."""
    (credit, due), order = planned.dues[no], planned.order
    names = [(one.name, one.days) for one in order.points if _is(one.name, OF_EARNED + credit.unit)]
    last = credit.due < credit.amount <= credit.due + due and all(one.credit != no for one in order.by_hand)
    return _less(after, day, names, last, _taken(before, after))


def without_earning(
    before: Story, after: Story, told: Iterable[f.PastCounted], earned: f.PointsEarned | f.PointsPromised
) -> Story:
    """After an earning was undone, of which nothing can be asked back again. `told`: what its own entry had counted."""
    on = earned.counts_on
    if on is None:
        return after
    return _less(after, on, _names(told, OF_EARNED + earned.unit, on), True, _taken(before, after))


def without_spent(after: Story, told: Iterable[f.PastCounted], unit: str, amount: int, *, whole: bool) -> Story:
    """After so much of a spend was given back: `whole` with the last of it."""
    counts = tuple(told)
    for on in sorted({one.counts_on for one in counts}):
        after = _less(after, on, _names(counts, OF_SPENT + unit, on), whole, amount)
    return after


def _taken(before: Story, after: Story) -> int:
    """How much was taken back of what had come. What had not had counted nowhere."""
    return sum(one.amount for one in after.facts[len(before.facts) :] if isinstance(one, f.PointsCancelled))


def _names(told: Iterable[f.PastCounted], what: str, on: Day) -> list[tuple[str, int]]:
    """By which an entry counted such points on a day; not by which it took some back."""
    return sorted(
        {
            (name, days)
            for one in told
            if one.counts_on == on
            for name, days, times, value in one.counts
            if _is(name, what) and times >= 0 and value >= 0
        }
    )


def _is(name: str, what: str) -> bool:
    return name.partition("/")[0] == what


def _less(story: Story, day: Day, names: Iterable[tuple[str, int]], last: bool, amount: int) -> Story:
    """Where nothing was there to take, nothing is taken off."""
    less = tuple((name, days, -int(last), -amount) for name, days in names) if amount else ()
    return story.then(f.PastCounted(day, less)) if less else story
