"""Perks that come and go with segments, by whatever way their members do."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.flows.list_awards import list_awards
from tests.twins.bookshop import member, refused, rule, sale
from tests.twins.judged import ORDERS, JudgedShop, judged, nights_pass, when
from tests.twins.perked import CLUB, TREAT, offer
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
