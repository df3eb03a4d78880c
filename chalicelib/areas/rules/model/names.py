"""What of its program a rule names, and where in its body: so that it is refused when there is no such thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import NamedTuple

from chalicelib.areas.rules.model.conditions import Ask, Condition, questions
from chalicelib.areas.rules.model.effects import (
    CREDITS,
    DISCOUNTS,
    FOLLOWS,
    AmountOff,
    CallWebhook,
    GiveBadge,
    GiveStamps,
    GrantPerk,
    IssueCoupon,
    JoinSegment,
    LeaveSegment,
    Multiply,
    Notify,
    PayWithPoints,
    SetTier,
)
from chalicelib.areas.rules.model.measures import Measure
from chalicelib.areas.rules.model.rule import Rule
from chalicelib.areas.rules.model.subjects import OF_EVENT, OF_FIELDS, OF_UNITS
from chalicelib.areas.rules.model.times import AskTimes, Earlier
from chalicelib.areas.rules.model.triggers import OnEvent, OnMetric


class Named(NamedTuple):
    name: str
    param: str


def named_units(rule: Rule) -> Iterator[Named]:
    yield from _of_effects(rule, (*CREDITS, PayWithPoints), "unit")
    if rule.when is not None:
        yield from (Named(unit, "when") for unit in units_asked(questions(rule.when)))


def _of_effects(rule: Rule, kinds: type | UnionType | tuple[type, ...], field: str) -> Iterator[Named]:
    """What effects of these kinds name in this field."""
    for place, effect in enumerate(rule.effects):
        if isinstance(effect, kinds):
            yield Named(getattr(effect, field), f"effects.{place}.{field}")


def units_asked(questions: Iterable[Condition | Measure]) -> Iterator[str]:
    """Of which it is asked what is there, what was earned or what was spent."""
    for asked in questions:
        if isinstance(asked, Ask) and asked.ask.startswith(OF_UNITS):
            yield asked.ask.removeprefix(OF_UNITS)
        elif isinstance(asked, Earlier) and asked.of_unit is not None:
            yield asked.of_unit


def tiers_asked(questions: Iterable[Condition]) -> Iterator[str]:
    for asked in questions:
        if isinstance(asked, Ask) and asked.ask == "account.tier":
            for name, value in asked.comparisons():
                if name in ("is", "is_not", "one_of", "none_of"):
                    yield from (str(tier) for tier in (value if isinstance(value, tuple) else (value,)))


def named_rules(rule: Rule) -> Iterator[Named]:
    """Others whose uses it asks for."""
    for asked in asked_times(rule):
        if asked.rule_id is not None and asked.rule_id != rule.rule_id:
            yield Named(asked.rule_id, "when")


def asked_times(rule: Rule) -> Iterator[AskTimes]:
    if rule.when is not None:
        yield from (asked for asked in questions(rule.when) if isinstance(asked, AskTimes))


def events_asked(questions: Iterable[Condition | Measure]) -> Iterator[str]:
    """Of which it is asked how often they happened."""
    for asked in questions:
        if isinstance(asked, AskTimes | Measure) and asked.of_event is not None:
            yield asked.of_event


def limits_nothing(rule: Rule) -> Iterator[Named]:
    """What is limited although the rule does not give it. What is paid with points is no gift."""
    given = {effect.unit for effect in rule.effects if isinstance(effect, CREDITS)}
    for place, limit in enumerate(rule.limits.per_member):
        if limit.unit is not None and limit.unit not in given:
            yield Named(limit.unit, f"limits.per_member.{place}.unit")
    budget = rule.limits.budget
    if budget is not None and budget.unit is not None and budget.unit not in given:
        yield Named(budget.unit, "limits.budget.unit")
    gifts = (one for one in rule.effects if isinstance(one, DISCOUNTS) and not isinstance(one, PayWithPoints))
    if rule.limits.currency is not None and not any(gifts):
        yield Named(
            "money", "limits.budget.currency" if budget is not None and budget.currency else "limits.per_member"
        )


def named_tiers(rule: Rule) -> Iterator[Named]:
    for tier in rule.audience.tiers:
        yield Named(tier, "audience.tiers")
    yield from _of_effects(rule, SetTier, "tier")
    for place, effect in enumerate(rule.effects):
        if isinstance(effect, Multiply):
            for tier in effect.by_tier:
                yield Named(tier, f"effects.{place}.by_tier")
    yield from (Named(tier, "when") for tier in tiers_asked(_asked(rule)))


def named_segments(rule: Rule) -> Iterator[Named]:
    yield from asked_segments(rule)
    yield from _of_effects(rule, JoinSegment | LeaveSegment, "segment")


def asked_segments(rule: Rule) -> Iterator[Named]:
    """Those that members must be in, or not."""
    for segment in rule.audience.segments:
        yield Named(segment, "audience.segments")
    for asked in _asked(rule):
        if asked.ask == "member.segments":
            for _, value in asked.comparisons():
                yield from (Named(str(one), "when") for one in (value if isinstance(value, tuple) else (value,)))


def named_fields(rule: Rule) -> Iterator[Named]:
    """Of members."""
    yield from (Named(field, "when") for field in fields_asked(_asked(rule)))


def fields_asked(questions: Iterable[Condition]) -> Iterator[str]:
    """Of members."""
    for asked in questions:
        if isinstance(asked, Ask) and asked.ask.startswith(OF_FIELDS):
            yield asked.ask.removeprefix(OF_FIELDS)


def amounts_off(rule: Rule) -> Iterator[Named]:
    """As they are written."""
    return _of_effects(rule, AmountOff, "amount")


def named_perks(rule: Rule) -> Iterator[Named]:
    return _of_effects(rule, GrantPerk | GiveStamps | GiveBadge, "perk")


def named_badges(rule: Rule) -> Iterator[Named]:
    """Of its perks, those that must be badges."""
    return _of_effects(rule, GiveBadge, "perk")


def named_templates(rule: Rule) -> Iterator[Named]:
    """Of notifications."""
    return _of_effects(rule, Notify, "template")


def named_series(rule: Rule) -> Iterator[Named]:
    """Of coupons."""
    return _of_effects(rule, IssueCoupon, "series")


def named_webhooks(rule: Rule) -> Iterator[Named]:
    return _of_effects(rule, CallWebhook, "webhook_id")


def named_threshold(rule: Rule) -> tuple[str, str] | None:
    """Of a rule on a metric: the metric, and which of its thresholds."""
    on = rule.trigger
    return (on.metric, on.threshold) if isinstance(on, OnMetric) else None


def named_event(rule: Rule) -> tuple[str, frozenset[str]] | None:
    """The event that the rule is on, and which properties it asks about."""
    if not isinstance(rule.trigger, OnEvent):
        return None
    asked = (one.ask.removeprefix(OF_EVENT) for one in _asked(rule) if one.ask.startswith(OF_EVENT))
    return rule.trigger.name, frozenset(asked)


def credits_on_cart(rule: Rule) -> tuple[str, ...]:
    """The kinds of credits, and of what else is given, in a rule on carts: nothing is recorded of a cart, so nobody would ever get them."""
    if rule.trigger.on != "cart":
        return ()
    return tuple(effect.kind for effect in rule.effects if isinstance(effect, (*CREDITS, *FOLLOWS)))


def _asked(rule: Rule) -> Iterator[Ask]:
    if rule.when is not None:
        yield from (asked for asked in questions(rule.when) if isinstance(asked, Ask))
