"""Rules for others are not looked at: whatever their number, they cost nothing."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.compile import compile_rules
from chalicelib.areas.rules.evaluate import CART, ORDER
from chalicelib.areas.rules.index import STRETCHES_KEPT
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.purchase import Context
from tests.unit.rules.shop import NOBODY, TODAY, day, judge, line, of_cart, rule, sale

HERE = replace(TODAY, tier="gold")
ORDER_HERE = sale(
    line(1, 10_00, category=("books", "maps"), brand="Meridian"), line(2, 5_00, sku="pen"), place="main-street"
)


def looked_at(*rules: Rule, context: Context = HERE, occasions: tuple[str, ...] = ORDER) -> list[str]:
    compiled = compile_rules(rules)
    return [compiled.live[at].rule_id for at in compiled.index.find(occasions, Basket(ORDER_HERE), context).places]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "paused"},
        {"state": "ended"},
        {"window": {"from_day": "2026-03-16"}},
        {"window": {"until_day": "2026-03-14"}},
        {"trigger": {"on": "cart"}, "effects": [{"kind": "free_delivery"}]},
        {"audience": {"members": ["mem_bea"]}},
        {"audience": {"tiers": ["silver"]}},
        {"audience": {"places": ["airport"]}},
        {"lines": {"skus": ["globe"]}},
        {"lines": {"brands": ["Nobody"]}},
        {"lines": {"categories": ["toys"]}},
        {"lines": {"skus": ["globe"], "brands": ["Meridian"]}, "audience": {"tiers": ["gold"]}},
        {"lines": {"skus": ["pen"]}, "audience": {"tiers": ["silver"]}},
        {"lines": {"skus": ["pen"], "brands": ["Nobody"]}},
        {"audience": {"tiers": ["gold"], "segments": ["vip"]}},
        {"audience": {"tiers": ["gold"], "places": ["main-street"], "segments": ["vip"]}},
        {"audience": {"labels": [{"key": "vip"}]}},
        {"lines": {"labels": [{"key": "promo", "value": "spring"}]}},
        {"lines": {"skus": ["pen"], "labels": [{"key": "promo"}]}},
        {"when": {"ask": "order.skus", "one_of": ["globe"]}},
        {"when": {"ask": "order.skus", "is_not": "pen"}},
        {"when": {"ask": "order.place", "none_of": ["main-street"]}},
        {"when": {"ask": "time.weekday", "is": "mon"}},
        {"when": {"not": {"ask": "time.weekday", "one_of": ["sat", "sun"]}}},
        {"when": {"ask": "account.tier", "is": "silver"}},
        {"when": {"ask": "member.segments", "one_of": ["vip"]}},
        {"when": {"ask": "order.payments", "is": "gift-card"}},
        {"when": {"ask": "order.currency", "is": "JPY"}},
        {"when": {"ask": "order.first", "is": True}},
        {"when": {"ask": "order.value", "at_least": "15.01"}},
        {"when": {"ask": "order.value", "above": "15"}},
        {"when": {"ask": "order.value", "at_most": "14.99"}},
        {"when": {"ask": "order.value", "below": "15.00"}},
        {"when": {"ask": "order.value", "at_least": "10", "at_most": "12"}},
        {"when": {"not": {"ask": "order.value", "at_least": "15.00"}}},
        {"when": {"ask": "time.of_day", "at_least": "17:00"}},
        {"when": {"labels_of": "order", "one_of": [{"key": "app"}]}},
        {"when": {"labels_of": "member", "one_of": [{"key": "vip"}]}},
        {"when": {"lines": {"skus": ["globe"]}}},
        {"when": {"not": {"lines": {"skus": ["pen"]}}}},
        {"when": {"lines": {"categories": ["toys"]}, "of": "value", "at_least": "5"}},
        {"when": {"lines": {"brands": ["Nobody"]}, "of": "quantity", "at_least": "1", "at_most": "3"}},
        {"when": {"all": [{"ask": "member.age", "above": 17}, {"ask": "order.value", "at_least": "99"}]}},
        {"when": {"all": [{"ask": "order.value", "at_least": "9"}, {"all": [{"ask": "order.lines", "is": 3}]}]}},
    ],
)
def test_a_rule_for_others_is_not_looked_at(fields: dict[str, Any]) -> None:
    assert looked_at(rule("other", **fields), rule("here")) == ["here"]


@pytest.mark.parametrize(
    "fields",
    [
        {"window": {"from_day": "2026-03-15", "until_day": "2026-03-15"}},
        {"audience": {"members": ["mem_0000000bea0", "mem_0000000anna"]}},
        {"audience": {"tiers": ["silver", "gold"]}},
        {"audience": {"places": ["airport", "main-street"]}},
        {"lines": {"skus": ["pen", "book", "globe"]}},
        {"lines": {"brands": ["Meridian"]}},
        {"lines": {"categories": ["maps", "books"]}},
        {"lines": {"skus": ["pen", "book", "globe"]}, "audience": {"tiers": ["silver", "gold"]}},
        {"lines": {"skus": ["pen", *map(str, range(600))]}, "audience": {"places": ["airport", "main-street"]}},
        {"when": {"ask": "order.value", "at_least": "15.00"}},
        {"when": {"ask": "order.value", "at_most": "15"}},
        {"when": {"ask": "order.value", "above": "14.99", "below": "15.01"}},
        {"when": {"ask": "order.value", "is": "15.0"}},
        {"when": {"ask": "order.skus", "none_of": ["globe"]}},
        {"when": {"not": {"ask": "order.skus", "none_of": ["pen"]}}},
        {"when": {"not": {"ask": "member.age", "above": 17}}},
        {"when": {"not": {"ask": "order.value", "at_least": "1", "at_most": "2"}}},
        {"when": {"ask": "order.first", "is": False}},
        {"when": {"ask": "time.weekday", "one_of": ["sat", "sun"]}},
        {"when": {"lines": {"categories": ["toys"]}, "of": "value", "at_most": "5"}},
        {"when": {"lines": {"categories": ["toys"]}, "of": "value", "at_least": "0"}},
        {"when": {"any": [{"ask": "order.skus", "is": "globe"}, {"ask": "order.value", "at_least": "15"}]}},
        {"when": {"all": [{"ask": "order.value", "at_most": str(most)} for most in range(15, 60)]}},
    ],
)
def test_a_rule_that_could_be_meant_is_looked_at_once(fields: dict[str, Any]) -> None:
    assert looked_at(rule("here", **fields)) == ["here"]


def test_of_many_bounds_only_those_that_are_met_are_looked_at() -> None:
    rules = [rule(f"{least:02}", when={"ask": "order.value", "at_least": f"{least}.00"}) for least in range(30)]
    assert looked_at(*rules) == [f"{least:02}" for least in range(16)]


def test_whoever_buys_unknown_passes_no_question_about_a_member() -> None:
    asked = [
        {"ask": "order.first", "is_not": True},
        {"ask": "account.tier", "is_not": "gold"},
        {"labels_of": "member", "one_of": [{"key": "vip"}]},
        {"ask": "account.orders", "at_least": 0},
    ]
    rules = [rule(f"{at}", when=one) for at, one in enumerate(asked)]
    assert not judge(ORDER_HERE, *rules, context=NOBODY).credits
    turned = [rule(f"{at}", when={"not": one}) for at, one in enumerate(asked)]
    assert len(judge(ORDER_HERE, *turned, context=NOBODY).credits) == len(asked)


def test_what_only_the_rule_can_ask_is_still_named_first() -> None:
    """Though it is a filing behind it that leaves the rule out."""
    young, dear = {"ask": "field.size", "is": 7}, {"ask": "order.value", "at_least": "99"}
    both = judge(ORDER_HERE, rule(when={"all": [young, dear]}), rule("turned", when={"all": [dear, young]}))
    assert [one.sentence for one in both.skipped] == [
        "It must hold that field.size is 7.",
        "It must hold that order.value is at least 99.",
    ]


def test_judging_order_holds_whatever_a_rule_is_filed_under() -> None:
    rules = [
        rule("d", priority=2),
        rule("c", lines={"skus": ["pen"]}, priority=1),
        rule("b", audience={"tiers": ["gold"]}, priority=2),
        of_cart("a", {"kind": "free_delivery"}, priority=2),
    ]
    assert looked_at(*rules) == ["c", "b", "d"]
    assert looked_at(*rules, occasions=CART) == ["c", "a", "b", "d"]


def test_nobody_is_in_a_tier() -> None:
    assert looked_at(rule("a", audience={"tiers": ["gold"]}), rule("b"), context=NOBODY) == ["b"]


def test_days_between_the_same_windows_are_filed_once() -> None:
    march = [rule(f"march-{at}", window={"from_day": "2026-03-01", "until_day": "2026-03-31"}) for at in range(20)]
    rules = [*march, rule("always")]
    compiled = compile_rules(rules)
    first = compiled.index.open_on(ORDER, HERE.day)
    assert compiled.index.open_on(ORDER, day("2026-03-31")) is first
    assert looked_at(*rules, context=replace(HERE, day=day("2026-04-01"))) == ["always"]


def test_more_stretches_than_are_kept_are_found_again() -> None:
    rules = [
        rule(f"{at:03}", window={"from_day": f"{2000 + at}-01-01", "until_day": f"{2000 + at}-12-31"})
        for at in range(STRETCHES_KEPT + 10)
    ]
    compiled = compile_rules(rules)
    for _ in range(2):
        for at in range(len(rules)):
            context = replace(HERE, day=day(f"{2000 + at}-06-01"))
            assert compiled.index.find(ORDER, Basket(ORDER_HERE), context).places == [at]


def test_many_threads_may_forget_the_same_stretch() -> None:
    rules = [
        rule(f"{at:03}", window={"from_day": f"{1600 + at}-01-01", "until_day": f"{1600 + at}-12-31"})
        for at in range(STRETCHES_KEPT * 4)
    ]
    compiled = compile_rules(rules)
    basket = Basket(ORDER_HERE)

    def asked(at: int) -> list[int]:
        return list(
            compiled.index.find(ORDER, basket, replace(HERE, day=day(f"{1600 + at % len(rules)}-06-01"))).places
        )

    before, wanted = sys.getswitchinterval(), [[at % len(rules)] for at in range(4 * len(rules))]
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(asked, range(len(wanted)))) == wanted
    finally:
        sys.setswitchinterval(before)
