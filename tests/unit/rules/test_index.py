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
from tests.unit.rules.shop import NOBODY, TODAY, day, line, of_cart, rule, sale

HERE = replace(TODAY, tier="gold")
ORDER_HERE = sale(
    line(1, 10_00, category=("books", "maps"), brand="Meridian"), line(2, 5_00, sku="pen"), place="main-street"
)


def looked_at(*rules: Rule, context: Context = HERE, occasions: tuple[str, ...] = ORDER) -> list[str]:
    compiled = compile_rules(rules)
    return [compiled.live[at].rule_id for at in compiled.index.places(occasions, Basket(ORDER_HERE), context)]


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
    ],
)
def test_a_rule_that_could_be_meant_is_looked_at_once(fields: dict[str, Any]) -> None:
    assert looked_at(rule("here", **fields)) == ["here"]


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
    rules = [rule("march", window={"from_day": "2026-03-01", "until_day": "2026-03-31"}), rule("always")]
    compiled = compile_rules(rules)
    first = compiled.index.places(ORDER, Basket(ORDER_HERE), HERE)
    assert compiled.index.places(ORDER, Basket(ORDER_HERE), replace(HERE, day=day("2026-03-31"))) is first
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
            assert compiled.index.places(ORDER, Basket(ORDER_HERE), context) == [at]


def test_many_threads_may_forget_the_same_stretch() -> None:
    rules = [
        rule(f"{at:03}", window={"from_day": f"{1600 + at}-01-01", "until_day": f"{1600 + at}-12-31"})
        for at in range(STRETCHES_KEPT * 4)
    ]
    compiled = compile_rules(rules)
    basket = Basket(ORDER_HERE)

    def asked(at: int) -> list[int]:
        return list(compiled.index.places(ORDER, basket, replace(HERE, day=day(f"{1600 + at % len(rules)}-06-01"))))

    before, wanted = sys.getswitchinterval(), [[at % len(rules)] for at in range(4 * len(rules))]
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(asked, range(len(wanted)))) == wanted
    finally:
        sys.setswitchinterval(before)
