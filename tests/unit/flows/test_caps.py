"""Caps: what an order may give, what may be earned in a period of time, and what a balance may come to. A purchase counts on
its own day, whenever it arrives; what is taken back makes room again where it had counted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model.facts import PointsCapped
from chalicelib.areas.accounts.model.limits import MAX_PERIODS
from chalicelib.areas.orders.operations import get_order
from chalicelib.areas.rules.model import Rule
from chalicelib.flows.account_views import facts_of
from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.journal import entry_from
from tests.twins import by_hand, fresh
from tests.twins.bookshop import (
    BookShop,
    Sold,
    card,
    fixed,
    goods_back,
    keyed,
    line,
    member,
    open_shop,
    per_euro,
    rule,
    sale,
)

TODAY = "2026-07-02"
BASE = (rule(),)
A_MONTH = {"per_period": {"every": "month", "amount": 100}}


def capped(caps: dict[str, Any], *policies: dict[str, Any], rules: Sequence[Rule] = BASE, **policy: Any) -> BookShop:
    """A point per euro, never more than these caps let; other policies come behind."""
    points = {"code": "points", "name": "Points", "policies": [policy | {"caps": caps}, *policies]}
    return open_shop(now=TODAY, rules=rules, tiers=None, program={"units": [points]})


def bought(shop: BookShop, number: str, euros: int, on: str = TODAY) -> Sold:
    return shop.buy(card("ada"), sale(number, euros * 100, on=on)).answer


def got(shop: BookShop, number: str, euros: int, on: str = TODAY) -> int:
    return sum(earning.amount for earning in bought(shop, number, euros, on).earned)


def journal(shop: BookShop, member_id: str, sequence: int) -> list[tuple[str, int, str]]:
    """What caps cut off, as an entry of the journal has it."""
    stream = accounts.stream(shop.caller.tenant, member_id, 1)
    stored = shop.rt.table.get(stream.key(sequence))
    assert stored is not None
    facts = facts_of(entry_from(stream, stored), PointsCapped)
    assert {fact.order for fact in facts} <= {bought_order(shop)}
    return [(fact.cap, fact.amount, fact.rule) for fact in facts]


def bought_order(shop: BookShop) -> str:
    return shop.order_id("A1")


def told(answer: Sold) -> list[tuple[str, int, str | None]]:
    return [(one.cap, one.amount, one.rule_id) for one in answer.capped]


# --- what a purchase may give ----------------------------------------------------------------------------------------------


def test_an_order_gives_no_more_than_its_cap_whichever_rules_give_it() -> None:
    shop = capped({"per_transaction": 60}, rules=(rule(), rule("bonus", effects=[per_euro(stage="bonus")])))
    answer = bought(shop, "A1", 50)
    assert [(one.rule_id, one.amount) for one in answer.earned] == [("base", 50), ("bonus", 10)]
    assert told(answer) == [("transaction", 40, "bonus")] == journal(shop, answer.member_id, 1)
    kept = get_order(shop.rt, shop.caller, answer.order_id).credits
    assert [(credit.rule, credit.amount) for credit in kept] == [("base", 50), ("bonus", 10)]
    assert got(shop, "A2", 90) == 60, "the next order has its own cap"


def test_what_an_order_gives_later_counts_towards_its_cap_as_what_it_gives_at_once() -> None:
    bonus = rule("bonus", effects=[fixed(40, stage="bonus")])
    shop = capped({"per_transaction": 50}, rules=(rule(), bonus), available_after=14)
    answer = bought(shop, "A1", 40)
    assert [(one.rule_id, one.amount) for one in answer.earned] == [("base", 40), ("bonus", 10)]
    assert told(answer) == [("transaction", 30, "bonus")] == journal(shop, answer.member_id, 1)
    shop.clock.move_to("2026-07-16")
    assert shop.balance(answer.member_id) == 50


def test_a_month_gives_no_more_than_its_cap() -> None:
    shop = capped(A_MONTH)
    assert got(shop, "A0", 70) == 70
    answer = bought(shop, "A1", 70)
    assert [one.amount for one in answer.earned] == [30]
    assert told(answer) == [("period", 40, "base")] == journal(shop, answer.member_id, 2)
    assert got(shop, "A2", 70) == 0


def test_a_balance_comes_to_no_more_than_its_cap() -> None:
    shop = capped({"balance": 100})
    assert got(shop, "A0", 70) == 70
    answer = bought(shop, "A1", 70)
    assert told(answer) == [("balance", 40, "base")] == journal(shop, answer.member_id, 2)
    shop.spend(answer.member_id, 20)
    assert got(shop, "A2", 70) == 20


def test_a_simulated_purchase_gives_what_the_purchase_would() -> None:
    shop = capped(A_MONTH)
    bought(shop, "A0", 70, on="2026-06-30")
    for number, day, cut in (("A1", "2026-06-29", [50]), ("A2", TODAY, [])):
        simulated = shop.simulate(card("ada"), sale(number, 80_00, on=day))
        recorded = bought(shop, number, 80, on=day)
        assert sum(one.amount for one in simulated.earned) == sum(one.amount for one in recorded.earned)
        assert simulated.capped == recorded.capped
        assert [one.amount for one in simulated.capped] == cut


# --- each purchase counts on its own day -----------------------------------------------------------------------------------


def test_a_till_that_sends_days_later_fills_the_month_in_which_it_sold() -> None:
    """One till sends at once, the other on the second of July what it sold in June."""
    shop = capped(A_MONTH)
    assert got(shop, "here-1", 60, on="2026-06-28") == 60
    assert got(shop, "here-2", 80, on="2026-07-01") == 80
    late = bought(shop, "there-1", 70, on="2026-06-30")
    assert ([one.amount for one in late.earned], told(late)) == ([40], [("period", 30, "base")])
    assert got(shop, "here-3", 50, on=TODAY) == 20, "July goes on where it was"
    assert got(shop, "there-2", 10, on="2026-06-27") == 0, "and June is full"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_it_does_not_matter_in_which_order_purchases_arrive(order: tuple[int, ...]) -> None:
    sold = (("A0", 70, "2026-05-31"), ("A1", 70, "2026-06-01"), ("A2", 70, "2026-06-30"), ("A3", 70, "2026-07-01"))
    shop = capped(A_MONTH)
    ada = shop.member("ada")
    for place in order:
        bought(shop, *sold[place])
        shop.earn(ada, 1)  # whoever touches the account in between
    assert shop.balance(ada) == 70 + 100 + 70 + 4
    assert shop.proof(ada).matches


def test_the_day_is_that_of_the_programs_own_calendar() -> None:
    """In Apia it is July already when a purchase is made on the last of June, by Greenwich."""
    points = {"code": "points", "name": "Points", "policies": [{"caps": A_MONTH}]}
    shop = open_shop(now=TODAY, tiers=None, program={"units": [points], "zone": "Pacific/Apia"})
    assert got(shop, "A1", 90, on="2026-07-01") == 90
    noon = sale("A2", 90_00, on="2026-06-30").model_copy(update={"purchased_at": shop.clock.at - 36 * 3_600_000})
    assert [one.amount for one in shop.buy(card("ada"), noon).answer.earned] == [10]


def test_the_cap_is_that_of_the_day_of_purchase() -> None:
    july = {"effective_from": "2026-07-01", "caps": {"per_period": {"every": "month", "amount": 30}}}
    shop = capped(A_MONTH, july)
    assert got(shop, "A1", 80, on=TODAY) == 30
    assert got(shop, "A2", 80, on="2026-06-30") == 80
    assert got(shop, "A3", 80, on="2026-06-29") == 20


def test_a_cap_of_the_balance_that_came_since_cuts_nothing_of_a_purchase_from_before() -> None:
    shop = capped({}, {"effective_from": "2026-07-01", "caps": {"balance": 10}})
    late = bought(shop, "A1", 60, on="2026-06-30")
    assert ([one.amount for one in late.earned], told(late)) == ([60], [])
    assert got(shop, "A2", 60) == 0


def test_a_cap_of_the_balance_that_is_gone_still_cuts_a_purchase_from_before() -> None:
    shop = capped({"balance": 10}, {"effective_from": "2026-07-01"})
    late = bought(shop, "A1", 60, on="2026-06-30")
    assert ([one.amount for one in late.earned], told(late)) == ([10], [("balance", 50, "base")])
    assert got(shop, "A2", 60) == 60


@pytest.mark.parametrize(
    ("every", "same", "other"),
    [
        ("day", "2026-06-30", "2026-06-29"),
        ("week", "2026-06-29", "2026-06-28"),  # a Monday and the Sunday before
        ("month", "2026-06-01", "2026-05-31"),
        ("year", "2026-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_one_of_the_calendar(every: str, same: str, other: str) -> None:
    shop = capped({"per_period": {"every": every, "amount": 100}})
    assert got(shop, "A1", 60, on="2026-06-30") == 60
    assert got(shop, "A2", 60, on=same) == 40
    assert got(shop, "A3", 60, on=other) == 60


def test_what_is_promised_counts_on_the_day_of_its_purchase_and_not_when_it_comes() -> None:
    shop = capped(A_MONTH, available_after=10)
    ada = bought(shop, "A1", 80, on="2026-06-25").member_id
    shop.clock.move_to("2026-07-10")
    assert (shop.balance(ada), got(shop, "A2", 90, on="2026-07-10")) == (80, 90)
    assert got(shop, "A3", 90, on="2026-06-20") == 20


def test_31_periods_are_remembered_and_what_is_older_is_earned_as_the_first_of_its_own() -> None:
    shop = capped({"per_period": {"every": "day", "amount": 10}})
    days = [iso_day(local_day(shop.clock.at, "UTC") - ago) for ago in range(MAX_PERIODS + 1)]
    gave = [got(shop, f"first-{day}", 8, on=day) for day in days]
    assert gave == [8] * (MAX_PERIODS + 1)
    assert [got(shop, f"second-{day}", 8, on=day) for day in days] == [2] * MAX_PERIODS + [8]
    assert shop.proof(shop.member_with("ada")).matches


# --- what is taken back makes room again -----------------------------------------------------------------------------------


def test_a_purchase_that_comes_back_whole_gives_its_month_back() -> None:
    shop = capped(A_MONTH)
    june = bought(shop, "A1", 100, on="2026-06-30")
    assert got(shop, "A2", 90) == 90
    shop.bring_back(june.order_id, goods_back("R1", 100_00, on=TODAY))
    assert got(shop, "A3", 50) == 10, "not to the month in which it came back"
    assert got(shop, "A4", 120, on="2026-06-29") == 100
    assert shop.proof(june.member_id).matches


def test_a_part_that_comes_back_gives_its_part_back_and_no_more_than_had_counted() -> None:
    """It would have given 160: it gave 100, so half of it is 50."""
    shop = capped(A_MONTH)
    order = shop.buy(card("ada"), sale("A1", line(1, 160_00, quantity="2"), on=TODAY)).answer
    shop.bring_back(order.order_id, goods_back("R1", 80_00, on=TODAY))
    assert got(shop, "A2", 160) == 50
    shop.bring_back(order.order_id, goods_back("R2", 80_00, on=TODAY))
    assert got(shop, "A3", 160) == 50
    assert got(shop, "A4", 160) == 0
    assert shop.balance(order.member_id) == 100


def test_what_could_not_be_taken_back_still_counts() -> None:
    """She has used 70 of the hundred, and keeps them: whoever spends and brings back does not earn without end."""
    shop = capped(A_MONTH)
    order = bought(shop, "A1", 100)
    shop.spend(order.member_id, 70)
    shop.bring_back(order.order_id, goods_back("R1", 100_00, on=TODAY))
    assert got(shop, "A2", 100) == 30


def test_what_is_taken_below_zero_was_taken_back() -> None:
    shop = capped(A_MONTH, return_policy="negative", negative="returns")
    order = bought(shop, "A1", 100)
    shop.spend(order.member_id, 70)
    shop.bring_back(order.order_id, goods_back("R1", 100_00, on=TODAY))
    assert (shop.balance(order.member_id), got(shop, "A2", 100)) == (-70, 100)


def test_what_is_still_pending_of_a_purchase_gives_its_month_back_as_well() -> None:
    shop = capped(A_MONTH, available_after=10)
    order = bought(shop, "A1", 100)
    returned = shop.bring_back(order.order_id, goods_back("R1", 60_00, on=TODAY)).answer
    assert [(one.unit, one.amount, one.rule_id) for one in returned.called_off] == [("points", 60, "base")]
    assert got(shop, "A2", 100) == 60


@pytest.mark.parametrize("undo", [cancel_earning, undo_entry])
def test_an_earning_that_is_undone_gives_its_month_back(undo: Any) -> None:
    shop = capped(A_MONTH)
    ada = shop.member("ada")
    shop.clock.move_to("2026-06-30")
    earning = shop.earn(ada, 100).answer.earning
    shop.clock.move_to(TODAY)
    assert earning is not None
    undo(shop.rt, shop.caller, fresh(), ada, earning.earning_id)
    assert got(shop, "A1", 90) == 90
    assert got(shop, "A2", 120, on="2026-06-29") == 100


def test_a_promise_that_is_called_off_gives_its_month_back() -> None:
    shop = capped(A_MONTH)
    ada = shop.member("ada")
    first = by_hand.promised(shop, ada, 60, available_after_days=9)
    by_hand.promise(shop, ada, 40, event="survey")
    shop.clock.move_to("2026-07-05")
    assert got(shop, "A1", 10) == 0
    by_hand.cancel(shop, ada, earning_id=first, amount=20)
    assert got(shop, "A2", 100) == 20
    by_hand.cancel(shop, ada, event="survey")
    assert got(shop, "A3", 100) == 40
    by_hand.cancel(shop, ada, earning_id=first)
    assert got(shop, "A4", 100) == 40
    assert shop.proof(ada).matches


def test_what_is_called_off_and_then_brought_back_is_given_back_once() -> None:
    shop = capped(A_MONTH, available_after=10)
    order = bought(shop, "A1", 100)
    by_hand.cancel(shop, order.member_id, earning_id=order.earned[0].earning_id, amount=30)
    assert got(shop, "A2", 100) == 30
    shop.bring_back(order.order_id, goods_back("R1", 100_00, on=TODAY))
    assert got(shop, "A3", 100) == 70


def test_what_expires_has_counted() -> None:
    shop = capped(A_MONTH, expiry={"type": "days", "days": 3})
    ada = bought(shop, "A1", 100).member_id
    shop.clock.move_to("2026-07-10")
    assert (shop.balance(ada), got(shop, "A2", 10, on="2026-07-10")) == (0, 0)


def test_a_purchase_sent_again_counts_once() -> None:
    shop = capped(A_MONTH)
    first = shop.buy(card("ada"), sale("A1", 70_00, on="2026-06-30"), keyed("till"))
    assert shop.buy(card("ada"), sale("A1", 70_00, on="2026-06-30"), keyed("till")).answer == first.answer
    assert shop.buy(member(first.answer.member_id), sale("A1", 70_00, on="2026-06-30")).answer == first.answer
    assert got(shop, "A2", 70, on="2026-06-29") == 30
