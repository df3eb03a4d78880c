"""What is due happens for accounts nobody touches, once, whoever is faster; and no outcome depends on when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.settle_due_page import PAGE
from chalicelib.kit.clock import Instant, rfc3339
from chalicelib.kit.ids import Kind, RandomIds, shown
from chalicelib.kit.periods import Day, parse_day
from chalicelib.table.memory import MemoryTable
from tests.twins.anniversaries import past_anniversaries
from tests.twins.bookshop import BookShop, card, open_shop, sale
from tests.twins.faulty import FaultyTable


def settle(shop: BookShop, day: str) -> int:
    """How many accounts: the anniversaries of members come before."""
    past_anniversaries(shop, day)
    return settle_due(shop.rt, shop.caller, the_day(day))


def the_day(text: str) -> Day:
    day = parse_day(text)
    assert day is not None
    return day


@pytest.fixture
def shop() -> BookShop:
    return open_shop()


def test_points_expire_on_the_day_after_their_last(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2027-06-30T23:59:59Z")
    assert settle(shop, "2027-06-30") == 0
    shop.clock.move_to("2027-07-01T00:10:00Z")
    assert settle(shop, "2027-06-30") == 0
    assert settle(shop, "2027-07-01") == 1
    [entry] = shop.statement(ada)[1:]
    assert entry.operation == "settle_due"
    assert [(line.type, line.amount, line.balance) for line in entry.lines] == [("points.expired", -100, 0)]
    assert shop.proof(ada).matches


def test_what_was_bought_before_midnight_has_five_minutes_to_arrive(shop: BookShop) -> None:
    """The balance says at once that they have passed; the job leaves them as they are until nobody can come any more who
    bought something before."""
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    for moment, settled in (("00:00:00", 0), ("00:04:59", 0), ("00:05:00", 1)):
        shop.clock.move_to(f"2027-07-01T{moment}Z")
        assert shop.balance(ada) == 0
        assert settle(shop, "2027-07-01") == settled


def test_a_second_run_finds_nothing(shop: BookShop) -> None:
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2027-07-01")
    assert (settle(shop, "2027-07-01"), settle(shop, "2027-07-01")) == (1, 0)
    assert shop.account(ada).version == 2


def test_a_missed_day_is_caught_up(shop: BookShop) -> None:
    for number, month in enumerate(["2026-01-10", "2026-03-10", "2026-05-10"]):
        shop.buy(card("1"), sale(f"A{number}", on=month))
    ada = shop.buy(card("2"), sale("B1")).answer.member_id
    shop.clock.move_to("2027-12-31")
    assert settle(shop, "2027-12-31") == 2
    assert shop.balance(ada) == 0
    assert settle(shop, "2027-12-31") == 0


def test_a_day_ahead_of_the_clock_settles_nothing(shop: BookShop) -> None:
    shop.buy(card("1"), sale("A1"))
    assert settle(shop, "2030-01-01") == 0


def test_a_run_that_is_late_comes_to_what_it_would_have_come_to_in_time(shop: BookShop) -> None:
    for number, month in enumerate(["2026-01-10", "2026-03-10"]):
        shop.buy(card("1"), sale(f"A{number}", on=month))
    ada = shop.member_with("1")
    shop.clock.move_to("2027-12-31")
    assert settle(shop, "2027-02-01") == 1
    entry = shop.statement(ada)[-1]
    assert [(line.type, line.amount, line.balance) for line in entry.lines] == [("points.expired", -100, 100)]
    assert rfc3339(entry.effective_at) == "2027-02-01T23:59:59.999Z"
    assert settle(shop, "2027-12-31") == 1


def test_only_this_tenants_accounts_are_settled(shop: BookShop) -> None:
    other = open_shop(shop.rt.table, tenant="other")
    ada = other.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2027-07-01")
    assert settle(shop, "2027-07-01") == 0
    assert other.account(ada).version == 1


class OneShard(RandomIds):
    """Members who all fall into one shard of the due index."""

    def __init__(self) -> None:
        self.drawn = 0

    def entity(self, kind: Kind, at: Instant) -> str:
        self.drawn += DUE_SHARDS
        return shown(kind, self.drawn)


def test_more_accounts_than_a_page_are_all_settled(shop: BookShop) -> None:
    shop = replace(shop, rt=replace(shop.rt, ids=OneShard()))
    for number in range(PAGE + 1):
        shop.buy(card(f"{number}"), sale(f"A{number}"))
    shop.clock.move_to("2027-07-01")
    assert settle(shop, "2027-07-01") == PAGE + 1
    assert settle(shop, "2027-07-01") == 0


def test_whoever_was_faster_leaves_nothing_to_write() -> None:
    table = FaultyTable(MemoryTable())
    shop = open_shop(table)
    ada = shop.buy(card("1"), sale("A1")).answer.member_id
    shop.clock.move_to("2027-07-01")
    other = shop.at_another_till(table.table)
    table.start()
    table.meanwhile = lambda transactions: transactions == 0 and other.earn(ada, 5)
    assert settle_account(shop.rt, shop.caller, the_day("2027-07-01"), ada, 1) is False
    assert [entry.operation for entry in shop.statement(ada)] == ["record_order", "earn_points"]
    assert shop.balance(ada) == 5


def test_the_outcome_does_not_depend_on_when_it_ran() -> None:
    settled, untouched = open_shop(), open_shop()
    for shop in (settled, untouched):
        for number, month in enumerate(["2026-01-10", "2026-03-10", "2026-05-10"]):
            shop.buy(card("1"), sale(f"A{number}", on=month))
    for day in ("2027-02-01", "2027-04-15", "2027-05-31"):
        settled.clock.move_to(day)
        settle(settled, day)
    for shop in (settled, untouched):
        shop.clock.move_to("2027-05-31")
        ada = shop.buy(card("1"), sale("B1", on="2027-05-31")).answer.member_id
        account = shop.account(ada)
        assert (account.wallets[0].available, account.wallets[0].expired) == (200, 200)
        assert shop.proof(ada).matches
