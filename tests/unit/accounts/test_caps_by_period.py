"""What a wallet remembers of caps by period: how many of them, which goes first, and what an older release knew."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.model import VOCABULARY, Account, Cause, Conduct, PeriodCap, Piece, Story, cancel, earn
from chalicelib.areas.accounts.model import facts as f
from chalicelib.areas.accounts.model.limits import MAX_PERIODS
from chalicelib.areas.accounts.model.packed import packed, unpacked
from chalicelib.areas.accounts.model.state import fold
from chalicelib.areas.orders.model.order import Credited, Order
from chalicelib.areas.orders.store import order_from, order_put
from chalicelib.kit.facts import Body, encode
from chalicelib.kit.periods import iso_day
from chalicelib.table.items import pack, unpack
from chalicelib.table.journal import Head
from tests.twins.bookshop import sale
from tests.unit.accounts.both import credit
from tests.unit.accounts.test_store import OWNER, entry_after
from tests.unit.accounts.test_time_and_debts import empty, promised


def earned(account: Account, amount: int, *periods: str, limit: int = 1_000) -> Account:
    for period in periods:
        account = earn(
            Story(account), credit("points", amount, None), Conduct(cap_period=PeriodCap(period, limit))
        ).account
    return account


def counted(account: Account) -> dict[str, int]:
    return dict(account.wallet("points").counted)


def days(first: int, count: int) -> tuple[str, ...]:
    return tuple(iso_day(first + number) for number in range(count))


def test_periods_are_remembered_side_by_side() -> None:
    account = earned(empty().account, 8, "2026-01", "2026-03", "2026-02", "2026-03", limit=10)
    assert counted(account) == {"2026-01": 8, "2026-03": 10, "2026-02": 8}


def test_past_the_last_the_one_that_began_first_is_forgotten() -> None:
    full = earned(empty().account, 1, *reversed(days(20_600, MAX_PERIODS)))
    assert len(counted(full)) == MAX_PERIODS
    more = earned(full, 1, iso_day(20_600 + MAX_PERIODS))
    assert sorted(counted(more)) == list(days(20_601, MAX_PERIODS))


def test_what_is_older_than_all_that_are_remembered_is_earned_as_the_first_of_its_period_and_no_points_are_lost() -> (
    None
):
    full = earned(empty().account, 1, *days(20_600, MAX_PERIODS), limit=10)
    late = earned(full, 25, iso_day(20_599), limit=10)
    assert late.wallet("points").earned == full.wallet("points").earned + 10
    assert counted(late) == counted(full)


def test_a_week_is_as_old_as_its_monday() -> None:
    """By their names weeks would stand behind every day of their year, and push out those that are newer."""
    weeks = tuple(f"2026-W{number:02}" for number in range(1, MAX_PERIODS + 1))
    account = earned(empty().account, 1, *weeks, "2026-08-03", "2026-08-04")
    assert set(counted(account)) == {*weeks[2:], "2026-08-03", "2026-08-04"}
    assert set(counted(earned(account, 1, "2025-W52"))) == set(counted(account))


def taken_back(account: Account, amount: int, period: str) -> Account:
    return cancel(Story(account), "points", Piece(1, 0, 100), amount, cause=Cause(period=period)).account


def test_what_is_taken_back_counts_no_more_in_its_own_period() -> None:
    account = earned(empty().account, 10, "2026-01", "2026-02")
    assert counted(taken_back(account, 4, "2026-01")) == {"2026-01": 6, "2026-02": 10}
    assert counted(taken_back(account, 10, "2026-01")) == {"2026-02": 10}
    assert counted(taken_back(account, 4, "2025-12")) == counted(account), "it is forgotten"
    assert counted(taken_back(account, 4, "")) == counted(account)


def test_never_less_than_nothing_counts() -> None:
    account = earned(earned(empty().account, 50), 10, "2026-01")
    assert counted(taken_back(account, 40, "2026-01")) == {}


def pending_in(period: str) -> Account:
    conduct = Conduct(cap_period=PeriodCap(period, 10))
    return earn(empty(), promised(5, until=60, releases_on=30), conduct).account


def test_it_reads_back_as_it_was_stored() -> None:
    for account in (
        earned(empty().account, 5, "2026-01"),
        earned(empty().account, 5, *days(20_600, 40)),
        pending_in("2026-01"),
    ):
        body = json.loads(json.dumps(packed(account)))
        assert unpacked(body, account.owner, account.program, account.advanced_to) == account


# --- what an older release wrote, and what it can read -----------------------------------------------------------------------


def stored(account: Account) -> tuple[int, Body]:
    account = replace(account, owner=OWNER)
    item = store.account_put("shop", account, Head(), entry_after(Head())).item
    assert store.account_from(item, OWNER, 1)[0] == account
    return int(item["v"]["N"]), unpack(item["body"]["B"])


def test_an_account_asks_for_a_newer_release_only_where_an_older_one_would_forget_something() -> None:
    version, body = stored(earned(empty().account, 5, "2026-01"))
    assert (version, body["w"]["points"][3]) == (2, {"c": ["2026-01", 5]})
    version, body = stored(earned(empty().account, 5, "2026-01", "2026-02"))
    assert (version, body["w"]["points"][3]) == (3, {"c": {"2026-01": 5, "2026-02": 5}})
    assert stored(pending_in("2026-01"))[0] == 3
    assert stored(earn(empty(), promised(5, until=60, releases_on=30)).account)[0] == 2


def as_before(fact: f.PointsEarned | f.PointsPromised) -> Body:
    """As the release before this one wrote it."""
    return {**encode(fact), "v": fact.v - 1}


def test_a_journal_of_an_older_release_comes_to_what_that_release_stored() -> None:
    """It remembered the period in which something had counted last, and no other; of a return it knew none at all."""
    bodies: list[Body] = [
        as_before(f.PointsEarned("points", 10, (1, 0, 10), 10, period="2026-01")),
        as_before(f.PointsEarned("points", 5, (1, 10, 15), 15, period="2026-02")),
        as_before(f.PointsPromised("points", 5, (2, 0, 5), 5, event="survey", period="2026-02")),
        {**encode(f.PointsCancelled("points", 4, ((1, 11, 15, None),), 11)), "v": 2},
    ]
    account = fold(Account(OWNER, 1), [VOCABULARY.decode(body) for body in bodies])
    assert counted(account) == {"2026-02": 10}
    _, body = stored(account)
    assert (body["w"]["points"][3]["c"], len(body["p"][0])) == (["2026-02", 10], 8)
    assert counted(earned(account, 3, "2026-01")) == {"2026-01": 3, "2026-02": 10}


def order(*given: Credited, group: str | None = None) -> Order:
    return Order("ord_0y6rz96qmmf", OWNER, 1, 1, 0, sale("A1"), given, group_id=group)


PLAIN_CREDIT = Credited("base", "points", 100, ((1, 100),), 100_00, (1, 0, 100))


@pytest.mark.parametrize(
    ("kept", "version"),
    [
        (order(PLAIN_CREDIT), 2),
        (order(PLAIN_CREDIT, group="grp_00000000003"), 3),
        (order(PLAIN_CREDIT, PLAIN_CREDIT._replace(period="2026-01")), 4),
        (order(PLAIN_CREDIT._replace(period="2026-01"), group="grp_00000000003"), 4),
    ],
    ids=["plain", "of a group", "capped", "capped, of a group"],
)
def test_an_order_keeps_in_which_period_each_credit_counts_and_says_so_by_its_schema(kept: Order, version: int) -> None:
    item = order_put("shop", kept).item
    assert (int(item["v"]["N"]), order_from(item)) == (version, kept)


def test_an_order_that_an_older_release_recorded_gives_no_period_back() -> None:
    item = order_put("shop", order(PLAIN_CREDIT._replace(period="2026-01"))).item
    body = unpack(item["body"]["B"])
    body["credits"] = [credit[:7] for credit in body["credits"]]
    older = order_from({**item, "v": {"N": "2"}, "body": {"B": pack(body)}})
    assert older.credits == (PLAIN_CREDIT,)
