"""What holds for every order and every set of rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.areas.orders.model import Line, Sale
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.purchase import Context
from chalicelib.kit.labels import Label
from tests.unit.rules.shop import TODAY, judge, rule, sale

SKUS, BRANDS, CATEGORIES = ("book", "pen", "card"), ("Meridian", "Quill"), ("paper", "books", "maps")
PROMO = {"key": "promo", "value": "spring"}

roundings = st.sampled_from(["down", "half_up"])
effects = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("per_value"),
            "amount": st.integers(1, 500),
            "per": st.sampled_from(["1.00", "0.3", "10", "7.77"]),
            "whole_steps": st.booleans(),
            "rounding": roundings,
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("per_product"),
            "amount": st.integers(1, 50),
            "times": st.sampled_from(["quantity", "line"]),
            "rounding": roundings,
        }
    ),
    st.fixed_dictionaries({"kind": st.just("per_order"), "amount": st.integers(1, 50)}),
    st.fixed_dictionaries(
        {"kind": st.just("multiply"), "factor": st.sampled_from(["1.1", "2", "3.333"]), "rounding": roundings}
    ),
)
line_filters = st.fixed_dictionaries(
    {},
    optional={
        "skus": st.lists(st.sampled_from(SKUS), max_size=2),
        "brands": st.lists(st.sampled_from(BRANDS), max_size=1),
        "categories": st.lists(st.sampled_from(CATEGORIES), max_size=2),
        "labels": st.just([PROMO]),
        "exclude_delivery": st.booleans(),
    },
)


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    def one(number: int) -> Rule:
        effect: dict[str, Any] = draw(effects)
        stage = "multiply" if effect["kind"] == "multiply" else draw(st.sampled_from(["base", "bonus"]))
        return rule(
            f"r{number}",
            effect=effect,
            stage=stage,
            lines=draw(line_filters),
            unit=draw(st.sampled_from(["points", "stamps"])),
            priority=draw(st.integers(0, 2)),
            stop=draw(st.booleans()),
            active=draw(st.integers(0, 9)) > 0,
            audience={"tiers": draw(st.sampled_from([[], ["gold"]]))},
        )

    return [one(number) for number in range(draw(st.integers(0, 6)))]


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    def one(line_no: int) -> Line:
        return Line(
            line_no=line_no,
            sku=draw(st.sampled_from(SKUS)),
            quantity=draw(st.sampled_from([Decimal(1), Decimal(3), Decimal("0.125")])),
            gross_value=draw(st.sampled_from([0, 1, 99, 1_00, 12_34, 999_99])),
            category=tuple(draw(st.lists(st.sampled_from(CATEGORIES), max_size=2))),
            brand=draw(st.sampled_from(["", *BRANDS])),
            labels=draw(st.sampled_from([(), (Label.model_validate(PROMO),)])),
            delivery=draw(st.booleans()),
        )

    numbers = draw(st.lists(st.integers(1, 30), min_size=1, max_size=6, unique=True))
    return sale(*[one(number) for number in numbers], currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])))


contexts = st.sampled_from([TODAY, TODAY._replace(tier="gold")])


@given(sales(), rule_sets(), contexts)
def test_every_rule_is_accounted_for_once(order: Sale, rules: list[Rule], context: Context) -> None:
    outcome = judge(order, *rules, context=context)
    found = [one.rule_id for one in outcome.credits] + [one.rule_id for one in outcome.skipped]
    assert sorted(found) == sorted(one.rule_id for one in rules)


@given(sales(), rule_sets(), contexts)
def test_the_parts_of_a_credit_sum_to_it_and_its_value_is_that_of_its_lines(
    order: Sale, rules: list[Rule], context: Context
) -> None:
    values = {one.line_no: one.gross_value for one in order.lines}
    for credit in judge(order, *rules, context=context).credits:
        numbers = [line_no for line_no, _ in credit.lines]
        assert credit.amount > 0
        assert numbers == sorted(set(numbers))
        assert sum(part for _, part in credit.lines) == credit.amount
        assert all(part >= 0 for _, part in credit.lines)
        assert sum(values[line_no] for line_no in numbers) == credit.value


@given(sales(), rule_sets(), contexts, st.randoms(use_true_random=False))
def test_neither_the_order_of_lines_nor_that_of_rules_changes_anything(
    order: Sale, rules: list[Rule], context: Context, chance: Any
) -> None:
    lines, shuffled_rules = list(order.lines), list(rules)
    chance.shuffle(lines)
    chance.shuffle(shuffled_rules)
    shuffled = order.model_copy(update={"lines": tuple(lines)})
    assert judge(shuffled, *shuffled_rules, context=context) == judge(order, *rules, context=context)


@given(sales(), rule_sets(), contexts)
def test_a_multiplier_only_ever_belongs_to_lines_that_earned(order: Sale, rules: list[Rule], context: Context) -> None:
    stages = {one.rule_id: one.stage for one in rules}
    earned: dict[str, set[int]] = {}
    for credit in judge(order, *rules, context=context).credits:
        numbers = {line_no for line_no, _ in credit.lines}
        if stages[credit.rule_id] == "base":
            earned.setdefault(credit.unit, set()).update(numbers)
        if stages[credit.rule_id] == "multiply":
            assert numbers <= earned[credit.unit]


@given(rule_sets())
def test_rules_go_to_json_and_back(rules: list[Rule]) -> None:
    assert [Rule.model_validate(one.model_dump(mode="json")) for one in rules] == rules
