"""Perks that come and go with segments, by whatever way their members do."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.areas.members import store as members
from chalicelib.flows.define_segment import MOST_WITH_PERK
from chalicelib.flows.follow_entry import Told
from chalicelib.flows.follow_stays import follow_stays
from chalicelib.flows.list_awards import list_awards
from tests.twins.bookshop import member, refused, rule, sale
from tests.twins.faulty import FaultyTable
from tests.twins.judged import DAY_MS, ORDERS, JudgedShop, judged, nights_pass, when
from tests.twins.perked import CLUB, TREAT, give, offer
from tests.twins.segmented import SCHEDULED, add, define, remove

BRINGS: dict[str, Any] = {"on_join": ["lounge"], "on_leave": ["lounge"]}


@pytest.fixture
def at() -> JudgedShop:
    at = judged()
    offer(at.shop, "lounge", CLUB)
    at.shop.define(rule())
    return at


def has(at: JudgedShop, member_id: str) -> list[str]:
    at.tell()
    awards = list_awards(at.shop.rt, at.shop.caller, member_id, 1)
    return [one.award_id for one in awards if one.state == "active"]


def test_by_hand(at: JudgedShop) -> None:
    define(at.shop, **BRINGS)
    ada = at.shop.member("1")
    add(at.shop, ada)
    assert has(at, ada) == ["lounge.1"]
    remove(at.shop, ada)
    assert has(at, ada) == []
    at.shop.clock.at += 1  # or it would be the same stay
    add(at.shop, ada)
    assert has(at, ada) == ["lounge.2"]


def test_by_rules_and_by_time(at: JudgedShop) -> None:
    define(at.shop, **BRINGS, **SCHEDULED)
    at.shop.define(rule("joins", effects=[{"kind": "join_segment", "segment": "vip"}]))
    ada = at.shop.member("1")
    at.shop.buy(member(ada), sale("A"))
    assert has(at, ada) == ["lounge.1"]
    nights_pass(at.shop, 12)
    assert has(at, ada) == []


def test_by_criteria(at: JudgedShop) -> None:
    define(at.shop, **BRINGS, **when(ORDERS))
    ada = at.shop.member("1")
    for number in "AB":
        at.shop.buy(member(ada), sale(number))
    assert has(at, ada) == ["lounge.1"]


def test_who_leaves_one_segment_keeps_what_another_grants(at: JudgedShop) -> None:
    define(at.shop, **BRINGS)
    define(at.shop, "also", **BRINGS)
    ada = at.shop.member("1")
    add(at.shop, ada)
    assert has(at, ada) == ["lounge.1"]
    add(at.shop, ada, segment_id="also")
    assert has(at, ada) == ["lounge.1"]
    remove(at.shop, ada)
    assert has(at, ada) == ["lounge.1"]
    remove(at.shop, ada, segment_id="also")
    assert has(at, ada) == []


def test_a_segment_that_has_ended_and_a_stay_that_is_over_keep_nothing(at: JudgedShop) -> None:
    define(at.shop, **BRINGS)
    define(at.shop, "ended", **BRINGS)
    define(at.shop, "short", **BRINGS, **SCHEDULED)
    ada = at.shop.member("1")
    for one in ("vip", "ended", "short"):
        add(at.shop, ada, segment_id=one)
    assert has(at, ada) == ["lounge.1"]
    define(at.shop, "ended", **BRINGS, state="ended")
    at.shop.clock.at += 11 * DAY_MS
    remove(at.shop, ada)
    assert has(at, ada) == []


def test_what_came_by_hand_stays(at: JudgedShop) -> None:
    offer(at.shop, "tea", TREAT, again="add")
    define(at.shop, on_join=["lounge", "tea"], on_leave=["lounge", "tea"])
    ada, bob = at.shop.member("1"), at.shop.member("2")
    give(at.shop, ada, "lounge")
    add(at.shop, ada, bob)
    assert has(at, bob) == ["lounge.1", "tea.1"]
    give(at.shop, bob, "tea")
    remove(at.shop, ada, bob)
    assert (has(at, ada), has(at, bob)) == (["lounge.1"], ["tea.1"])


def test_whoever_joins_another_meanwhile_loses_nothing(at: JudgedShop) -> None:
    """They left one, and before that is followed to its end they are in another with the same perk."""
    define(at.shop, **BRINGS)
    define(at.shop, "also", **BRINGS)
    ada = at.shop.member("1")
    add(at.shop, ada)
    assert has(at, ada) == ["lounge.1"]
    remove(at.shop, ada)
    faulty = FaultyTable(at.table)

    def joined(_: int) -> None:
        faulty.meanwhile = None
        add(at.shop, ada, segment_id="also")

    faulty.meanwhile = joined
    _, head = members.read(at.shop.rt.table, at.shop.caller.tenant, ada)
    told = Told(f"M#{ada}", 0, head.version, ("member.left_segment",), 0, 0)
    follow_stays(at.shop.at_another_till(faulty).rt, at.shop.caller.tenant, told, "req-1")
    assert has(at, ada) == ["lounge.1"]


def test_so_many_segments_grant_the_same_perk_and_no_more(at: JudgedShop) -> None:
    for number in range(MOST_WITH_PERK):
        define(at.shop, f"s{number}", on_join=["lounge"])
    with refused("too_many_with_perk", "on_join"):
        define(at.shop, on_join=["lounge"])
    define(at.shop, "s1", on_join=["lounge"], on_leave=["lounge"])
    define(at.shop, on_leave=["lounge"])


def test_told_late_nobody_gets_what_they_would_have_lost_since(at: JudgedShop) -> None:
    define(at.shop, **BRINGS)
    ada = at.shop.member("1")
    add(at.shop, ada)
    remove(at.shop, ada)
    assert has(at, ada) == []


def test_however_often_it_is_told_it_is_granted_once(at: JudgedShop) -> None:
    offer(at.shop, "tea", TREAT, again="add")
    define(at.shop, on_join=["tea"])
    ada = at.shop.member("1")
    add(at.shop, ada)
    assert has(at, ada) == ["tea.1"]
    at.taken = 0
    at.send()
    at.work()
    [award] = list_awards(at.shop.rt, at.shop.caller, ada, 1)
    assert award.uses_left == 1


def test_perks_that_nobody_could_be_granted_are_refused_where_they_are_written(at: JudgedShop) -> None:
    with refused("unknown_perk", "on_join"):
        define(at.shop, on_join=["spa"])
    offer(at.shop, "gold", {"kind": "level", "tier": "gold"})
    with refused("held_by_tier", "on_leave"):
        define(at.shop, on_leave=["gold"])
