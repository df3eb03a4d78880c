"""A rule as data: when … then, and for whom. What cannot be meant is refused where it is written."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.conditions import MAX_QUESTIONS, Condition, questions
from chalicelib.areas.rules.model.effects import DISCOUNTS, MAX_EFFECTS, Effect
from chalicelib.areas.rules.model.limits import UNLIMITED, RuleLimits
from chalicelib.areas.rules.model.triggers import OnOrder, Trigger
from chalicelib.areas.rules.model.words import (
    Code,
    Flag,
    LabelMatches,
    LineFilter,
    Text,
    Values,
)
from chalicelib.kit.base import Frozen
from chalicelib.kit.windows import Window

State = Literal["draft", "active", "paused", "ended"]


class Audience(Frozen):
    """Whom the rule is for, and where: fields narrow each other, values within a field are alternatives; without any,
    everybody everywhere. `labels` are the member's."""

    members: Annotated[tuple[Code, ...], Field(max_length=1_000)] = ()
    tiers: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    labels: LabelMatches = ()
    places: Values = ()


class RuleDefinition(Frozen):
    """A rule as a shop writes it. `when` is asked of the whole order, `lines` say which of its lines are the rule's own."""

    name: Text
    state: State = "active"
    trigger: Trigger = OnOrder()
    window: Window = Window()
    audience: Audience = Audience()
    when: Condition | None = None
    lines: LineFilter = LineFilter()
    effects: Annotated[tuple[Effect, ...], Field(min_length=1, max_length=MAX_EFFECTS)]
    priority: Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)] = 0
    group: Code | None = None
    stop: Flag = False
    limits: RuleLimits = UNLIMITED

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if self.when is not None and sum(1 for _ in questions(self.when)) > MAX_QUESTIONS:
            raise ValueError(f"a rule asks at most {MAX_QUESTIONS} questions")
        return self

    @model_validator(mode="after")
    def _effects_suit_the_trigger(self) -> Self:
        on = self.trigger.on
        for effect in self.effects:
            if isinstance(effect, DISCOUNTS) and on != "cart":
                raise ValueError(f"{effect.kind} is a discount: it belongs to a rule on cart, not on {on}")
        return self

    def named(self, rule_id: str) -> Rule:
        return Rule(rule_id=rule_id, **dict(self))


class Rule(RuleDefinition):
    """One rule of a program."""

    rule_id: Code
