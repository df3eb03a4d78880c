"""What operators give and take by hand; and spending below zero where the policy lets one."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.errors import InvalidInput
from chalicelib.flows.spend_points import spend_points
from chalicelib.flows.update_member import update_member
from chalicelib.kit.amounts import MAX_AMOUNT
from chalicelib.table.journal import entry_from
from tests.twins import fresh
from tests.twins.bookshop import POINTS, BookShop, open_shop, refused
from tests.twins.by_hand import day, deduct, grant, hold, promise, release
from tests.unit.flows.seen import everything

OWING = {"code": "owing", "name": "Owing", "policies": [{"negative": "limit", "negative_limit": 100}]}
RETURNS = {"code": "returns", "name": "Returns", "policies": [{"negative": "returns", "return_policy": "negative"}]}
SLOW = {
    "code": "slow",
    "name": "Slow",
    "policies": [{"available_after": 14, "expiry": {"type": "days", "days": 10}, "expiry_counts": "available"}],
}
SLIDING = {"code": "sliding", "name": "Sliding", "policies": [{"expiry": {"type": "sliding", "days": 30}}]}
CAPPED = {"code": "few", "name": "Few", "policies": [{"caps": {"per_transaction": 3, "balance": 5}}]}


@pytest.fixture
def shop() -> BookShop:
    return open_shop(program={"units": [POINTS, OWING, RETURNS, SLOW, CAPPED, SLIDING], "zone": "America/Sao_Paulo"})


@pytest.fixture
def ada(shop: BookShop) -> str:
    return shop.member("1")


def wallet(shop: BookShop, member_id: str, unit: str = "points") -> Any:
    assert shop.proof(member_id).matches
    return next(one for one in shop.account(member_id).wallets if one.unit == unit)


def spend(shop: BookShop, member_id: str, amount: int, unit: str, *, below_zero: bool) -> Any:
    return spend_points(shop.rt, shop.caller, fresh(), member_id, unit, amount, below_zero=below_zero).answer


# --- granting --------------------------------------------------------------------------------------------------------


def test_what_is_granted_can_be_spent_and_lifts_no_tier(shop: BookShop, ada: str) -> None:
    granted = grant(shop, ada, 5_000).answer
    assert (granted.amount, granted.reason, granted.expires_on) == (5_000, "goodwill", day("2027-06-30"))
    assert (granted.account.balances["points"], granted.account.tier) == (5_000, "bronze")
    assert shop.spend(ada, 5_000).answer.account.balances["points"] == 0
    assert (wallet(shop, ada).granted, wallet(shop, ada).earned) == (5_000, 0)


def test_a_grant_lasts_until_the_day_that_it_names(shop: BookShop, ada: str) -> None:
    assert grant(shop, ada, 7, expires_on=day("2026-06-20")).answer.expires_on == day("2026-06-20")
    shop.clock.move_to("2026-06-21T02:59:59Z")
    assert shop.balance(ada) == 7
    shop.clock.move_to("2026-06-21T03:00:00Z")
    assert shop.balance(ada) == 0


def test_a_grant_that_names_its_last_day_does_not_slide_with_the_rest(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 1, unit="sliding")
    assert grant(shop, ada, 7, unit="sliding", expires_on=day("2026-06-20")).answer.expires_on == day("2026-06-20")
    assert grant(shop, ada, 3, unit="sliding").answer.expires_on == day("2026-07-15")
    expiring = [(one.expires_on, one.amount) for one in wallet(shop, ada, "sliding").expiring]
    assert expiring == [(day("2026-06-20"), 7), (day("2026-07-15"), 4)]


def test_a_grant_for_the_very_day_until_which_the_rest_slides_stays_where_it_is(shop: BookShop, ada: str) -> None:
    shop.earn(ada, 10, unit="sliding")
    grant(shop, ada, 5, unit="sliding", expires_on=day("2026-07-15"))
    shop.clock.move_to("2026-06-20")
    shop.spend(ada, 1, unit="sliding")
    expiring = [(one.expires_on, one.amount) for one in wallet(shop, ada, "sliding").expiring]
    assert expiring == [(day("2026-07-15"), 5), (day("2026-07-20"), 9)]


def test_a_grant_may_be_for_today_alone(shop: BookShop, ada: str) -> None:
    assert grant(shop, ada, 7, expires_on=day("2026-06-15")).answer.account.balances["points"] == 7


@pytest.mark.parametrize("last", ["2026-06-14", "1970-01-01", "2126-07-01", "9999-12-29"])
def test_a_last_day_that_is_none(shop: BookShop, ada: str, last: str) -> None:
    with refused("invalid_expiry", "expires_on", InvalidInput):
        grant(shop, ada, 7, expires_on=day(last))


def test_a_grant_waits_for_nothing_and_is_not_capped(shop: BookShop, ada: str) -> None:
    granted = grant(shop, ada, 9, unit="slow").answer
    assert (granted.account.balances["slow"], granted.expires_on) == (9, day("2026-06-25"))
    assert grant(shop, ada, 9, unit="few").answer.amount == 9


def test_a_grant_pays_what_is_owed(shop: BookShop, ada: str) -> None:
    deduct(shop, ada, 30, unit="owing", below_zero=True)
    assert grant(shop, ada, 50, unit="owing").answer.account.balances["owing"] == 20
    assert (wallet(shop, ada, "owing").owed, wallet(shop, ada, "owing").granted) == (0, 50)


def test_a_balance_has_an_end_for_grants_as_well(shop: BookShop, ada: str) -> None:
    grant(shop, ada, MAX_AMOUNT)
    with refused("balance_limit", "amount"):
        grant(shop, ada, 1)


# --- the reason and the comment ------------------------------------------------------------------------------------------


def test_a_comment_is_told_in_the_statement_and_kept_out_of_the_facts(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 7, comment="Ada Lovelace waited an hour.")
    deduct(shop, ada, 2, comment="Typed 7 for 5.")
    first, second = shop.statement(ada)
    assert (first.comment, first.lines[0].reason) == ("Ada Lovelace waited an hour.", "goodwill")
    assert (second.comment, second.lines[0].reason, second.lines[0].amount) == ("Typed 7 for 5.", "mistake", -2)
    stream = accounts.stream("shop", ada, 1)
    stored = shop.rt.table.get(stream.key(1))
    assert stored is not None
    entry = entry_from(stream, stored)
    assert entry.private is not None
    assert len(entry.private["salt"]) == 32
    assert "Lovelace" not in str((entry.header, entry.facts))


def test_where_nothing_is_said_nothing_is_kept(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 7)
    assert [entry.comment for entry in shop.statement(ada)] == [None]


# --- deducting -------------------------------------------------------------------------------------------------------


def test_what_is_deducted_is_taken_in_spending_order(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 10, expires_on=day("2026-12-31"))
    grant(shop, ada, 10, expires_on=day("2026-07-31"))
    taken = deduct(shop, ada, 15).answer
    assert (taken.amount, taken.owed, taken.reason, taken.account.balances["points"]) == (15, 0, "mistake", 5)
    assert [(one.expires_on, one.amount) for one in wallet(shop, ada).expiring] == [(day("2026-12-31"), 5)]
    assert wallet(shop, ada).deducted == 15


@pytest.mark.parametrize("act", ["deduct", "spend"])
def test_below_zero_is_asked_for_and_allowed_to_a_limit(shop: BookShop, ada: str, act: str) -> None:
    grant(shop, ada, 10, unit="owing")

    def take(amount: int, *, below_zero: bool) -> Any:
        if act == "spend":
            return spend(shop, ada, amount, "owing", below_zero=below_zero)
        return deduct(shop, ada, amount, unit="owing", below_zero=below_zero).answer

    with refused("insufficient_balance", "amount"):
        take(11, below_zero=False)
    with refused("insufficient_balance", "amount"):
        take(111, below_zero=True)
    taken = take(110, below_zero=True)
    assert (taken.owed, taken.account.balances["owing"]) == (100, -100)
    with refused("insufficient_balance", "amount"):
        take(1, below_zero=True)


@pytest.mark.parametrize("unit", ["points", "returns"])
def test_nobody_goes_below_zero_where_the_policy_does_not_let_them(shop: BookShop, ada: str, unit: str) -> None:
    grant(shop, ada, 10, unit=unit)
    there = everything(shop)
    with refused("insufficient_balance", "amount"):
        deduct(shop, ada, 11, unit=unit, below_zero=True)
    with refused("insufficient_balance", "amount"):
        spend(shop, ada, 11, unit, below_zero=True)
    assert everything(shop) == there


def test_what_is_owed_is_paid_by_what_comes_in_by_hand_or_by_time(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 10, unit="owing")
    hold(shop, ada, 4, unit="owing")
    spend(shop, ada, 50, "owing", below_zero=True)
    promise(shop, ada, 20, unit="owing", available_after_days=2)
    assert (wallet(shop, ada, "owing").available, wallet(shop, ada, "owing").owed) == (-44, 44)
    assert release(shop, ada, 1).answer.account.balances["owing"] == -40
    shop.clock.move_to("2026-06-18")
    assert (wallet(shop, ada, "owing").available, wallet(shop, ada, "owing").owed) == (-20, 20)
    shop.earn(ada, 30, unit="owing")
    assert (wallet(shop, ada, "owing").available, wallet(shop, ada, "owing").owed) == (10, 0)


# --- who and how much --------------------------------------------------------------------------------------------------


def test_a_blocked_member_is_given_nothing_but_may_be_deducted(shop: BookShop, ada: str) -> None:
    grant(shop, ada, 10)
    update_member(shop.rt, shop.caller, fresh(), ada, MemberUpdate(status="blocked"))
    with refused("member_blocked", "member_id"):
        grant(shop, ada, 1)
    assert deduct(shop, ada, 4).answer.account.balances["points"] == 6


@pytest.mark.parametrize("amount", [0, -1, MAX_AMOUNT + 1])
@pytest.mark.parametrize("act", [grant, deduct, hold, promise])
def test_amounts_are_positive_and_not_beyond_the_largest(shop: BookShop, ada: str, act: Any, amount: int) -> None:
    grant(shop, ada, 10)
    there = everything(shop)
    with refused("number_too_small" if amount < 1 else "number_too_large", "amount"):
        act(shop, ada, amount)
    with refused("unknown_unit", "unit"):
        act(shop, ada, 1, unit="stars")
    assert everything(shop) == there
