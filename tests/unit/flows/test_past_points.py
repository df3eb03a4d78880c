"""Points that were earned and spent, as questions about the past count them: from when somebody asks, whatever did it, and less what was
taken back of what had been counted."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.flows.cancel_earning import cancel_earning
from chalicelib.flows.capture_hold import capture_hold
from chalicelib.flows.grant_points import Gift, grant_points
from chalicelib.flows.hold_points import hold_points
from chalicelib.flows.read_metric_values import MetricValue, read_metric_values
from chalicelib.flows.refund_spend import refund_spend
from chalicelib.flows.settle_due import settle_due
from chalicelib.flows.undo_entry import undo_entry
from chalicelib.flows.verify_tenant import verify_tenant
from chalicelib.kit.periods import iso_day, local_day
from tests.twins import fresh, grouped, metered, rewarded, segmented
from tests.twins.bookshop import (
    BookShop,
    card,
    fixed,
    goods_back,
    line,
    member,
    open_shop,
    per_euro,
    refused,
    rule,
    sale,
)
from tests.twins.happenings import DECLARED, ON_REVIEW, record, review
from tests.twins.judged import DAY_MS, judged, nights_pass, when

EARNED, SPENT = "points_earned:points", "points_spent:points"
LATER: dict[str, Any] = {"code": "points", "name": "Points", "policies": [{"available_after": 14}]}


def metrics(shop: BookShop, *, of: str = EARNED, **range_: Any) -> None:
    """All four measures of it, over 30 days unless told otherwise."""
    for measure in ("times", "sum", "average", "last"):
        over = range_ or {"days": 30}
        if measure != "last" or over.get("per") != "ever":
            metered.metric(shop, measure, {"measure": measure, "of": of, **over}, thresholds=[])


def shop_with(of: str = EARNED, now: str = "2026-06-15", **fields: Any) -> tuple[BookShop, str]:
    shop = open_shop(now=now, tiers=None, **fields)
    metrics(shop, of=of)
    return shop, shop.member("ada")


def taken(shop: BookShop, member_id: str) -> dict[str, MetricValue]:
    return {one.metric_id: one for one in read_metric_values(shop.rt, shop.caller, member_id, 1).items}


def values(shop: BookShop, member_id: str) -> tuple[str | None, ...]:
    """How often, how many, on average, on the last day."""
    told = taken(shop, member_id)
    return tuple(told[name].value for name in ("times", "sum", "average", "last"))


def sound(shop: BookShop, member_id: str) -> bool:
    """Nothing is relayed here."""
    found = [one for part in verify_tenant(shop.rt, shop.caller.tenant, threads=1) for one in part.differences]
    return shop.proof(member_id).matches and not [one for one in found if "feed" not in (one.owner, *one.what.split())]


def earning_of(shop: BookShop, member_id: str, amount: int) -> str:
    """Its id."""
    earning = shop.earn(member_id, amount).answer.earning
    assert earning is not None
    return earning.earning_id or ""


# --- earned -------------------------------------------------------------------------------------------------------------


def test_what_is_earned_by_orders_by_hand_and_by_events_counts_however_it_came() -> None:
    shop, ada = shop_with(program=DECLARED, rules=(rule(), rule("reviews", **ON_REVIEW)))
    assert values(shop, ada) == ("0", "0", None, None)
    shop.buy(member(ada), sale("1", 40_00))
    shop.earn(ada, 20)
    record(shop, ada, review())
    assert values(shop, ada) == ("3", "70", "23.3333", "70")
    assert sound(shop, ada)


def test_it_counts_on_the_day_of_earning_and_leaves_the_range_with_it() -> None:
    shop, ada = shop_with()
    shop.buy(member(ada), sale("late", 10_00, on="2026-05-20"), None)
    shop.buy(member(ada), sale("today", 20_00))
    assert values(shop, ada) == ("2", "30", "15", "20")
    shop.clock.at += 4 * DAY_MS
    assert values(shop, ada) == ("1", "20", "20", "20")
    assert taken(shop, ada)["last"].last_on == local_day(shop.clock.at, "UTC") - 4


def test_what_an_operator_grants_what_is_sent_and_what_has_passed_is_neither_earned_nor_spent() -> None:
    days = {"code": "points", "name": "Points", "policies": [{"expiry": {"type": "days", "days": 5}}]}
    shop, ada = shop_with(program={"units": [days]})
    for name in ("times", "sum"):
        metered.metric(shop, f"spent-{name}", {"measure": name, "of": SPENT, "days": 30}, thresholds=[])
    bob = shop.member("bob")
    shop.earn(ada, 50)
    grant_points(shop.rt, shop.caller, fresh(), ada, Gift("points", 30, "goodwill"))
    shop.send(ada, bob, 40)
    nights_pass(shop, 7)
    assert shop.balance(ada) == 0
    assert values(shop, ada)[:2] == ("1", "50")
    assert values(shop, bob)[:2] == ("0", "0")
    assert [taken(shop, ada)[f"spent-{name}"].value for name in ("times", "sum")] == ["0", "0"]
    assert sound(shop, ada)


@pytest.mark.parametrize("by_job", [True, False])
def test_what_waits_counts_when_it_comes_on_the_day_of_earning(by_job: bool) -> None:
    shop, ada = shop_with(program={"units": [LATER]})
    shop.buy(member(ada), sale("1", 40_00))
    assert values(shop, ada)[:2] == ("0", "0")
    shop.clock.at += 14 * DAY_MS
    if by_job:
        settle_due(shop.rt, shop.caller, local_day(shop.clock.at, "UTC"))
    assert values(shop, ada)[:2] == ("1", "40")
    assert iso_day(taken(shop, ada)["last"].last_on or 0) == "2026-06-15"
    shop.earn(ada, 5)
    assert sound(shop, ada)


def test_what_goods_that_came_back_had_earned_counts_no_more() -> None:
    shop, ada = shop_with()
    shop.buy(member(ada), sale("1", line(1, 60_00), line(2, 40_00)))
    shop.buy(member(ada), sale("2", 10_00))
    shop.clock.at += DAY_MS
    order = shop.order_id("1")
    shop.bring_back(order, goods_back("r1", 60_00, on="2026-06-16"))
    assert values(shop, ada)[:3] == ("2", "50", "25")
    shop.bring_back(order, goods_back("r2", 40_00, "book-2", on="2026-06-16"))
    assert values(shop, ada) == ("1", "10", "10", "10")
    assert sound(shop, ada)


def test_what_waited_and_came_counts_no_more_once_the_goods_are_back() -> None:
    shop, ada = shop_with(program={"units": [LATER]})
    shop.buy(member(ada), sale("1", 40_00))
    shop.buy(member(ada), sale("2", 10_00))
    shop.bring_back(shop.order_id("2"), goods_back("r2", 10_00))
    shop.clock.at += 15 * DAY_MS
    assert values(shop, ada)[:2] == ("1", "40")
    shop.bring_back(shop.order_id("1"), goods_back("r1", 40_00, on="2026-06-30"))
    assert values(shop, ada)[:2] == ("0", "0")
    assert sound(shop, ada)


def test_what_was_earned_before_anybody_asked_takes_nothing_off_when_it_is_undone() -> None:
    shop = open_shop(tiers=None)
    ada = shop.member("ada")
    before = earning_of(shop, ada, 70)
    shop.buy(member(ada), sale("before", 30_00))
    metrics(shop, per="year")
    shop.earn(ada, 100)
    cancel_earning(shop.rt, shop.caller, fresh(), ada, before)
    shop.bring_back(shop.order_id("before"), goods_back("r", 30_00))
    assert values(shop, ada)[:2] == ("1", "100")
    assert sound(shop, ada)


def test_an_earning_that_is_cancelled_counts_no_more_also_ever() -> None:
    shop, ada = shop_with()
    metered.metric(shop, "ever", {"measure": "sum", "of": EARNED, "per": "ever"}, thresholds=[])
    earning = earning_of(shop, ada, 70)
    shop.earn(ada, 5)
    shop.clock.at += DAY_MS
    cancel_earning(shop.rt, shop.caller, fresh(), ada, earning)
    assert (values(shop, ada)[:2], taken(shop, ada)["ever"].value) == (("1", "5"), "5")
    assert sound(shop, ada)


def test_what_is_no_longer_there_to_take_stays_earned() -> None:
    shop, ada = shop_with()
    shop.buy(member(ada), sale("1", 100_00))
    shop.spend(ada, 70)
    shop.bring_back(shop.order_id("1"), goods_back("r", 100_00))
    assert values(shop, ada)[1] == "70"
    assert sound(shop, ada)


def test_what_was_undone_by_hand_is_not_one_less_again_when_the_goods_come_back() -> None:
    shop, ada = shop_with()
    bought = shop.buy(member(ada), sale("1", 100_00)).answer
    shop.spend(ada, 70)
    shop.buy(member(ada), sale("2", 10_00))
    cancel_earning(shop.rt, shop.caller, fresh(), ada, bought.earned[0].earning_id or "")
    assert values(shop, ada)[:2] == ("1", "80")
    shop.bring_back(shop.order_id("1"), goods_back("r", 100_00))
    assert values(shop, ada)[0] == "1"
    assert sound(shop, ada)


# --- spent --------------------------------------------------------------------------------------------------------------


def test_what_is_spent_captured_and_paid_for_rewards_counts() -> None:
    shop, ada = shop_with(SPENT)
    rewarded.series(shop)
    rewarded.define(shop)
    shop.earn(ada, 1_000)
    shop.spend(ada, 40)
    held = hold_points(shop.rt, shop.caller, fresh(), ada, "points", 30).answer
    assert values(shop, ada) == ("1", "40", "40", "40")
    capture_hold(shop.rt, shop.caller, fresh(), ada, held.hold_id, 10)
    assert values(shop, ada)[:2] == ("2", "50")
    had = shop.balance(ada)
    redemption = rewarded.redeemed(shop, ada)
    cost = had - shop.balance(ada)
    assert values(shop, ada)[:2] == ("3", str(50 + cost))
    rewarded.refund(shop, ada, redemption)
    assert values(shop, ada)[:2] == ("2", "50")
    assert sound(shop, ada)


def test_a_refund_leaves_the_day_of_the_spend() -> None:
    shop, ada = shop_with(SPENT)
    shop.earn(ada, 1_000)
    spend = shop.spend(ada, 40).answer.spend_id
    shop.clock.at += DAY_MS
    other = shop.spend(ada, 5).answer.spend_id
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend, 15)
    assert values(shop, ada) == ("2", "30", "15", "5")
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend)
    assert values(shop, ada) == ("1", "5", "5", "5")
    undo_entry(shop.rt, shop.caller, fresh(), ada, other)
    assert values(shop, ada) == ("0", "0", None, None)
    assert (metered.account(shop, ada).past, sound(shop, ada)) == ({}, True)


def test_a_spend_from_before_anybody_asked_takes_nothing_off_when_it_is_refunded() -> None:
    shop = open_shop(tiers=None)
    ada = shop.member("ada")
    shop.earn(ada, 1_000)
    before = shop.spend(ada, 40).answer.spend_id
    metrics(shop, of=SPENT, per="ever")
    shop.spend(ada, 50)
    refund_spend(shop.rt, shop.caller, fresh(), ada, before)
    assert taken(shop, ada)["sum"].value == "50"


def test_it_is_taken_back_when_nobody_asks_any_more() -> None:
    shop, ada = shop_with(SPENT)
    shop.earn(ada, 1_000)
    spend = shop.spend(ada, 40).answer.spend_id
    for name in ("times", "sum", "average", "last"):
        metered.metric(shop, name, {"measure": "times", "of": SPENT, "days": 30}, state="ended")
    shop.spend(ada, 7)
    refund_spend(shop.rt, shop.caller, fresh(), ada, spend)
    assert metered.account(shop, ada).past == {}


# --- units, households, and who asks ------------------------------------------------------------------------------------


def test_an_amount_is_in_its_unit() -> None:
    cash = {"code": "cash", "name": "Cash", "decimals": 2}
    shop = open_shop(tiers=None, program={"units": [{"code": "points", "name": "Points"}, cash]})
    metrics(shop, of="points_earned:cash")
    ada = shop.member("ada")
    shop.earn(ada, 12_50, unit="cash")
    shop.earn(ada, 999)
    assert values(shop, ada) == ("1", "12.5", "12.5", "12.5")


def test_a_household_earns_and_spends_together() -> None:
    shop, ada = shop_with()
    bob = shop.member("bob")
    home = grouped.household(shop, ada, bob)
    for who, number in ((ada, "A"), (bob, "B")):
        shop.buy(member(who), sale(number, 10_00))
    assert (values(shop, ada)[:2], values(shop, bob)[:2]) == (("2", "20"), ("2", "20"))
    assert sorted(metered.account(shop, home).past) == [EARNED]


def test_what_nobody_asks_for_is_not_counted_and_tells_nothing() -> None:
    shop = open_shop(tiers=None)
    ada = shop.member("ada")
    shop.earn(ada, 10)
    shop.spend(ada, 5)
    assert metered.account(shop, ada).past == {}


def test_rules_ask_what_was_earned_and_spent_before() -> None:
    asked = ({"sum": EARNED, "days": 30, "at_least": "100"}, {"times": SPENT, "per": "month", "at_least": 2})
    rules = (rule(), *(rule(f"asks-{no}", effects=[fixed(5)], when=one) for no, one in enumerate(asked)))
    shop = open_shop(tiers=None, rules=rules)
    got = [sum(one.amount for one in shop.buy(card("ada"), sale(number, 50_00)).answer.earned) for number in "12"]
    ada = shop.member_with("ada")
    shop.spend(ada, 1)
    shop.spend(ada, 1)
    got += [sum(one.amount for one in shop.buy(card("ada"), sale("3", 1_00)).answer.earned)]
    assert got == [50, 50, 11]
    assert sound(shop, ada)


def test_a_segment_of_those_who_earned_enough_lately() -> None:
    at = judged()
    segmented.define(at.shop, "collectors", **when({"sum": EARNED, "days": 30, "at_least": "50"}))
    ada = at.shop.member("ada")
    assert at.segments(ada) == []
    at.shop.earn(ada, 60)
    assert at.segments(ada) == ["collectors"]
    assert nights_pass(at.shop, 29) == 0
    nights_pass(at.shop, 2)
    assert at.segments(ada) == []


def test_a_threshold_is_reached_once_and_what_is_given_for_it_is_earned_too() -> None:
    at = judged()
    shop = at.shop
    metered.metric(shop, what={"measure": "sum", "of": EARNED, "days": 30}, at_least="100")
    metered.metric(shop, "more", {"measure": "sum", "of": EARNED, "days": 30}, at_least="150")
    metered.on_reaching(shop, fixed(50))
    ada = shop.member("1")
    shop.earn(ada, 100)
    at.tell()
    told = taken(shop, ada)
    assert (shop.balance(ada), told["visits"].value) == (150, "150")
    assert [bool(told[name].reached) for name in ("visits", "more")] == [True, True]
    assert sound(shop, ada)


# --- definitions --------------------------------------------------------------------------------------------------------


def test_points_of_no_unit_of_the_program_are_refused() -> None:
    shop = open_shop()
    with refused("unknown_unit", "what"):
        metered.metric(shop, what={"measure": "sum", "of": "points_earned:miles", "days": 30})
    for asked in (
        {"times": "points_spent:miles", "days": 30, "at_least": 1},
        {"sum": "points_earned:miles", "days": 7, "at_least": "1"},
    ):
        with refused("unknown_unit", "when"):
            shop.define(rule("miles", when=asked, effects=[per_euro()]))
        with refused("unknown_unit", "criteria"):
            segmented.define(shop, "miles", **when(asked))


def test_thresholds_of_the_average_of_what_is_earned_are_judged_daily() -> None:
    shop = open_shop()
    what = {"measure": "average", "of": EARNED, "days": 30}
    with refused("average_in_real_time", "judged"):
        metered.metric(shop, what=what)
    metered.metric(shop, what=what, judged="daily")
    metered.metric(shop, "spent", what | {"of": SPENT})
