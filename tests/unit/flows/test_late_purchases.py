"""A purchase that arrives late earns what it would have earned, and finds gone what has passed before it arrived: whether
the daily job has written that down, or it does so itself. Its answer shows the account as it stands now, as a read would."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.tiers.model import TierScheme
from chalicelib.flows.define_tiers import define_tiers
from chalicelib.flows.prove_account import prove_account
from chalicelib.flows.read_histogram import read_histogram
from chalicelib.flows.settle_account import settle_account
from chalicelib.flows.trace_earning import trace_earning
from chalicelib.kit.clock import rfc3339
from chalicelib.kit.periods import iso_day, local_day
from chalicelib.table.commit import Committed
from chalicelib.table.journal import entry_from
from chalicelib.table.memory import MemoryTable
from chalicelib.table.meter import Cost
from tests.twins import at, fresh
from tests.twins.bookshop import BookShop, card, dry, goods_back, keyed, member, open_shop, rule, sale
from tests.twins.by_hand import day as day_number
from tests.unit.flows.lived import DAY_MS, begun
from tests.unit.imports.drops import brought_back, importing, sold

EXPIRED = "2027-07-05"  # 100 points of June 2026 were good until the end of June 2027
BEFORE = "2027-06-20"


@pytest.fixture
def shop() -> BookShop:
    return open_shop(tiers=None)


def bought_a_year_ago(shop: BookShop) -> tuple[str, str]:
    """Ada and her order of 100 points, which have expired since without anybody having been there."""
    first = shop.buy(card("ada"), sale("A1")).answer
    shop.clock.move_to(EXPIRED)
    return first.member_id, first.order_id


def iso(day: int | None) -> str:
    assert day is not None
    return iso_day(day)


def cost(shop: BookShop) -> Cost:
    assert isinstance(shop.rt.table, MemoryTable)
    return shop.rt.table.meter.cost


def header_after(shop: BookShop, owner: str, sequence: int) -> Any:
    stream = accounts.stream(shop.caller.tenant, owner, 1)
    stored = shop.rt.table.get(stream.key(sequence))
    assert stored is not None
    return entry_from(stream, stored).header["after"]


def ladder(silver: int) -> dict[str, Any]:
    tiers = [{"tier_id": name, "name": name, "threshold": least} for name, least in (("bronze", 0), ("silver", silver))]
    return {"basis": "points_earned", "unit": "points", "tiers": tiers}


def test_it_shows_the_balance_that_there_is_now_and_not_that_of_its_own_day(shop: BookShop) -> None:
    ada, _ = bought_a_year_ago(shop)
    late = sale("A2", 40_00, on=BEFORE)
    assert shop.simulate(member(ada), late).account.balances == {"points": 40}
    assert shop.buy(member(ada), late, dry()).answer.account.balances == {"points": 40}
    answer = shop.buy(member(ada), late).answer
    assert (answer.account.balances, shop.balance(ada)) == ({"points": 40}, 40)
    assert [one.amount for one in answer.earned] == [40]
    assert [(one.amount, iso(one.expires_on)) for one in answer.expired] == [(100, "2027-06-30")]


def test_what_has_passed_is_written_with_it_under_its_own_day(shop: BookShop) -> None:
    ada, _ = bought_a_year_ago(shop)
    shop.buy(member(ada), sale("A2", 40_00, on=BEFORE))
    kept, _ = accounts.read(shop.rt.table, shop.caller.tenant, ada, 1)
    assert kept.wallet("points").available == 40
    told = [(line.type, iso(line.value_day), line.balance) for line in shop.statement(ada)[-1].lines]
    assert told == [
        ("points.expired", "2027-07-01", 0),
        ("order.recorded", BEFORE, None),
        ("points.earned", BEFORE, 40),
    ]
    assert shop.proof(ada).matches
    assert not settle_account(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), ada, 1)


def test_a_trace_says_when_it_passed_and_not_when_the_purchase_was_that_wrote_it_down(shop: BookShop) -> None:
    first = shop.buy(card("ada"), sale("A1")).answer
    shop.clock.move_to(EXPIRED)
    shop.buy(member(first.member_id), sale("A2", 40_00, on=BEFORE))
    earning = first.earned[0].earning_id
    assert earning is not None
    [gone] = trace_earning(shop.rt, shop.caller, first.member_id, earning).items
    assert (gone.type, rfc3339(gone.at)) == ("points.expired", "2027-07-01T00:00:00Z")


MIDNIGHT = at("2027-07-01T00:00:00Z")  # when they pass
MINUTE = 60_000


def bought_last_minute(shop: BookShop, arrives: int, *, job_ran: bool) -> tuple[dict[str, int], int]:
    """What the account says at midnight, and how many points a purchase of two minutes before keeps alive that slide."""
    ada = shop.buy(card("ada"), sale("A1")).answer.member_id
    shop.clock.at = MIDNIGHT
    seen = shop.account(ada).wallets[0].available
    if job_ran:
        settle_account(shop.rt, shop.caller, local_day(MIDNIGHT, "UTC"), ada, 1)
    shop.clock.at = MIDNIGHT + arrives
    late = sale("A2", 10_00).model_copy(update={"purchased_at": MIDNIGHT - 2 * MINUTE})
    return shop.buy(member(ada), late).answer.account.balances, seen


@pytest.mark.parametrize("job_ran", [False, True])
@pytest.mark.parametrize(("arrives", "kept"), [(MINUTE, 110), (4 * MINUTE, 110), (6 * MINUTE, 10)])
def test_a_purchase_of_the_last_minute_has_five_to_arrive(arrives: int, kept: int, *, job_ran: bool) -> None:
    """The balance says at midnight that they have passed; who bought before it keeps them all the same."""
    days = day_number("2027-06-30") - day_number("2026-06-15")
    sliding = {"type": "sliding", "days": days, "activities": ["order"]}
    shop = open_shop(
        tiers=None, program={"units": [{"code": "points", "name": "P", "policies": [{"expiry": sliding}]}]}
    )
    assert bought_last_minute(shop, arrives, job_ran=job_ran) == ({"points": kept}, 0)


def test_who_asks_again_is_told_the_same_whatever_has_happened_since(shop: BookShop) -> None:
    ada, _ = bought_a_year_ago(shop)
    late = sale("A2", 40_00, on=BEFORE)
    first = shop.buy(member(ada), late, keyed("till")).answer
    shop.clock.move_to("2027-07-10")
    settle_account(shop.rt, shop.caller, local_day(shop.clock.now(), "UTC"), ada, 1)
    shop.spend(ada, 30)
    for command in (keyed("till"), fresh()):
        assert shop.buy(member(ada), late, command) == Committed(first, replayed=True)


def test_what_has_come_meanwhile_is_there() -> None:
    points = {"code": "points", "name": "Points", "policies": [{"available_after": 10}]}
    shop = open_shop(tiers=None, program={"units": [points]})
    ada = shop.buy(card("ada"), sale("A1")).answer.member_id
    shop.clock.move_to("2026-06-28")
    answer = shop.buy(member(ada), sale("A2", 40_00, on="2026-06-16")).answer
    assert ([one.pending for one in answer.earned], answer.account.balances) == ([False], {"points": 140})
    assert shop.balance(ada) == 140


def test_what_was_promised_and_has_come_counts_on_the_day_on_which_it_came() -> None:
    """And not on that of the purchase that found it there, or brought it."""
    points = {"code": "points", "name": "Points", "policies": [{"available_after": 10}]}
    shop = open_shop(tiers=None, program={"units": [points], "zone": "Europe/Berlin"})
    ada = shop.buy(card("ada"), sale("A1")).answer.member_id
    shop.clock.move_to("2026-06-28")
    shop.buy(member(ada), sale("A2", 40_00, on="2026-06-16"))
    span = day_number("2026-06-10"), day_number("2026-06-28")
    bars = read_histogram(shop.rt, shop.caller, (ada, 1), None, span, "day").items
    assert {bar.period: bar.earned for bar in bars if bar.earned} == {"2026-06-25": 100, "2026-06-26": 40}


def test_the_tier_is_that_of_now() -> None:
    lapsing = {"window": {"type": "calendar_year"}, "downgrade": {"type": "period_end", "every": "year"}}
    shop = open_shop(tiers=ladder(silver=90) | lapsing)
    ada = shop.buy(card("ada"), sale("A1")).answer.member_id
    shop.clock.move_to("2028-02-01")
    answer = shop.buy(member(ada), sale("A2", 10_00, on="2026-12-30")).answer
    assert (answer.account.tier, shop.account(ada).tier) == ("bronze", "bronze")


def test_a_ladder_that_was_easier_in_between_has_raised_its_members() -> None:
    """Nobody falls from it again, and nothing else is due."""
    for_good = {"downgrade": {"type": "never"}}
    shop = open_shop(tiers=ladder(silver=90) | for_good)
    ada = shop.buy(card("ada"), sale("A1", 50_00)).answer.member_id
    for day, silver in (("2026-06-20", 40), ("2026-06-25", 90)):
        shop.clock.move_to(day)
        define_tiers(shop.rt, shop.caller, fresh(), 1, TierScheme.model_validate(ladder(silver) | for_good))
    answer = shop.buy(member(ada), sale("A2", 10_00, on="2026-06-16")).answer
    assert (answer.account.tier, shop.account(ada).tier) == ("silver", "silver")


def test_a_late_return_shows_the_balance_of_now_as_well(shop: BookShop) -> None:
    ada, order = bought_a_year_ago(shop)
    shop.buy(member(ada), sale("A2", 40_00, on=BEFORE))
    answer = shop.bring_back(order, goods_back("R1", 30_00, on=BEFORE)).answer
    assert [(one.amount, one.short) for one in answer.cancelled] == [(0, 30)]  # what has passed is not taken elsewhere
    assert (answer.account.balances, shop.balance(ada)) == ({"points": 40}, 40)
    assert shop.bring_back(order, goods_back("R1", 30_00, on=BEFORE)).answer == answer


def test_it_costs_what_a_purchase_of_today_costs(shop: BookShop) -> None:
    ada, _ = bought_a_year_ago(shop)
    assert shop.balance(ada) == 0  # and this process knows the configuration
    before = cost(shop)
    shop.buy(member(ada), sale("A2", 40_00, on=BEFORE))
    late, before = cost(shop) - before, cost(shop)
    shop.buy(member(ada), sale("A3", 40_00, on=EXPIRED))
    today = cost(shop) - before
    assert (late.requests, late.write_units) == (today.requests, today.write_units)


def test_a_row_of_a_file_shows_nobody_a_balance_and_keeps_none() -> None:
    shop = importing(rules=(rule(),))
    ada, _ = bought_a_year_ago(shop.shop)
    rows = (
        sold("A2", "ada", "40.00", purchased_at=f"{BEFORE}T12:00:00Z"),
        brought_back("R1", "A2", "ada", "10.00", purchased_at=f"{BEFORE}T13:00:00Z"),
    )
    shop.imported(*rows)
    assert ["now" in header_after(shop.shop, ada, sequence) for sequence in (2, 3)] == [False, False]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_has_happened_the_answer_is_what_a_read_shows(seed: int) -> None:
    life = begun(seed)
    life.live(40)
    shop, dice = life.shop, Random(seed)
    for number in range(6):
        shop.clock.at += dice.randrange(1, 40) * DAY_MS
        ada, ago = dice.choice(life.members), dice.randrange(90)
        answer = shop.buy(member(ada), sale(f"late-{number}", 30_00, on=life.day(ago))).answer
        view = shop.account(answer.group_id or ada)
        there = {wallet.unit: wallet.available for wallet in view.wallets}
        assert {**dict.fromkeys(there, 0), **answer.account.balances} == there
        assert answer.account.tier == view.tier
        assert prove_account(shop.rt, shop.caller, answer.group_id or ada).matches
