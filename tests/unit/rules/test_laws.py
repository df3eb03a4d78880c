"""What holds for every cart, every customer and every set of rules."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.areas.orders.model import Sale
from chalicelib.areas.rules.basket import Basket
from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.evaluate import CART, ORDER, evaluate
from chalicelib.areas.rules.index import Found, Index, places_of
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.outcome import Outcome
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.base import STORED
from tests.unit.rules.any_shop import any_audiences, any_conditions, carts, contexts, rule_sets
from tests.unit.rules.shop import checkout, judge

anything = (carts(), rule_sets(), contexts())
some = settings(max_examples=50)  # drawing a shop takes longer than judging it


def told(outcome: Outcome) -> Any:
    """All that anybody is told of it."""
    given = [(one.rule_id, one.unit, one.amount, one.value, one.lines) for one in outcome.credits]
    return given, outcome.off, outcome.redeemable, outcome.skipped


@some
@given(*anything)
def test_every_rule_is_accounted_for_once(cart: Sale, rules: list[Rule], context: Context) -> None:
    for outcome, occasions in [
        (judge(cart, *rules, context=context), ORDER),
        (checkout(cart, *rules, context=context), CART),
    ]:
        gave = {one.rule_id for one in outcome.credits} | {one.rule_id for one in outcome.off}
        found = [*gave, *(one.rule_id for one in outcome.skipped)]
        assert sorted(found) == sorted(one.rule_id for one in rules if one.trigger.on in occasions)
        assert all(one.sentence.endswith(".") for one in outcome.skipped)


@some
@given(*anything)
def test_the_parts_of_a_credit_sum_to_it_and_its_value_is_what_its_lines_cost(
    cart: Sale, rules: list[Rule], context: Context
) -> None:
    outcome = checkout(cart, *rules, context=context)
    left = {one.line_no: one.gross_value for one in cart.lines}
    for off in outcome.off:
        for line_no, part in off.lines:
            left[line_no] -= part
    for credit in outcome.credits:
        numbers = [line_no for line_no, _ in credit.lines]
        assert credit.amount > 0
        assert numbers == sorted(set(numbers))
        assert sum(part for _, part in credit.lines) == credit.amount
        assert all(part >= 0 for _, part in credit.lines)
        assert sum(left[line_no] for line_no in numbers) == credit.value


@some
@given(*anything)
def test_no_discount_takes_more_than_is_left_to_pay(cart: Sale, rules: list[Rule], context: Context) -> None:
    left = {one.line_no: one.gross_value for one in cart.lines}
    for off in checkout(cart, *rules, context=context).off:
        numbers = [line_no for line_no, _ in off.lines]
        assert numbers == sorted(set(numbers))
        assert off.amount == sum(part for _, part in off.lines) > 0
        for line_no, part in off.lines:
            assert 0 < part <= left[line_no]
            left[line_no] -= part


@some
@given(*anything)
def test_nobody_pays_with_more_points_than_they_have_or_ask_for(
    cart: Sale, rules: list[Rule], context: Context
) -> None:
    outcome = checkout(cart, *rules, context=context)
    paid: dict[str, int] = defaultdict(int)
    for off in outcome.off:
        assert bool(off.points) is (off.kind == "pay_with_points")
        paid[off.unit] += off.points
    for unit, points in paid.items():
        if unit:
            assert 0 < points <= min(context.pays[unit], context.balances[unit])
    for offer in outcome.redeemable:
        assert offer.points > 0
        assert offer.value > 0
        assert offer.points <= context.balances[offer.unit]


@some
@given(*anything, st.randoms(use_true_random=False))
def test_neither_the_order_of_lines_nor_that_of_rules_changes_anything(
    cart: Sale, rules: list[Rule], context: Context, chance: Any
) -> None:
    lines, shuffled_rules = list(cart.lines), list(rules)
    chance.shuffle(lines)
    chance.shuffle(shuffled_rules)
    shuffled = cart.model_copy(update={"lines": tuple(lines)})
    assert told(judge(shuffled, *shuffled_rules, context=context)) == told(judge(cart, *rules, context=context))
    assert told(checkout(shuffled, *shuffled_rules, context=context)) == told(checkout(cart, *rules, context=context))


def by_what_it_is(cart: Sale, outcome: Outcome) -> Any:
    """What each line comes to, whichever number it has."""
    given: dict[int, list[Any]] = {line.line_no: [] for line in cart.lines}
    for number, lines in enumerate([one.lines for one in outcome.credits] + [one.lines for one in outcome.off]):
        for line_no, part in lines:
            given[line_no].append((number, part))
    return sorted(repr((line.model_copy(update={"line_no": 1}), given[line.line_no])) for line in cart.lines)


@some
@given(carts(alike=True), rule_sets(), contexts(), st.randoms(use_true_random=False))
def test_of_lines_without_numbers_it_does_not_matter_which_comes_first(
    cart: Sale, rules: list[Rule], context: Context, chance: Any
) -> None:
    lines = list(cart.lines)
    chance.shuffle(lines)
    numbered = tuple(line.model_copy(update={"line_no": place}) for place, line in enumerate(lines, start=1))
    shuffled = cart.model_copy(update={"lines": numbered})
    for judged in (judge, checkout):
        here, there = judged(cart, *rules, context=context), judged(shuffled, *rules, context=context)
        assert [(one.rule_id, one.amount) for one in here.credits] == [
            (one.rule_id, one.amount) for one in there.credits
        ]
        assert here.redeemable == there.redeemable
        assert by_what_it_is(cart, here) == by_what_it_is(shuffled, there)


@some
@given(*anything)
def test_a_multiplier_only_ever_belongs_to_lines_that_earned(cart: Sale, rules: list[Rule], context: Context) -> None:
    lanes = {one.rule_id: {effect.stage for effect in one.effects if hasattr(effect, "stage")} for one in rules}
    earned: dict[str, set[int]] = defaultdict(set)
    for credit in judge(cart, *rules, context=context).credits:
        numbers = {line_no for line_no, _ in credit.lines}
        if "base" in lanes[credit.rule_id]:
            earned[credit.unit].update(numbers)
        elif lanes[credit.rule_id] == {"multiply"}:
            assert numbers <= earned[credit.unit]


@some
@given(rule_sets())
def test_rules_go_to_json_and_back(rules: list[Rule]) -> None:
    assert [Rule.model_validate(one.model_dump(mode="json"), context=STORED) for one in rules] == rules


# --- the index ---------------------------------------------------------------------------------------------------------


_filed = rule_sets(most=9, asking=any_conditions, whom=any_audiences)


class EveryPlace(Index):
    """Leaves nobody out but those of another day, which no condition asks."""

    def __init__(self, compiled: CompiledRules) -> None:
        super().__init__(())
        self._compiled = compiled

    def find(self, occasions: Any, basket: Basket, context: Context) -> Found:
        compiled = self._compiled
        return Found(places_of(compiled.index.open_on(occasions, context.day)), [0] * (1 + len(compiled.reasons.later)))


@some
@given(carts(), _filed, contexts())
def test_the_index_changes_nothing_but_the_time_it_takes(cart: Sale, rules: list[Rule], context: Context) -> None:
    compiled = compile_rules(rules)
    for occasions in (ORDER, CART):
        found = evaluate(compiled, cart, context, occasions, why=True)
        assert told(found) == told(
            evaluate(replace(compiled, index=EveryPlace(compiled)), cart, context, occasions, why=True)
        )
        assert told(evaluate(compiled, cart, context, occasions))[:3] == told(found)[:3]


@some
@given(carts(), _filed, contexts(), st.lists(st.integers(-3, 3), min_size=1, max_size=8))
def test_the_index_remembers_no_day_for_another(
    cart: Sale, rules: list[Rule], context: Context, days: list[int]
) -> None:
    compiled = compile_rules(rules)
    for shift in days:
        then = replace(context, day=context.day + shift)
        assert told(evaluate(compiled, cart, then, CART)) == told(evaluate(compile_rules(rules), cart, then, CART))
