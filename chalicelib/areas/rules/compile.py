"""Rules compiled once for many purchases: conditions to closures, reasons worded ahead, everything in judging order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.areas.rules.effects import Gains, gains
from chalicelib.areas.rules.lines import Basket, LineSelector, label_test, line_selector
from chalicelib.areas.rules.model import STAGES, Rule, Stage, Window
from chalicelib.areas.rules.outcome import Reason, Skipped
from chalicelib.areas.rules.purchase import Context
from chalicelib.errors import InvalidInput
from chalicelib.kit.periods import day_of

Holds = Callable[[Basket, Context], bool]
Check = tuple[Holds, Skipped]  # what must hold, and what to report when it does not


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule_id: str
    unit: str
    stage: Stage
    stop: bool
    checks: tuple[Check, ...]
    own_lines: LineSelector
    gains: Gains
    no_lines: Skipped
    nothing_to_multiply: Skipped
    rounds_to_zero: Skipped


@dataclass(frozen=True, slots=True)
class CompiledRules:
    live: tuple[CompiledRule, ...]
    inactive: tuple[Skipped, ...]


def compile_rules(rules: Sequence[Rule]) -> CompiledRules:
    """Refuses two rules of one id (`duplicate_rule`); everything else a rule can get wrong, `Rule` has refused."""
    seen: set[str] = set()
    for rule in rules:
        if rule.rule_id in seen:
            raise InvalidInput("duplicate_rule", f"there is more than one rule {rule.rule_id}", param="rule_id")
        seen.add(rule.rule_id)
    ordered = sorted(rules, key=_judging_order)
    return CompiledRules(
        live=tuple(_compiled(rule) for rule in ordered if rule.active),
        inactive=tuple(_skipped(rule, "inactive", "The rule is switched off.") for rule in ordered if not rule.active),
    )


def _judging_order(rule: Rule) -> tuple[int, int, str]:
    return STAGES.index(rule.stage), rule.priority, rule.rule_id


def _compiled(rule: Rule) -> CompiledRule:
    return CompiledRule(
        rule_id=rule.rule_id,
        unit=rule.unit,
        stage=rule.stage,
        stop=rule.stop,
        checks=tuple((holds, _skipped(rule, reason, sentence)) for holds, reason, sentence in _conditions(rule)),
        own_lines=line_selector(rule.lines),
        gains=gains(rule.effect),
        no_lines=_skipped(rule, "no_matching_lines", "No line of the order is one the rule is about."),
        nothing_to_multiply=_skipped(
            rule, "nothing_to_multiply", f"No base rule credited {rule.unit} to the lines the rule is about."
        ),
        rounds_to_zero=_skipped(rule, "rounds_to_zero", f"The rule's lines come to less than one part of {rule.unit}."),
    )


def _conditions(rule: Rule) -> Iterator[tuple[Holds, Reason, str]]:
    if rule.window.from_day or rule.window.until_day:
        yield _in_window(rule.window), "outside_window", f"The purchase day is not {_days(rule.window)}."
    if rule.audience.tiers:
        tiers = frozenset(rule.audience.tiers)
        yield (
            (lambda _, context: context.tier in tiers),
            "wrong_tier",
            f"The rule is for {_listed(rule.audience.tiers)}.",
        )
    if rule.places:
        places = frozenset(rule.places)
        yield (lambda basket, _: basket.place in places), "wrong_place", f"The rule is for {_listed(rule.places)}."
    if rule.order_labels:
        has_label = label_test(rule.order_labels)
        sentence = "The order carries none of the labels that the rule asks for."
        yield (lambda basket, _: has_label(basket.labels)), "wrong_order_labels", sentence
    if rule.first_purchase_only:
        yield _is_first, "not_first_purchase", "The rule is for a member's first purchase."
    if rule.minimum_order_value is not None:
        sentence = f"The order's value is below {rule.minimum_order_value}."
        yield _reaches(rule.minimum_order_value), "below_minimum", sentence


def _in_window(window: Window) -> Holds:
    first = day_of(window.from_day) if window.from_day else None
    last = day_of(window.until_day) if window.until_day else None

    def holds(_: Basket, context: Context) -> bool:
        return (first is None or first <= context.day) and (last is None or context.day <= last)

    return holds


def _is_first(_: Basket, context: Context) -> bool:
    return context.first_purchase


def _reaches(minimum: str) -> Holds:
    asked = Fraction(minimum)
    top, bottom = asked.numerator, asked.denominator
    return lambda basket, _: basket.value * bottom >= top * 10**basket.decimals


def _days(window: Window) -> str:
    if window.from_day and window.until_day:
        return f"between {window.from_day} and {window.until_day}"
    return f"{window.from_day} or later" if window.from_day else f"{window.until_day} or earlier"


def _listed(names: Iterable[str], most: int = 5) -> str:
    shown = list(names)
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def _skipped(rule: Rule, reason: Reason, sentence: str) -> Skipped:
    return Skipped(rule.rule_id, reason, sentence)
