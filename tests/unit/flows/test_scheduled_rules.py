"""Rules on schedule: everybody for whom they are gets what they give, once for each occurrence, however late the job is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.coupons.operations import list_coupons
from chalicelib.areas.members.model import MemberUpdate
from chalicelib.areas.members.store import profile_key
from chalicelib.areas.rules.store import plan_key
from chalicelib.flows.list_awards import list_awards
from chalicelib.flows.update_member import update_member
from chalicelib.flows.verify_schedules import verify_schedules
from chalicelib.table.config import ConfigCache
from chalicelib.table.protocol import Delete
from tests.twins import coupons, fresh, perked
from tests.twins.bookshop import BookShop, card, open_shop, refused, rule, sale
from tests.twins.grouped import household
from tests.twins.scheduled import (
    AWAY,
    MONDAYS,
    ONCE_IN_HALF_A_YEAR,
    counts,
    operations,
    ran,
    scheduled,
    started,
    told,
    work,
)
from tests.twins.segmented import add, define

MONDAY = "2026-06-22T10:10:00Z"


def balances(shop: BookShop, some: list[str]) -> list[int]:
    return [shop.balance(one) for one in some]


def members(shop: BookShop, count: int) -> list[str]:
    return [shop.member(str(number)) for number in range(count)]


def test_everybody_gets_it_at_its_time_and_once() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 5)
    assert ran(shop, "2026-06-22T10:04:00Z") == 0
    assert ran(shop, MONDAY) == 1
    assert balances(shop, some) == [100] * 5
    assert counts(shop) == {"rows": 5, "given": 5}
    assert [line["result"] for line in told(shop)] == ["given"] * 5
    assert ran(shop, "2026-06-22T11:10:00Z") == 0
    assert ran(shop, "2026-06-29T10:10:00Z") == 1
    assert balances(shop, some) == [200] * 5
    assert [run.operation.name for run in operations(shop)] == [
        "gift 2026-06-29T10:00:00Z",
        "gift 2026-06-22T10:00:00Z",
    ]
    assert all(shop.proof(one).matches for one in some)


def test_win_back_is_for_who_stayed_away_and_once_in_half_a_year() -> None:
    shop = open_shop(rules=[rule(), scheduled(when=AWAY, limits=ONCE_IN_HALF_A_YEAR)])
    gone = shop.buy(card("1"), sale("A1")).answer.member_id
    for monday in ("2026-06-22", "2026-07-13", "2026-08-10"):
        ran(shop, f"{monday}T10:10:00Z")
    while started(shop):
        work(shop)
    back = shop.buy(card("2"), sale("B1", on="2026-08-09")).answer.member_id
    never = shop.member("3")
    ran(shop, "2026-08-17T10:10:00Z")
    assert counts(shop) == {"rows": 3, "given": 1, "conditions_not_met": 2}
    assert balances(shop, [gone, back, never]) == [200, 100, 0]
    ran(shop, "2026-08-24T10:10:00Z")
    assert counts(shop) == {"rows": 3, "limits_reached": 1, "conditions_not_met": 2}
    assert shop.proof(gone).matches


def test_what_is_late_is_given_as_of_its_own_moment() -> None:
    in_time, late = (open_shop(rules=[scheduled()], tenant=name) for name in ("in-time", "late"))
    ada, bob = in_time.member("1"), late.member("1")
    ran(in_time, MONDAY)
    ran(late, "2026-06-28T23:50:00Z")
    [one], [other] = in_time.statement(ada), late.statement(bob)
    assert (one.operation, one.effective_at) == (other.operation, other.effective_at)
    assert in_time.account(ada).wallets == late.account(bob).wallets


def test_what_was_missed_is_run_each_by_itself_one_after_the_other() -> None:
    shop = open_shop(rules=[scheduled()])
    [ada] = members(shop, 1)
    assert started(shop, "2026-07-07T00:10:00Z") == 1  # three Mondays have passed
    assert started(shop) == 0  # the first goes on
    work(shop)
    assert shop.balance(ada) == 100
    assert ran(shop, "2026-07-07T01:10:00Z") == 1
    assert ran(shop, "2026-07-07T02:10:00Z") == 1
    assert ran(shop, "2026-07-07T03:10:00Z") == 0
    assert shop.balance(ada) == 300


def test_messages_that_come_twice_give_nothing_twice() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 20)
    assert started(shop, MONDAY) == 1
    work(shop, arrange=lambda waiting: [one for message in waiting for one in (message, message)])
    assert balances(shop, some) == [100] * 20
    assert counts(shop)["given"] == 20


def test_who_came_later_was_not_there() -> None:
    shop = open_shop(rules=[scheduled()])
    shop.clock.move_to("2026-06-22T10:05:00Z")
    late = shop.member("1")
    ran(shop, MONDAY)
    assert (counts(shop), shop.balance(late)) == ({"rows": 1, "not_in_audience": 1}, 0)


def test_only_members_who_are_named_are_looked_at() -> None:
    shop = open_shop()
    some = members(shop, 4)
    shop.define(scheduled(audience={"members": [some[2], some[0], some[2]]}))
    ran(shop, MONDAY)
    assert balances(shop, some) == [100, 0, 100, 0]
    assert counts(shop) == {"rows": 2, "given": 2}


def test_only_members_of_its_segments_are_looked_at_and_each_once() -> None:
    shop = open_shop()
    define(shop, "vip")
    define(shop, "new")
    some = members(shop, 6)
    add(shop, *some[:3], segment_id="vip")
    add(shop, *some[2:4], segment_id="new")
    shop.define(scheduled(audience={"segments": ["vip", "new"]}))
    ran(shop, MONDAY)
    assert balances(shop, some) == [100, 100, 100, 100, 0, 0]
    assert counts(shop) == {"rows": 4, "given": 4}


def test_members_of_a_group_get_it_each_for_the_group() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 3)
    group = household(shop, some[0], some[1])
    ran(shop, MONDAY)
    assert shop.balance(group) == 200
    assert shop.balance(some[2]) == 100


def test_what_is_limited_for_all_is_given_so_often_and_no_more() -> None:
    shop = open_shop(rules=[scheduled(limits={"in_all": 1})])
    some = members(shop, 3)
    ran(shop, MONDAY)
    assert sorted(balances(shop, some)) == [0, 0, 100]
    assert counts(shop) == {"rows": 3, "given": 1, "limits_reached": 2}


def test_a_blocked_member_is_told_and_keeps_nobody_back() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 3)
    update_member(shop.rt, shop.caller, fresh(), some[1], MemberUpdate(status="blocked"))
    ran(shop, MONDAY)
    assert balances(shop, some) == [100, 0, 100]
    assert counts(shop) == {"rows": 3, "given": 2, "refused": 1}
    [line] = [line for line in told(shop) if line["result"] == "refused"]
    assert (line["member_id"], line["reason"]) == (some[1], "member_blocked")


def test_a_member_who_cannot_be_read_is_told_and_keeps_nobody_back() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 3)
    profile = shop.rt.table.get(profile_key("shop", some[1]))
    assert profile is not None
    shop.rt.table.batch_put([{**profile, "private": {"B": b"?"}}])
    ran(shop, MONDAY)
    assert counts(shop) == {"rows": 3, "given": 2, "unreadable": 1}


def test_a_rule_that_is_paused_meanwhile_gives_the_rest_nothing() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 3)
    started(shop, MONDAY)
    shop.define(scheduled(state="paused"))
    work(shop)
    [run] = operations(shop)
    assert (run.operation.state, run.operation.failure and run.operation.failure.code) == ("failed", "rule_stopped")
    assert balances(shop, some) == [0, 0, 0]
    shop.define(scheduled())
    assert ran(shop, "2026-06-28T10:10:00Z") == 0  # what it was off for is not made up for
    assert ran(shop, "2026-06-29T10:10:00Z") == 1
    assert balances(shop, some) == [100, 100, 100]


def test_a_worker_that_does_not_know_yet_for_whom_a_rule_is_looks_again() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 2)
    shop.clock.move_to(MONDAY)
    worker = replace(shop, rt=replace(shop.rt, config=ConfigCache(shop.clock)))
    worker.rt.config.load(worker.rt.table, shop.caller.tenant)
    shop.define(scheduled(audience={"members": some[:1]}))
    assert started(shop) == 1
    work(worker)
    assert operations(shop)[0].operation.state == "done"
    assert balances(shop, some) == [100, 0]


def test_a_rule_that_is_corrected_meanwhile_gives_the_rest_what_it_says_now() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 3)
    started(shop, MONDAY)
    shop.define(scheduled(amount=7))
    work(shop)
    assert balances(shop, some) == [7, 7, 7]


def test_a_run_for_others_than_those_for_whom_it_began_ends() -> None:
    shop = open_shop(rules=[scheduled()])
    some = members(shop, 3)
    started(shop, MONDAY)
    shop.define(scheduled(audience={"members": some[:1]}))
    work(shop)
    assert operations(shop)[0].operation.state == "failed"
    assert balances(shop, some) == [0, 0, 0]


def test_an_occurrence_that_is_due_is_not_lost_with_a_corrected_name() -> None:
    shop = open_shop(rules=[scheduled()])
    [ada] = members(shop, 1)
    shop.clock.move_to(MONDAY)
    shop.define(scheduled(name="Another"))
    ran(shop, MONDAY)
    assert shop.balance(ada) == 100


def test_a_rule_runs_within_its_window_and_on_the_program_s_clocks() -> None:
    shop = open_shop(program={"zone": "Pacific/Auckland"})
    [ada] = members(shop, 1)
    shop.define(scheduled(window={"from_day": "2026-06-29", "until_day": "2026-07-06"}))
    assert ran(shop, "2026-06-28T21:00:00Z") == 0
    assert ran(shop, "2026-06-28T22:10:00Z") == 1  # Monday at ten, there
    assert ran(shop, "2026-07-05T22:10:00Z") == 1
    assert ran(shop, "2026-08-05T22:10:00Z") == 0
    assert shop.balance(ada) == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"trigger": {"on": "schedule", "at": "10:00", "day": "2026-06-14"}},
        {"window": {"until_day": "2026-06-14"}},
        {"window": {"from_day": "2026-06-16", "until_day": "2026-06-21"}},
    ],
)
def test_a_rule_that_would_never_run_is_refused(fields: dict[str, Any]) -> None:
    shop = open_shop()
    with refused("schedule_over", "trigger"):
        shop.define(scheduled(**fields))
    shop.define(scheduled(state="draft", **fields))


def test_what_follows_is_given_as_well_and_what_cannot_be_is_told() -> None:
    shop = open_shop()
    perked.offer(shop, "treat", perked.TREAT, again="ignore")
    coupons.series(shop, "welcome")
    define(shop, "vip")
    gives = [
        {"kind": "grant_perk", "perk": "treat"},
        {"kind": "issue_coupon", "series": "welcome"},
        {"kind": "join_segment", "segment": "vip"},
    ]
    shop.define(scheduled(effects=gives))
    shop.define(scheduled("again", effects=gives[:1], trigger=MONDAYS | {"at": "11:00"}))
    [ada] = members(shop, 1)
    ran(shop, MONDAY)
    assert counts(shop) == {"rows": 1, "given": 1}
    assert [one.perk_id for one in list_awards(shop.rt, shop.caller, ada)] == ["treat"]
    assert [one.series_id for one in list_coupons(shop.rt, shop.caller, ada, 10, None).items] == ["welcome"]
    ran(shop, "2026-06-22T11:10:00Z")
    assert counts(shop) == {"rows": 1, "refused": 1}
    assert told(shop)[0]["reason"]


@pytest.mark.parametrize(
    "gives",
    [
        {"kind": "grant_perk", "perk": "treat"},
        {"kind": "badge", "perk": "regular"},
        {"kind": "stamps", "perk": "card", "amount": 1},
        {"kind": "issue_coupon", "series": "welcome"},
    ],
    ids=lambda gives: str(gives["kind"]),
)
def test_what_it_gives_beside_points_is_limited_as_points_are(gives: dict[str, Any]) -> None:
    shop = open_shop()
    perked.offer(shop, "treat", perked.TREAT)
    perked.offer(shop, "regular", perked.BADGE)
    perked.offer(shop, "card", perked.CARD)
    coupons.series(shop, "welcome")
    once = {"per_member": [{"per": "6_months", "times": 1}], "in_all": 2}
    shop.define(scheduled(effects=[gives], limits=once))
    [ada] = members(shop, 1)
    ran(shop, MONDAY)
    ran(shop, "2026-06-29T10:10:00Z")
    assert counts(shop) == {"rows": 1, "limits_reached": 1}
    for named in ("one more", "another"):
        shop.member(named)
    ran(shop, "2026-07-06T10:10:00Z")
    assert counts(shop) == {"rows": 3, "given": 1, "limits_reached": 2}
    assert shop.proof(ada).matches


def test_what_could_not_be_given_is_no_use() -> None:
    shop = open_shop()
    perked.offer(shop, "treat", perked.TREAT, state="paused")
    shop.define(scheduled(effects=[{"kind": "grant_perk", "perk": "treat"}], limits=ONCE_IN_HALF_A_YEAR))
    members(shop, 1)
    ran(shop, MONDAY)
    assert counts(shop) == {"rows": 1, "refused": 1}
    perked.offer(shop, "treat", perked.TREAT)
    ran(shop, "2026-06-29T10:10:00Z")
    assert counts(shop) == {"rows": 1, "given": 1}


def test_verify_names_a_rule_that_nobody_will_run() -> None:
    shop = open_shop(rules=[rule(), scheduled(), scheduled("off", state="paused")])
    assert verify_schedules(shop.rt, "shop") == ()
    ran(shop, MONDAY)
    assert verify_schedules(shop.rt, "shop") == ()
    key = plan_key("shop", 1, "gift")
    kept = shop.rt.table.get(key)
    assert kept is not None
    shop.rt.table.batch_put([{**kept, "gsi3pk": {"S": "shop#DUE#00"}}])
    [moved] = verify_schedules(shop.rt, "shop")
    shop.rt.table.transact([Delete(key)], "gone")
    shop.rt.table.batch_put([{**kept, "sk": {"S": "0001#off"}}])
    [gone, idle, *_] = verify_schedules(shop.rt, "shop")
    assert [one.owner for one in (moved, gone, idle)] == ["rule gift", "rule gift", "rule off"]


def test_once_on_a_day_is_once() -> None:
    shop = open_shop()
    [ada] = members(shop, 1)
    shop.define(scheduled(trigger={"on": "schedule", "at": "23:30", "day": "2026-06-15"}))
    assert ran(shop, "2026-06-16T00:10:00Z") == 1
    assert ran(shop, "2027-06-16T00:10:00Z") == 0
    shop.define(scheduled(trigger={"on": "schedule", "at": "23:30", "day": "2026-06-15"}, name="Over"))
    assert shop.balance(ada) == 100
