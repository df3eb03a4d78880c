"""What an account counts of rules: small, by the day of purchase, and the same whoever comes in what order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.model import Account, fold
from chalicelib.areas.accounts.model.counters import counted, has_room, is_over, named
from chalicelib.areas.accounts.model.facts import RuleCounted, RuleUncounted
from chalicelib.areas.accounts.model.limits import MAX_COUNTED_PERIODS, MAX_COUNTED_RULES
from chalicelib.areas.accounts.model.packed import packed
from chalicelib.kit.periods import CountPeriod, day_of
from chalicelib.table.journal import Head
from chalicelib.table.meter import item_bytes
from tests.unit.accounts.test_store import OWNER, entry_after, read_back

TODAY = day_of(date(2026, 6, 15))
LENGTHS: tuple[CountPeriod, ...] = ("day", "week", "month", "3_months", "6_months", "year", "ever")
AMOUNTS = (("points", 5),)


def used(rule: str, day: int, *per: CountPeriod, amounts: tuple[tuple[str, int], ...] = AMOUNTS) -> RuleCounted:
    return RuleCounted(rule, "ord_1", day, tuple(named(one, day) for one in per), amounts)


def back(use: RuleCounted) -> RuleUncounted:
    return RuleUncounted(use.rule, use.order, use.periods, 1, use.amounts)


days = st.integers(TODAY - 3, TODAY)
uses = st.builds(
    lambda rule, day, per: used(rule, day, *per),
    st.sampled_from(["a", "b"]),
    days,
    st.sets(st.sampled_from(LENGTHS), min_size=1).map(sorted),
)


@given(st.lists(uses, max_size=12), st.randoms(use_true_random=False))
def test_what_was_counted_and_came_back_is_as_if_it_had_never_been(told: list[RuleCounted], dice: object) -> None:
    account = fold(Account(OWNER, 1), told)
    assert read_back(account) == account
    returns = [back(one) for one in told]
    dice.shuffle(returns)  # type: ignore[attr-defined]
    assert fold(account, returns).counters == {}


@given(st.lists(uses, max_size=8), st.randoms(use_true_random=False))
def test_in_which_order_purchases_arrive_makes_no_difference(told: list[RuleCounted], dice: object) -> None:
    mixed = list(told)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    assert fold(Account(OWNER, 1), mixed).counters == fold(Account(OWNER, 1), told).counters


def test_a_part_that_comes_back_leaves_the_use() -> None:
    one = used("a", TODAY, "month", amounts=(("points", 5), ("stamps", 1)))
    part = RuleUncounted("a", "ord_1", one.periods, 0, (("points", 2), ("stamps", 1)))
    [(_, left)] = fold(Account(OWNER, 1), [one, part]).counters["a"].items()
    assert (left.times, left.amounts) == (1, {"points": 3})


def test_of_many_days_the_last_are_kept_and_whichever_is_in_use() -> None:
    account = fold(Account(OWNER, 1), [used("a", TODAY - at, "day", "ever") for at in range(30)])
    kept = account.counters["a"]
    assert kept["ever"].times == 30
    assert set(kept) - {"ever"} == {named("day", TODAY - at) for at in (0, 1, 2, 29)}
    assert len(kept) == MAX_COUNTED_PERIODS + 1


@pytest.mark.parametrize("per", LENGTHS[:-1])
def test_a_period_is_over_when_the_next_has_begun(per: CountPeriod) -> None:
    assert not is_over(named(per, TODAY), TODAY)
    assert is_over(named(per, TODAY), TODAY + 400)
    assert not is_over("ever", TODAY + 400)


def test_rules_of_which_nothing_but_the_past_is_left_make_room() -> None:
    full = fold(Account(OWNER, 1), [used(f"r{at}", TODAY, "day") for at in range(MAX_COUNTED_RULES)])
    assert (has_room(full.counters, "new", TODAY), has_room(full.counters, "r0", TODAY)) == (False, True)
    assert has_room(full.counters, "new", TODAY + 1)
    after = counted(full.counters, "new", TODAY + 1, ("ever",), ())
    assert set(after) == {"new"}


def test_an_account_that_counts_nothing_is_written_as_before_and_one_that_does_is_of_a_newer_schema() -> None:
    plain = Account(OWNER, 1)
    counting = fold(plain, [used("a", TODAY, "day")])
    schemas = [store.account_put("shop", one, Head(), entry_after(Head())).item["v"]["N"] for one in (plain, counting)]
    assert schemas == ["2", "4"]
    assert "c" not in packed(plain)


def test_sixty_four_rules_at_work_weigh_less_than_three_kilobytes() -> None:
    told = [used(f"rule-{at:02}", TODAY - day, "day", "month") for at in range(MAX_COUNTED_RULES) for day in range(4)]
    put = store.account_put("shop", replace(fold(Account(OWNER, 1), told)), Head(), entry_after(Head()))
    assert item_bytes(put.item) < 3_000
