"""What an account refuses, and how a cancellation is clipped."""

from __future__ import annotations

import pytest

from chalicelib.areas.accounts.model import Account, Cause, Piece, Story, apply, cancel, earn, spend
from chalicelib.areas.accounts.model.facts import (
    OrderRecorded,
    OrderReturned,
    PointsCancelled,
    PointsEarned,
    PointsSpent,
    TierChanged,
)
from chalicelib.areas.members.facts import MemberBlocked
from chalicelib.errors import Refused
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.kit.facts import Fact
from tests.unit.accounts.both import credit


def account_with(*amounts_until: tuple[int, int | None]) -> tuple[Story, list[Piece]]:
    """An account and the interval of each earning."""
    story = Story(Account("mem_00000000001", 1))
    for amount, until in amounts_until:
        story = earn(story, credit("points", amount, until))
    return Story(story.account), [Piece(*fact.piece) for fact in story.facts if isinstance(fact, PointsEarned)]


def cancelled_by(story: Story) -> PointsCancelled:
    (fact,) = story.facts
    assert isinstance(fact, PointsCancelled)
    return fact


def test_spending_more_than_there_is_is_refused_and_says_how_much_there_is() -> None:
    story, _ = account_with((5, None))
    with pytest.raises(Refused, match="There are 5 available and 6 are needed") as refusal:
        spend(story, "points", 6)
    assert refusal.value.code == "insufficient_balance"
    assert spend(story, "points", 5).account.wallet("points").available == 0


def test_points_of_another_unit_are_no_help() -> None:
    story, _ = account_with((5, None))
    with pytest.raises(Refused, match="insufficient_balance"):
        spend(story, "stamps", 1)


def test_a_balance_stops_at_its_limit() -> None:
    story, _ = account_with((MAX_AMOUNT - 1, None))
    assert earn(story, credit("points", 1, None)).account.wallet("points").available == MAX_AMOUNT
    with pytest.raises(Refused, match="balance_limit"):
        earn(story, credit("points", 2, None))
    assert earn(story, credit("stamps", 2, None)).account.wallet("stamps").available == 2


def test_a_spend_takes_the_earliest_expiry_first_and_what_never_expires_last() -> None:
    story, _ = account_with((3, None), (3, 40), (3, 20))
    (spent,) = spend(story, "points", 7).facts
    assert isinstance(spent, PointsSpent)
    assert spent.pieces == ((3, 0, 3, 20), (2, 0, 3, 40), (1, 0, 1, None))


def test_a_return_takes_its_own_points_from_their_end() -> None:
    story, (_, second, _) = account_with((10, 30), (10, 30), (10, 30))
    taken = cancelled_by(cancel(story, "points", second, 4, cause=Cause("base", "ord_1")))
    assert taken == PointsCancelled("points", 4, ((1, 16, 20, 30),), balance=26, short=0, rule="base", order="ord_1")


def test_what_was_spent_of_an_earning_is_taken_from_the_rest_of_the_wallet() -> None:
    story, (first, _) = account_with((10, 20), (10, 40))
    after = cancel(Story(spend(story, "points", 7).account), "points", first, 10)
    assert cancelled_by(after).pieces == ((1, 7, 10, 20), (2, 0, 7, 40))
    assert after.account.wallet("points").available == 3


def test_an_earning_spent_to_the_last_point_is_still_taken_back_from_the_rest() -> None:
    story, (first, _) = account_with((10, 20), (4, 40))
    after = cancel(Story(spend(story, "points", 10).account), "points", first, 6)
    assert (cancelled_by(after).amount, cancelled_by(after).short) == (4, 2)


def test_too_little_left_is_clipped_never_below_zero() -> None:
    story, (earned,) = account_with((10, None))
    after = cancel(Story(spend(story, "points", 8).account), "points", earned, 10)
    taken = cancelled_by(after)
    assert (taken.amount, taken.short, taken.balance) == (2, 8, 0)
    assert after.account.wallet("points").cancelled == 2


def test_two_credits_of_one_order_clip_as_one_would() -> None:
    """The second finds its own points taken for the first: together they take what there is, once."""
    story, (base, bonus) = account_with((10, 30), (6, 30))
    story = Story(spend(story, "points", 5).account)
    story = cancel(cancel(story, "points", base, 10), "points", bonus, 6)
    taken = [fact for fact in story.facts if isinstance(fact, PointsCancelled)]
    assert [(fact.amount, fact.short) for fact in taken] == [(10, 0), (1, 5)]
    assert story.account.wallet("points").available == 0


def test_orders_and_spend_are_counted_and_counted_back() -> None:
    account = Account("mem_00000000001", 1)
    sales: list[Fact] = [OrderRecorded("o1", "A1", "EUR", 1000), OrderRecorded("o2", "A2", "USD", 50)]
    for fact in sales:
        account = apply(account, fact)
    assert (account.orders, account.spend) == (2, {"EUR": 1000, "USD": 50})
    account = apply(account, OrderReturned("o1", "R1", "EUR", 400))
    assert (account.orders, account.spend["EUR"]) == (2, 600)
    account = apply(account, OrderReturned("o1", "R2", "EUR", 600, full=True))
    assert (account.orders, account.spend) == (1, {"EUR": 0, "USD": 50})
    assert apply(account, TierChanged("gold", "")).tier == "gold"


def test_a_fact_of_another_stream_is_no_fact_of_an_account() -> None:
    with pytest.raises(TypeError, match="MemberBlocked is not a fact of an account"):
        apply(Account("mem_00000000001", 1), MemberBlocked())
