"""An account is kept whole and small: what is stored reads back the same, and weighs what the design allows."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.accounts import store
from chalicelib.areas.accounts.model import Account, Credit, Piece, Story, advance, cancel, earn, spend
from chalicelib.areas.accounts.model.facts import PointsEarned
from chalicelib.areas.accounts.model.limits import MAX_PERIODS
from chalicelib.kit.caller import Caller
from chalicelib.kit.ids import RandomIds, shown
from chalicelib.kit.periods import Day, day_starts, iso_day, local_day, month_end, parse_day
from chalicelib.table.journal import Entry, Head, Header, new_entry
from chalicelib.table.meter import item_bytes, write_units
from chalicelib.table.protocol import Absent, Attrs, Equals, Put
from tests.twins import at, caller_of
from tests.unit.accounts.both import Both
from tests.unit.accounts.walks import Step, steps

OWNER = shown("member", 2**52 + 12345)
CALLER: Caller = caller_of()


def entry_after(head: Head) -> Entry:
    header = Header("earn_points", RandomIds().command(), CALLER, at("2026-06-15"), at("2026-06-15"), 3)
    return new_entry(store.stream("shop", OWNER, 1), head, header, ())


def stored(account: Account, before: Head = Head()) -> Put:  # noqa: B008
    return store.account_put("shop", account, before, entry_after(before))


def read_back(account: Account) -> Account:
    return store.account_from(stored(account).item, account.owner, account.program)[0]


@given(
    st.lists(steps, max_size=30),
    st.dictionaries(st.sampled_from(["EUR", "USD", "JPY"]), st.integers(0, 10**12)),
    st.integers(0, 10**6),
    st.sampled_from(["", "gold"]),
)
def test_any_account_reads_back_as_it_was_stored(
    taken: list[Step], spent: dict[str, int], orders: int, tier: str
) -> None:
    both = Both()
    for step in taken:
        step(both)
    account = replace(both.account, owner=OWNER, spend=spent, counted=spent, orders=orders, tier=tier)
    assert read_back(account) == account


@given(
    st.sampled_from(["Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati", "Africa/Monrovia", "Pacific/Apia"]),
    st.integers(0, 36_500),
)
def test_the_instant_of_expiry_is_kept_to_the_second_in_every_zone(zone: str, day: Day) -> None:
    """In Monrovia the clocks stood 44 minutes and 30 seconds behind Greenwich until 1972."""
    ends = day_starts(day + 1, zone)
    account = earn(Story(Account(OWNER, 1)), Credit("points", 5, local_day(ends - 1, zone), ends)).account
    assert read_back(account) == account


def test_who_has_no_account_yet_has_an_empty_one_that_nothing_came_before() -> None:
    account, head = store.account_from(None, OWNER, 7)
    assert (account, head) == (Account(OWNER, 7), Head(0, ""))
    assert stored(account, head).condition == Absent()


def test_an_account_is_written_only_over_the_version_it_was_read_at() -> None:
    before = Head(41, "a" * 32)
    put = stored(Account(OWNER, 1), before)
    assert put.condition == Equals("version", 41)
    assert store.account_from(put.item, OWNER, 1)[1].version == 42


def test_an_account_whose_lots_do_not_sum_to_its_balance_is_not_kept() -> None:
    account = earn(Story(Account(OWNER, 1)), Credit("points", 5, None, None)).account
    wallet = account.wallet("points")
    with pytest.raises(AssertionError):
        stored(replace(account, wallets={"points": replace(wallet, earned=6)}))


# --- the due index -------------------------------------------------------------------------------------------------------


def keys(item: Attrs) -> tuple[str, str] | None:
    return (item["gsi3pk"]["S"], item["gsi3sk"]["S"]) if "gsi3pk" in item else None


def test_an_account_is_due_on_the_day_its_first_points_pass() -> None:
    story = earn(Story(Account(OWNER, 1)), Credit("points", 5, None, None))
    assert keys(stored(story.account).item) is None
    day = parse_day("2026-03-31") or 0
    story = earn(story, Credit("points", 5, day, day_starts(day + 1, "Europe/Berlin")))
    shard = (2**52 + 12345) % 16
    assert keys(stored(story.account).item) == (f"shop#DUE#{shard:02}", f"2026-03-31#account#{OWNER}#0001")
    assert keys(stored(advance(story, at("2026-04-01")).account).item) is None
    assert store.due_member(stored(story.account).item) == (OWNER, 1)


# --- weight --------------------------------------------------------------------------------------------------------------


def busy(lots: int, *, holes: bool, daily: bool = False) -> Account:
    """Three earnings in every lot, a few hundred points each; a spend, and with `holes` a return in every lot."""
    first = parse_day("2026-01-31") or 0
    story = Story(
        replace(Account(OWNER, 1), orders=240, spend={"EUR": 1_234_567}, counted={"EUR": 1_234_567}, tier="gold")
    )
    for number in range(lots):
        day = first + number if daily else month_end(first, number)
        for nth in range(3):
            story = earn(
                story, Credit("points", 90 + 37 * (number + nth) % 400, day, day_starts(day + 1, "Europe/Berlin"))
            )
    earned = [fact for fact in story.facts if isinstance(fact, PointsEarned)]
    for fact in earned[1::3] if holes else ():
        story = cancel(story, "points", Piece(*fact.piece), fact.amount // 2)
    return advance(spend(story, "points", 55), at("2026-01-15")).account


@pytest.mark.parametrize(
    ("lots", "holes", "daily", "units"),
    [
        (37, True, False, 1),
        (366, False, True, 3),
        (366, True, True, 5),
    ],
)
def test_what_an_account_weighs(lots: int, holes: bool, daily: bool, units: int) -> None:
    """37 lots are one unit, two in a transaction; a lot for every day of a leap year still stays small."""
    account = busy(lots, holes=holes, daily=daily)
    wallet = account.wallet("points")
    assert len(wallet.lots) == lots
    assert all(lot.holes for lot in wallet.lots[1:]) == holes or lots == 1
    item = stored(account).item
    assert read_back(account) == account
    assert write_units(0, item_bytes(item)) <= units


@pytest.mark.parametrize("holes", [False, True])
def test_no_account_of_up_to_37_lots_weighs_more_than_one_unit(holes: bool) -> None:
    weights = {lots: item_bytes(stored(busy(lots, holes=holes)).item) for lots in range(1, 38)}
    assert {lots: weight for lots, weight in weights.items() if write_units(0, weight) > 1} == {}


def test_nor_does_one_that_remembers_as_many_periods_of_a_cap_as_it_may() -> None:
    account, dice = busy(37, holes=True), Random(1)
    days = {iso_day(20_600 + number): dice.randrange(1_000) for number in range(MAX_PERIODS)}
    wallet = replace(account.wallet("points"), counted=days)
    item = stored(replace(account, wallets={"points": wallet})).item
    assert write_units(0, item_bytes(item)) == 1


def test_a_thousand_earnings_that_expire_together_are_kept_as_one() -> None:
    one = earn(Story(Account(OWNER, 1)), Credit("points", 1_000, 100, 101 * 86_400_000))
    many = Story(Account(OWNER, 1))
    for _ in range(1_000):
        many = Story(earn(many, Credit("points", 1, 100, 101 * 86_400_000)).account)
    assert many.account == one.account
