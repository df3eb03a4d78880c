"""Each policy of a unit, as an account follows it: order of spending, floors, returns, refunds, caps, delays, limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.areas.accounts.model import (
    Account,
    Cause,
    Conduct,
    Credit,
    PeriodCap,
    Piece,
    Story,
    advance,
    cancel,
    cancel_whole,
    deduct,
    earn,
    expire_now,
    grant,
    hold,
    left_of,
    refund,
    slide,
    spend,
    take_back,
)
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.laws import broken_laws
from chalicelib.areas.accounts.model.limits import MAX_HOLDS, MAX_LOTS, MAX_LOTS_IN_ALL, MAX_PENDINGS
from chalicelib.errors import Refused
from tests.unit.accounts.both import DAY, credit
from tests.unit.accounts.test_time_and_debts import BELOW, empty, promised

PLAIN = Conduct()
OLDEST = Conduct(oldest_first=True)
UNDOES = (1, 1)


def piece_of(story: Story, which: int = 0) -> Piece:
    found = [fact for fact in story.facts if isinstance(fact, f.PointsEarned | f.PointsGranted | f.PointsPromised)]
    return Piece(*found[which].piece)


def last(story: Story) -> f.PointsSpent:
    return next(fact for fact in reversed(story.facts) if isinstance(fact, f.PointsSpent))


def there(story: Story) -> int:
    assert broken_laws(story.account) == ()
    return story.account.wallet("points").available


# --- what is spent first, and how far below zero -------------------------------------------------------------------------


def test_oldest_earned_goes_first_whatever_expires_first() -> None:
    story = empty()
    for until in (90, 10, 90):
        story = earn(story, credit("points", 5, until), OLDEST)
    assert [piece[3] for piece in last(spend(story, "points", 12, OLDEST)).pieces] == [90, 10, 90]
    assert [piece[3] for piece in last(spend(story, "points", 12, PLAIN)).pieces] == [10, 90, 90]


def test_below_zero_goes_who_asks_for_it_and_no_further_than_the_limit() -> None:
    story = earn(empty(), credit("points", 10, None))
    with pytest.raises(Refused, match="insufficient_balance"):
        spend(story, "points", 11, BELOW)
    with pytest.raises(Refused, match="insufficient_balance"):
        spend(story, "points", 111, BELOW, below_zero=True)
    spent = spend(story, "points", 110, BELOW, below_zero=True)
    assert (there(spent), last(spent).owed) == (-100, 100)
    assert there(deduct(story, "points", 30, BELOW, "mistake", below_zero=True)) == -20


def test_who_owes_can_hold_nothing() -> None:
    owing = spend(empty(), "points", 5, BELOW, below_zero=True)
    with pytest.raises(Refused, match="insufficient_balance"):
        hold(owing, "points", 1, BELOW)


# --- returns, undoing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("beyond", "left", "short"), [("clip", 0, 6), ("negative", -6, 0), ("pending_only", 4, 10)])
def test_a_return_for_which_too_little_is_left(beyond: str, left: int, short: int) -> None:
    story = earn(empty(), credit("points", 10, None))
    spent = spend(story, "points", 6)
    conduct = Conduct(floor=-100, beyond=beyond)  # type: ignore[arg-type]
    after = cancel(spent, "points", piece_of(story), 10, conduct)
    fact = after.facts[-1]
    assert isinstance(fact, f.PointsCancelled)
    assert (there(after), fact.short) == (left, short)


@pytest.mark.parametrize(("limit", "left", "short"), [(6, -6, 0), (5, -5, 1), (1, -1, 5)])
def test_a_return_goes_no_further_below_zero_than_the_limit(limit: int, left: int, short: int) -> None:
    story = spend(earn(empty(), credit("points", 10, None)), "points", 6)
    after = cancel(story, "points", piece_of(story), 10, Conduct(beyond="negative", returns_floor=-limit))
    fact = after.facts[-1]
    assert isinstance(fact, f.PointsCancelled)
    assert (there(after), fact.amount, fact.short) == (left, 10 - short, short)


def test_who_is_at_the_limit_has_nothing_more_taken_back() -> None:
    """Nor is anybody lifted to the limit who is further below: the limit may have been another one then."""
    conduct = Conduct(floor=-100, beyond="negative", used="whole", returns_floor=-5)
    story = spend(earn(empty(), credit("points", 10, None)), "points", 18, conduct, below_zero=True)
    after = cancel(story, "points", piece_of(story), 10, conduct)
    assert (there(after), after.facts[-1].amount, after.facts[-1].short) == (-8, 0, 10)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="below_zero_limit"):
        cancel_whole(story, "points", piece_of(story), conduct, Cause(undoes=UNDOES))
    granted = spend(grant(empty(), credit("points", 10, None), PLAIN, "gift"), "points", 18, conduct, below_zero=True)
    with pytest.raises(Refused, match="below_zero_limit"):
        take_back(granted, "points", (piece_of(granted),), conduct, "undo", UNDOES)


def test_undoing_all_of_it_stops_at_the_limit_as_well() -> None:
    conduct = Conduct(used="whole", returns_floor=-5)
    for story in (
        earn(empty(), credit("points", 10, None)),
        grant(empty(), credit("points", 10, None), PLAIN, "gift"),
    ):
        spent = spend(story, "points", 9)
        undone = (
            cancel_whole(spent, "points", piece_of(spent), conduct, Cause(undoes=UNDOES))
            if isinstance(story.facts[0], f.PointsEarned)
            else take_back(spent, "points", (piece_of(spent),), conduct, "undo", UNDOES)
        )
        assert there(undone) == -5
        assert (undone.facts[-1].amount, undone.facts[-1].owed) == (6, 5)  # type: ignore[attr-defined]


@pytest.mark.parametrize("beyond", ["clip", "negative", "pending_only"])
def test_what_is_still_pending_is_taken_first_whatever_the_policy(beyond: str) -> None:
    story = earn(empty(), promised(10, until=60, releases_on=30))
    after = cancel(story, "points", piece_of(story), 4, Conduct(beyond=beyond))  # type: ignore[arg-type]
    wallet = after.account.wallet("points")
    assert (wallet.pending, wallet.cancelled, wallet.earned) == (6, 0, 0)


@pytest.mark.parametrize(("used", "left"), [("left", 0), ("whole", -6)])
def test_an_earning_used_in_part_is_undone_as_the_policy_says(used: str, left: int) -> None:
    story = earn(empty(), credit("points", 10, None))
    conduct = Conduct(used=used)  # type: ignore[arg-type]
    after = cancel_whole(spend(story, "points", 6), "points", piece_of(story), conduct, Cause(undoes=UNDOES))
    assert there(after) == left


def test_an_earning_used_in_part_may_be_left_alone() -> None:
    story = earn(empty(), credit("points", 10, None))
    refusing = Conduct(used="refuse")
    with pytest.raises(Refused, match=r"earning_partly_used: Only 4 of 10 are left"):
        cancel_whole(spend(story, "points", 6), "points", piece_of(story), refusing, Cause())
    assert there(cancel_whole(story, "points", piece_of(story), refusing, Cause())) == 0
    with pytest.raises(Refused, match="nothing_left"):
        cancel_whole(spend(story, "points", 10), "points", piece_of(story), PLAIN, Cause())


def test_a_grant_is_taken_back_from_what_is_left_of_it() -> None:
    story = grant(earn(empty(), credit("points", 5, 40)), credit("points", 10, 20), PLAIN, "goodwill")
    after = take_back(spend(story, "points", 7), "points", (piece_of(story, 1),), PLAIN, "mistake", UNDOES)
    wallet = after.account.wallet("points")
    assert (there(after), wallet.deducted, wallet.granted) == (5, 3, 10)


@pytest.mark.parametrize(("fresh", "there_after", "gone"), [(True, 10, 10), (False, 0, 20)])
def test_a_refund_after_the_last_day_lasts_anew_or_has_passed(fresh: bool, there_after: int, gone: int) -> None:
    story = earn(empty(), credit("points", 20, 5))
    spent = spend(story, "points", 10)
    late = advance(spent, 10 * DAY)
    after = refund(late, "points", last(spent).pieces, credit("points", 1, 50), conduct=Conduct(fresh_refunds=fresh))
    assert (there(after), after.account.wallet("points").expired) == (there_after, gone)


def test_what_is_left_of_an_earning_can_be_let_expire_today() -> None:
    story = earn(empty(), credit("points", 10, 90))
    after = expire_now(spend(story, "points", 4), "points", piece_of(story), UNDOES)
    assert (there(after), after.account.wallet("points").expired) == (0, 6)
    assert left_of(after.account, "points", piece_of(story)) == 0
    with pytest.raises(Refused, match="nothing_left"):
        expire_now(after, "points", piece_of(story), UNDOES)


# --- caps ----------------------------------------------------------------------------------------------------------------


def caps_told(story: Story) -> list[tuple[str, int]]:
    return [(fact.cap, fact.amount) for fact in story.facts if isinstance(fact, f.PointsCapped)]


def test_a_cap_of_a_transaction_counts_all_that_it_gave() -> None:
    conduct = Conduct(cap_transaction=10)
    story = earn(earn(empty(), credit("points", 7, None), conduct), credit("points", 7, None), conduct)
    assert (there(story), caps_told(story)) == (10, [("transaction", 4)])
    assert there(earn(Story(story.account), credit("points", 7, None), conduct)) == 17


def test_a_cap_of_a_period_begins_anew_with_the_next() -> None:
    def month(name: str) -> Conduct:
        return Conduct(cap_period=PeriodCap(name, 10))

    story = earn(empty(), credit("points", 8, None), month("2026-01"))
    story = earn(Story(story.account), credit("points", 8, None), month("2026-01"))
    assert (there(story), caps_told(story)) == (10, [("period", 6)])
    story = earn(Story(story.account), credit("points", 8, None), month("2026-02"))
    assert (there(story), caps_told(story)) == (18, [])


def test_a_cap_of_the_balance_counts_what_is_held_and_what_is_pending() -> None:
    conduct = Conduct(cap_balance=20)
    story = hold(earn(empty(), credit("points", 10, None)), "points", 4, PLAIN)
    story = earn(story, promised(5, until=60, releases_on=30), conduct)
    story = earn(story, credit("points", 9, None), conduct)
    wallet = story.account.wallet("points")
    assert (wallet.available, wallet.held, wallet.pending, caps_told(story)) == (11, 4, 5, [("balance", 4)])


def test_what_a_cap_cuts_off_is_cut_off_every_line_in_proportion() -> None:
    lines = replace(credit("points", 30, None), lines=((1, 10), (2, 20)))
    story = earn(empty(), lines, Conduct(cap_transaction=15))
    (earned,) = (fact for fact in story.facts if isinstance(fact, f.PointsEarned))
    assert (earned.amount, earned.lines) == (15, ((1, 5), (2, 10)))


def test_where_a_cap_leaves_nothing_that_is_all_that_is_told() -> None:
    story = earn(empty(), credit("points", 5, None), Conduct(cap_transaction=0))
    assert story.facts == (f.PointsCapped("points", 5, "transaction"),)


def test_grants_know_no_cap() -> None:
    assert (
        there(grant(empty(), credit("points", 50, None), Conduct(cap_balance=5, cap_transaction=5), "goodwill")) == 50
    )


# --- what slides ---------------------------------------------------------------------------------------------------------


def sliding(amount: int, until: int, releases_at: int | None = None) -> Credit:
    return replace(credit("points", amount, until), slides=True, releases_at=releases_at)


def test_everything_that_slides_lasts_longer_together() -> None:
    story = earn(earn(empty(), sliding(5, 10)), sliding(7, 12))
    assert [(lot.expires_on, lot.left) for lot in story.account.wallet("points").lots] == [(10, 12)]
    story = slide(story, "points", 20, 21 * DAY)
    assert there(advance(story, 20 * DAY)) == 12
    assert there(advance(story, 21 * DAY)) == 0
    assert slide(story, "points", 15, 16 * DAY) == story, "never shorter"


def test_what_slides_and_comes_later_slides_meanwhile() -> None:
    story = earn(empty(), sliding(5, 10, releases_at=15 * DAY))
    story = earn(slide(story, "points", 20, 21 * DAY), sliding(3, 10, releases_at=15 * DAY))
    wallet = advance(story, 16 * DAY).account.wallet("points")
    assert [(lot.expires_on, lot.left) for lot in wallet.lots] == [(20, 8)]


def test_what_slid_and_passed_begins_anew() -> None:
    story = earn(advance(earn(empty(), sliding(5, 10)), 30 * DAY), sliding(4, 40))
    story = slide(story, "points", 45, 46 * DAY)
    assert (there(story), story.account.wallet("points").lots[0].expires_on) == (4, 45)


def test_what_does_not_slide_stays_where_it_is() -> None:
    story = slide(earn(earn(empty(), credit("points", 5, 10)), sliding(5, 10)), "points", 20, 21 * DAY)
    assert [(lot.expires_on, lot.left) for lot in story.account.wallet("points").lots] == [(10, 5), (20, 5)]


# --- limits: nothing is lost at any ---------------------------------------------------------------------------------------


def full_of_lots(number: int) -> Story:
    account = empty().account
    for day in range(number):
        account = earn(Story(account), credit("points", 1, 1_000 + day)).account
    return Story(account)


def test_past_the_limit_of_lots_a_credit_lasts_as_long_or_a_little_longer() -> None:
    story = full_of_lots(MAX_LOTS)
    after = earn(story, credit("points", 5, 900))
    wallet = after.account.wallet("points")
    assert (there(after), len(wallet.lots), wallet.lots[0].left) == (MAX_LOTS + 5, MAX_LOTS, 6)
    longest = earn(story, credit("points", 5, None)).account.wallet("points")
    assert (len(longest.lots), longest.lots[-1].left) == (MAX_LOTS + 1, 5)


def test_what_slides_makes_no_other_lot_slide_where_there_are_too_many() -> None:
    story = earn(full_of_lots(MAX_LOTS), sliding(5, 900))
    assert story.account.wallet("points").sliding == 0
    assert there(slide(story, "points", 2_000, 2_001 * DAY)) == MAX_LOTS + 5


def test_past_all_lots_a_credit_that_none_can_take_is_refused() -> None:
    story = full_of_lots(MAX_LOTS_IN_ALL)
    assert len(story.account.wallet("points").lots) == MAX_LOTS_IN_ALL
    with pytest.raises(Refused, match="too_many_lots"):
        earn(story, credit("points", 1, None))
    assert there(story) == MAX_LOTS_IN_ALL


def test_holds_past_their_limit_are_refused_until_one_is_over() -> None:
    story = earn(empty(), credit("points", 100, None))
    for _ in range(MAX_HOLDS):
        story = hold(story, "points", 1, PLAIN, lapses_at=5 * DAY)
    with pytest.raises(Refused, match="too_many_holds"):
        hold(story, "points", 1, PLAIN)
    assert there(hold(advance(story, 5 * DAY), "points", 1, PLAIN)) == 99


def test_promises_past_their_limit_are_refused_but_for_those_that_join_another() -> None:
    account = Account("mem_00000000001", 1)
    for day in range(MAX_PENDINGS):
        account = earn(Story(account), promised(1, until=2_000, releases_on=100 + day)).account
    with pytest.raises(Refused, match="too_many_pending"):
        earn(Story(account), promised(1, until=2_000, releases_on=99))
    after = earn(Story(account), promised(1, until=2_000, releases_on=100)).account
    assert (after.wallet("points").pending, len(after.pendings)) == (MAX_PENDINGS + 1, MAX_PENDINGS)
