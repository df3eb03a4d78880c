"""Debts, and what comes too late to pay for them: what has passed pays for nothing, whoever looked when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.areas.accounts.model import (
    Account,
    Conduct,
    Credit,
    Piece,
    Story,
    advance,
    cancel,
    earn,
    hold,
    refund,
    slide,
    spend,
)
from chalicelib.areas.accounts.model.facts import DebtSettled, PointsExpired, PointsSpent
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.kit.clock import Instant
from chalicelib.kit.periods import Day
from tests.unit.accounts.both import DAY, credit

BELOW = Conduct(floor=-100)


def empty() -> Story:
    return Story(Account("mem_00000000001", 1))


def below_zero(story: Story, amount: int) -> Story:
    return spend(story, "points", amount, BELOW, below_zero=True)


def promised(amount: int, until: int, releases_on: int) -> Credit:
    return Credit("points", amount, until, (until + 1) * DAY, releases_at=releases_on * DAY)


def in_one_stride_or_two(story: Story, between: int, to: int) -> Account:
    straight, in_two = advance(story, to * DAY), advance(advance(story, between * DAY), to * DAY)
    assert in_two.account == straight.account
    assert _passed(in_two) == _passed(straight)
    return straight.account


def _passed(story: Story) -> list[tuple[int, Day | None, Instant | None]]:
    return [(one.amount, one.expires_on, one.came_at) for one in story.facts if isinstance(one, PointsExpired)]


def test_a_promise_that_comes_after_its_last_day_pays_for_no_debt() -> None:
    story = below_zero(earn(empty(), promised(4, until=2, releases_on=7)), 4)
    wallet = in_one_stride_or_two(story, 5, 10).wallet("points")
    assert (wallet.owed, wallet.expired, wallet.available) == (4, 4, -4)


def test_a_hold_that_lapses_after_its_points_passed_pays_for_no_debt() -> None:
    story = hold(earn(empty(), credit("points", 5, 2)), "points", 5, BELOW, lapses_at=7 * DAY)
    wallet = in_one_stride_or_two(below_zero(story, 3), 5, 10).wallet("points")
    assert (wallet.owed, wallet.expired, wallet.held) == (3, 5, 0)


@pytest.mark.parametrize("between", [6, 8, 9])
def test_what_comes_back_too_late_has_passed_on_the_last_day_that_it_had(between: int) -> None:
    """Its lot has slid from the second day to the seventh while all that was in it was held."""
    story = _sliding(until=2, slid_to=7, held=5)
    in_one_stride_or_two(story, between, 10)
    assert _passed(advance(story, 10 * DAY)) == [(5, 2, 9 * DAY)]


def test_what_slid_while_a_part_of_it_was_held_passes_with_its_day_and_that_part_with_its_own() -> None:
    story = _sliding(until=2, slid_to=7, held=3)
    in_one_stride_or_two(story, 8, 10)
    assert _passed(advance(story, 10 * DAY)) == [(2, 7, None), (3, 2, 9 * DAY)]


def _sliding(until: int, slid_to: int, held: int) -> Story:
    story = earn(empty(), replace(credit("points", 5, until), slides=True))
    story = hold(story, "points", held, BELOW, lapses_at=9 * DAY)
    return Story(slide(story, "points", slid_to, (slid_to + 1) * DAY).account)


def test_a_hold_that_lapses_in_time_pays_for_the_debt_first() -> None:
    story = hold(earn(empty(), credit("points", 5, 20)), "points", 5, BELOW, lapses_at=7 * DAY)
    wallet = in_one_stride_or_two(below_zero(story, 3), 5, 10).wallet("points")
    assert (wallet.owed, wallet.expired, wallet.available) == (0, 0, 2)


def test_a_late_purchase_whose_points_have_passed_pays_for_no_debt() -> None:
    story = earn(advance(below_zero(empty(), 5), 20 * DAY), credit("points", 9, 10))
    wallet = story.account.wallet("points")
    assert (wallet.owed, wallet.expired, wallet.lots) == (5, 9, ())
    assert not [fact for fact in story.facts if isinstance(fact, DebtSettled)]


def test_a_refund_of_what_has_passed_settles_no_more_debt_than_it_brings() -> None:
    """10 of the 30 spent were there and have passed since; only the 20 that come fresh pay for the 60 owed."""
    story = below_zero(earn(empty(), credit("points", 10, 2)), 30)
    (spent,) = (fact for fact in story.facts if isinstance(fact, PointsSpent))
    story = advance(below_zero(story, 40), 10 * DAY)
    original = Conduct(fresh_refunds=False)
    story = refund(story, "points", spent.pieces, credit("points", 1, 50), conduct=original, beside=20)
    assert broken_laws(story.account) == ()
    wallet = story.account.wallet("points")
    assert (wallet.owed, wallet.available, wallet.expired, wallet.refunded) == (40, -40, 10, 30)
    (gone,) = (fact for fact in story.facts if isinstance(fact, PointsExpired))
    assert (gone.amount, gone.expires_on) == (10, 2)


def test_a_late_promise_that_is_over_already_takes_nothing_elsewhere_when_it_is_cancelled() -> None:
    """Bought long ago, its points come tomorrow and had their last day yesterday."""
    story = advance(earn(empty(), credit("points", 10, None)), 20 * DAY)
    story = earn(story, promised(3, until=19, releases_on=21))
    late = cancel(story, "points", Piece(2, 0, 3), 5, Conduct(beyond="negative"))
    wallet = late.account.wallet("points")
    assert (wallet.pending, wallet.available, wallet.cancelled) == (0, 10, 0)


def test_what_slides_does_not_join_a_late_promise_that_is_over_already() -> None:
    late = replace(promised(3, until=19, releases_on=21), slides=True)
    story = earn(advance(empty(), 20 * DAY), late)
    assert slide(story, "points", 50, 51 * DAY) == story
    story = earn(story, replace(credit("points", 5, 40), slides=True))
    assert story.account.wallet("points").available == 5
    story = slide(story, "points", 50, 51 * DAY)
    assert [(lot.expires_on, lot.left) for lot in advance(story, 22 * DAY).account.wallet("points").lots] == [(50, 5)]


def test_what_comes_in_pays_what_is_owed_and_the_rest_is_there() -> None:
    story = earn(below_zero(empty(), 5), credit("points", 9, None))
    wallet = story.account.wallet("points")
    assert (wallet.owed, wallet.available, [lot.left for lot in wallet.lots]) == (0, 4, [4])
