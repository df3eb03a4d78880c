"""What time alone will do, told beforehand: the same that an account tells that goes on from one due instant to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.accounts.model import Account, Story, advance, foreseen, newly_ahead
from chalicelib.areas.accounts.model.ahead import Happening
from chalicelib.areas.accounts.model.facts import PointsActivated, PointsExpired
from chalicelib.areas.accounts.model.standing import Standing
from chalicelib.kit.periods import QUARTER_MS, Day
from tests.unit.accounts.both import DAY
from tests.unit.accounts.ledgers import Ledgers, both_at_the_start
from tests.unit.accounts.test_ledger_against_naive import Step, amounts, long


def step_by_step(account: Account) -> Iterator[Happening]:
    account = replace(account, standing=Standing())
    while (due := account.next_due_at) is not None:
        story = advance(Story(account), due)
        for fact in story.facts:
            if isinstance(fact, PointsActivated):
                yield Happening(due, fact.unit, True, fact.amount, fact.counts_on)
            elif isinstance(fact, PointsExpired):
                yield Happening(due, fact.unit, False, fact.amount, fact.expires_on, fact.came_at is not None)
        account = story.account


def as_it_goes(account: Account) -> Counter[tuple[str, str, int]]:
    """What comes, and what passes beside what the lots' own days say."""
    found: Counter[tuple[str, str, int]] = Counter()
    for one in step_by_step(account):
        if one.comes:
            found["coming", one.unit, one.at // QUARTER_MS] += one.amount
        elif one.too_late:
            found["passing", one.unit, one.at // QUARTER_MS] += one.amount
        elif one.day is not None:
            found["expiring", one.unit, one.day] += one.amount
    for unit, wallet in account.wallets.items():
        for lot in wallet.lots:
            if lot.expires_on is not None:
                found["expiring", unit, lot.expires_on] -= lot.left
    return found


soon = st.integers(1, 12)
held = st.lists(st.tuples(amounts, soon, soon), max_size=4)  # given with a last day, held until another
promised = st.lists(st.tuples(amounts, soon, soon), max_size=6)  # with a last day, for another


def waiting(
    unit: str,
    held: list[tuple[int, int, int]],
    slides: list[int],
    promised: list[tuple[int, int, int]],
    owed: int,
    days: int,
) -> list[Step]:
    """All that can meet: what is held or promised comes before, with and after its last day, and maybe pays."""
    steps: list[Step] = []
    for amount, until, lapses in held:
        steps.append(lambda both, a=amount, u=until: both.give(unit, a + 3, u, granted=False))  # type: ignore[misc]
        steps.append(lambda both, a=amount, u=lapses: both.hold(unit, a, u))  # type: ignore[misc]
    steps += [lambda both, to=to: both.be_active(to) for to in slides]  # type: ignore[misc]
    steps += [lambda both, told=told: both.promise(unit, *told) for told in promised]  # type: ignore[misc]
    if owed:
        steps.append(lambda both: both.take(unit, max(0, both.account.wallet(unit).available) + owed, "spent", True))
    return [*steps, lambda both: both.advance(days)]


meetings = st.builds(
    waiting,
    st.sampled_from(("points", "miles")),
    held,
    st.lists(soon, max_size=2),
    promised,
    st.integers(0, 15),
    st.integers(0, 6),
)


def agrees(account: Account) -> list[Happening]:
    found = list(foreseen(account))
    assert found == list(step_by_step(account))
    return found


def test_a_hold_over_several_lots_pays_from_the_one_that_passes_first() -> None:
    both = both_at_the_start()
    both.give("points", 5, 20, granted=False)
    both.give("points", 5, 10, granted=False)
    both.hold("points", 10, 7)
    both.take("points", 6, "spent", below_zero=True)
    assert agrees(both.account) == [Happening(21 * DAY, "points", False, 4, 20)]


def slid_while_held(lapse: int, other: int) -> Ledgers:
    """Both holds lapse after their lot is over, whose last day has moved from the 3rd to the 5th since they were made."""
    both = both_at_the_start()
    both.give("miles", 9, 3, granted=False)
    both.hold("miles", 4, lapse)
    both.hold("miles", 4, other)
    both.be_active(5)
    both.take("miles", 1, "spent", below_zero=False)
    return both


def days_passed(both: Ledgers) -> list[Day | None]:
    return [one.day for one in agrees(both.account) if one.unit == "miles"]


def days_told_before(both: Ledgers) -> list[Day | None]:
    """By an older release, whose entries are taken back as they were told."""
    return [one.day for one in foreseen(both.account, 1) if one.unit == "miles"]


@pytest.mark.parametrize(("lapse", "other"), [(8, 9), (8, 8)])
def test_what_slid_while_it_was_held_passes_with_the_last_day_that_it_had(lapse: int, other: int) -> None:
    assert days_passed(slid_while_held(lapse, other)) == [3, 3]


@pytest.mark.parametrize(("lapse", "other"), [(8, 9), (8, 8)])
def test_an_older_release_told_the_day_of_its_lot_while_that_was_there(lapse: int, other: int) -> None:
    assert days_told_before(slid_while_held(lapse, other)) == [5, 3]


def test_an_older_release_forgot_a_lot_that_was_over_and_empty_when_anything_was_due() -> None:
    passing = slid_while_held(8, 9)
    passing.give("points", 2, 5, granted=False)
    assert days_told_before(passing) == [3, 3]
    coming = slid_while_held(8, 9)
    coming.promise("points", 2, 20, 7)
    assert days_told_before(coming) == [3, 3]
    together = slid_while_held(8, 9)
    together.give("points", 2, 7, granted=False)
    assert days_told_before(together) == [5, 3]
    gone = slid_while_held(8, 9)
    gone.advance(7)
    assert days_told_before(gone) == [3, 3]


@settings(max_examples=300)
@given(st.one_of(long, meetings))
def test_what_is_foreseen_is_what_an_account_tells_that_goes_on(taken: list[Step]) -> None:
    both = both_at_the_start()
    for step in taken:
        step(both)
    account = replace(both.account, foretold=False)
    agrees(account)
    expected = sorted((*key, amount) for key, amount in as_it_goes(account).items() if amount)
    assert newly_ahead(account, account) == (expected if account.waits_for_time else [])
