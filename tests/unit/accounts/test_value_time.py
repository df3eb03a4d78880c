"""Value time: what is due happens on its day, whenever somebody looks; late purchases are posted as of their own date."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.accounts.model import Account, Credit, Story, Wallet, advance, cancel, earn, refund, spend
from chalicelib.areas.accounts.model.facts import (
    AccountAdvanced,
    PointsEarned,
    PointsExpired,
    PointsRefunded,
    PointsSpent,
)
from chalicelib.areas.accounts.model.lots import Piece
from chalicelib.areas.programs.model import AfterDays, EndOfMonth, Program, Unit, UnitPolicy, lifetime
from chalicelib.kit.periods import day_starts
from tests.twins import at
from tests.unit.accounts.both import DAY, Both, credit
from tests.unit.accounts.walks import Step, steps

moments = st.integers(0, 60 * DAY)


def empty() -> Story:
    return Story(Account("mem_00000000001", 1))


def kept(wallet: Wallet) -> tuple[object, ...]:
    """All that a wallet holds and ever did, whatever its lots are called."""
    lots = tuple((lot.expires_on, lot.expires_at, lot.into, lot.out, lot.holes) for lot in wallet.lots)
    return wallet.earned, wallet.refunded, wallet.spent, wallet.cancelled, wallet.expired, lots


@given(st.lists(steps, max_size=25), moments, moments)
def test_advancing_in_two_strides_ends_where_one_stride_does(taken: list[Step], one: int, other: int) -> None:
    both = Both()
    for step in taken:
        step(both)
    first, last = sorted((one, other))
    account = both.account
    in_two = advance(advance(Story(account), first), last).account
    assert in_two == advance(Story(account), last).account
    assert advance(Story(in_two), first).account == in_two


@given(st.lists(steps, max_size=25), moments)
def test_looking_ahead_leaves_the_account_as_it_was(taken: list[Step], ahead: int) -> None:
    both = Both()
    for step in taken:
        step(both)
    before = deepcopy(both.account)
    advance(Story(both.account), both.account.advanced_to + ahead)
    assert both.account == before


def test_what_is_due_happens_in_the_order_of_its_days_across_units() -> None:
    story = empty()
    for unit, until in (("points", 30), ("stamps", 10), ("points", 20)):
        story = earn(story, credit(unit, 5, until))
    told = advance(Story(story.account), 40 * DAY).facts
    assert [(fact.unit, fact.expires_on) for fact in told if isinstance(fact, PointsExpired)] == [
        ("stamps", 10),
        ("points", 20),
        ("points", 30),
    ]
    assert told[-1] == AccountAdvanced(40 * DAY)


def test_points_are_there_to_the_last_millisecond_of_their_day_and_not_one_longer() -> None:
    account = earn(empty(), credit("points", 5, 10)).account
    assert advance(Story(account), 11 * DAY - 1).account.wallet("points").available == 5
    assert advance(Story(account), 11 * DAY).account.wallet("points").available == 0


def test_the_next_due_moment_is_that_of_the_earliest_points_still_there() -> None:
    story = earn(earn(earn(empty(), credit("points", 5, 10)), credit("points", 5, 20)), credit("stamps", 1, None))
    assert story.account.next_due_at == 11 * DAY
    emptied = spend(story, "points", 5)
    assert emptied.account.next_due_at == 21 * DAY
    assert spend(emptied, "points", 5).account.next_due_at is None


# --- late arrivals ---------------------------------------------------------------------------------------------------


class Purchase(NamedTuple):
    """Bought on `day`, worth `amount` points that last to the end of the day `keeps` days later."""

    day: int
    amount: int
    keeps: int
    unit: str

    @property
    def credit(self) -> Credit:
        return credit(self.unit, self.amount, self.day + self.keeps)


purchases = st.builds(
    Purchase, st.integers(0, 30), st.integers(1, 50), st.sampled_from([0, 3, 10]), st.sampled_from(["points", "stamps"])
)


def posted(account: Account, purchase: Purchase) -> Story:
    return earn(advance(Story(account), purchase.day * DAY), purchase.credit)


@given(st.lists(st.tuples(purchases, st.integers(0, 45)), min_size=1, max_size=12))
def test_when_the_daily_job_ran_between_late_purchases_changes_nothing(arrived: list[tuple[Purchase, int]]) -> None:
    """Purchases arrive in any order of their dates; before each the job may have run, up to any day."""
    with_jobs = without = empty().account
    for purchase, job_ran_to in arrived:
        with_jobs = posted(advance(Story(with_jobs), job_ran_to * DAY).account, purchase).account
        without = posted(without, purchase).account
    end = 50 * DAY
    with_jobs, without = (advance(Story(account), end).account for account in (with_jobs, without))
    for unit in ("points", "stamps"):
        assert kept(with_jobs.wallet(unit)) == kept(without.wallet(unit))
        assert without.wallet(unit).expired == sum(one.amount for one, _ in arrived if one.unit == unit)


@given(st.lists(purchases, min_size=1, max_size=12), st.integers(0, 45))
def test_at_any_day_there_is_exactly_what_was_bought_and_has_not_passed(bought: list[Purchase], today: int) -> None:
    """However late each purchase came: what counts is its own date."""
    account = empty().account
    for purchase in bought:
        account = posted(account, purchase).account
    now = max([today, *(purchase.day for purchase in bought)])
    account = advance(Story(account), now * DAY).account
    for unit in ("points", "stamps"):
        alive = [one for one in bought if one.unit == unit and one.day + one.keeps >= now]
        assert account.wallet(unit).available == sum(one.amount for one in alive)
        days = {lot.expires_on: lot.left for lot in account.wallet(unit).lots}
        assert days == {day: sum(one.amount for one in alive if one.day + one.keeps == day) for day in days}


def test_a_purchase_whose_points_have_passed_is_earned_and_expired_at_once() -> None:
    account = advance(Story(earn(empty(), credit("points", 7, 60)).account), 40 * DAY).account
    story = posted(account, Purchase(day=5, amount=3, keeps=10, unit="points"))
    earned, expired = story.facts
    assert isinstance(earned, PointsEarned)
    assert (earned.amount, earned.expires_on, earned.balance) == (3, 15, 10)
    assert expired == PointsExpired("points", 3, lot=earned.piece[0], balance=7, expires_on=15)
    assert story.account.advanced_to == 40 * DAY


def test_a_late_purchase_joins_what_expires_with_it_and_is_not_spent_before_its_turn() -> None:
    account = advance(Story(earn(empty(), credit("points", 4, 30)).account), 20 * DAY).account
    account = earn(Story(account), credit("points", 4, 25)).account
    account = posted(account, Purchase(day=15, amount=6, keeps=15, unit="points")).account
    (spent,) = spend(Story(account), "points", 9).facts
    assert isinstance(spent, PointsSpent)
    assert spent.pieces == ((2, 0, 4, 25), (1, 0, 5, 30))


def test_goods_returned_after_their_points_passed_cost_nothing_else() -> None:
    """What has expired is not taken from younger points."""
    story = earn(earn(empty(), credit("points", 10, 5)), credit("points", 10, 50))
    earned = story.facts[0]
    assert isinstance(earned, PointsEarned)
    passed = advance(story, 6 * DAY)
    taken = cancel(passed, "points", Piece(*earned.piece), 10)
    assert taken.account.wallet("points").available == 10
    assert taken.account.wallet("points").cancelled == 0


def test_a_refund_whose_fresh_points_have_passed_expires_at_once() -> None:
    story = spend(earn(empty(), credit("points", 5, 3)), "points", 5)
    spent = story.facts[-1]
    assert isinstance(spent, PointsSpent)
    late = refund(advance(story, 20 * DAY), "points", spent.pieces, credit("points", 0, 10))
    assert [type(fact) for fact in late.facts[-2:]] == [PointsRefunded, PointsExpired]
    assert late.account.wallet("points").available == 0


# --- policies, zones -------------------------------------------------------------------------------------------------


def program(zone: str, *policies: UnitPolicy) -> Program:
    return Program(name="Shop", zone=zone, program_id=1, units=(Unit(code="points", name="Points", policies=policies),))


def lasting(program: Program, amount: int, when: str) -> Credit:
    lasts = lifetime(program, program.unit("points"), at(when))
    return Credit("points", amount, lasts.expires_on, lasts.expires_at)


def test_another_policy_or_zone_moves_nothing_that_was_earned() -> None:
    month = UnitPolicy(expiry=EndOfMonth(type="end_of_month", months=0))
    week = UnitPolicy(expiry=AfterDays(type="days", days=7))
    story = earn(empty(), lasting(program("Europe/Berlin", month), 10, "2026-03-10"))
    earned = story.account.wallet("points").lots[0]
    assert earned.expires_at == at("2026-03-31T22:00:00Z")
    story = earn(story, lasting(program("Asia/Tokyo", week), 5, "2026-03-11"))
    assert earned in story.account.wallet("points").lots
    assert advance(story, at("2026-03-31T21:59:59Z")).account.wallet("points").available == 10
    assert advance(story, at("2026-03-31T22:00:00Z")).account.wallet("points").available == 0


def test_days_of_two_zones_that_end_together_keep_their_own_names() -> None:
    """Honolulu's 9 March and Kiritimati's 10 March end at one instant: each earning says the day its buyer was told."""
    today = UnitPolicy(expiry=AfterDays(type="days", days=0))
    story = earn(empty(), lasting(program("Pacific/Honolulu", today), 1, "2026-03-09T12:00:00-10:00"))
    story = earn(story, lasting(program("Pacific/Kiritimati", today), 2, "2026-03-10T12:00:00+14:00"))
    lots = story.account.wallet("points").lots
    assert [lot.left for lot in lots] == [1, 2]
    assert lots[1].expires_on == (lots[0].expires_on or 0) + 1
    assert {lot.expires_at for lot in lots} == {day_starts((lots[0].expires_on or 0) + 1, "Pacific/Honolulu")}
