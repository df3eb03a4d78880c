"""A rule as data: when … then, and for whom. What cannot be meant is refused where it is written."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.areas.rules.model.conditions import MAX_QUESTIONS, Ask, Condition, of_goods, questions
from chalicelib.areas.rules.model.effects import (
    DISCOUNTS,
    FOLLOWS,
    MAX_EFFECTS,
    OF_GOODS,
    CallWebhook,
    Effect,
    GiveStamps,
)
from chalicelib.areas.rules.model.limits import UNLIMITED, RuleLimits
from chalicelib.areas.rules.model.subjects import OF_EVENT
from chalicelib.areas.rules.model.triggers import WITH_GOODS, OnOccasion, OnOrder, OnReferral, OnSchedule, Trigger
from chalicelib.areas.rules.model.words import (
    Code,
    Flag,
    LabelMatches,
    LineFilter,
    Text,
    Values,
)
from chalicelib.kit.base import Frozen
from chalicelib.kit.slips import slip
from chalicelib.kit.texts import PLAIN_NAME
from chalicelib.kit.windows import Window

State = Literal["draft", "active", "paused", "ended"]


class Audience(Frozen):
    """Whom the rule is for, and where: fields narrow each other, values within a field are alternatives; without any,
    everybody everywhere. `labels` are the member's."""

    members: Annotated[tuple[Code, ...], Field(max_length=1_000)] = ()
    tiers: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    segments: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    labels: LabelMatches = ()
    places: Values = ()


def _may_ask(subject: str, on: str) -> bool:
    if subject.startswith(OF_EVENT):
        return on == "event"
    return on == "near" if subject == "here.distance" else not subject.startswith("here.") or on not in WITH_GOODS


class RuleDefinition(Frozen):
    """A rule as a shop writes it. `when` is asked of the whole order, `lines` say which of its lines are the rule's own."""

    name: Annotated[Text, PLAIN_NAME]
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
            raise slip("conditions_too_large", f"a rule asks at most {MAX_QUESTIONS} questions", "when")
        return self

    @model_validator(mode="after")
    def _effects_suit_the_trigger(self) -> Self:
        on = self.trigger.on
        for number, effect in enumerate(self.effects):
            place = f"effects.{number}"
            if isinstance(effect, DISCOUNTS) and on != "cart":
                text = f"{effect.kind} is a discount: it belongs to a rule on cart, not on {on}"
                raise slip("wrong_effect", text, place)
            if isinstance(effect, OF_GOODS) and on not in WITH_GOODS:
                text = f"{effect.kind} is counted of what is bought: it belongs to a rule on order, not on {on}"
                raise slip("wrong_effect", text, place)
            if isinstance(effect, GiveStamps) and effect.per == "piece" and on not in WITH_GOODS:
                text = f"stamps per piece are counted of what is bought: they belong to a rule on order, not on {on}"
                raise slip("wrong_effect", text, place)
        return self

    @model_validator(mode="after")
    def _calls_each_webhook_once(self) -> Self:
        called = [effect.webhook_id for effect in self.effects if isinstance(effect, CallWebhook)]
        if len(called) != len(set(called)):
            raise slip("wrong_effect", "a rule tells each webhook once: name every other one", "effects")
        return self

    @model_validator(mode="after")
    def _limits_what_is_counted(self) -> Self:
        limits = self.limits
        if limits.per_member and isinstance(self.trigger, OnOccasion):
            text = f"a member has a rule on {self.trigger.on} once a year: it is limited in all, or by a budget"
            raise slip("wrong_limit", text, "limits.per_member")
        by_amount = limits.budget is not None or any(one.amount is not None for one in limits.per_member)
        if by_amount and all(isinstance(one, FOLLOWS) for one in self.effects):
            text = "budgets and amounts are of points and discounts: what else a rule gives is limited by times"
            raise slip("wrong_limit", text, "limits")
        return self

    @model_validator(mode="after")
    def _asks_what_there_is(self) -> Self:
        on = self.trigger.on
        if on not in WITH_GOODS and self.lines != LineFilter():
            raise slip("wrong_question", f"lines are of what is bought: a rule on {on} has none", "lines")
        for asked in () if self.when is None else questions(self.when):
            if of_goods(asked) and on not in WITH_GOODS:
                text = f"nothing is bought where a rule on {on} is judged: ask about the member or the moment"
                raise slip("wrong_question", text, "when")
            if isinstance(asked, Ask) and not _may_ask(asked.ask, on):
                raise slip("wrong_question", f"{asked.ask[:64]} has no answer where a rule on {on} is judged", "when")
        return self

    @model_validator(mode="after")
    def _can_ever_run(self) -> Self:
        """Nobody is anywhere when it is time."""
        if self.trigger.on == "schedule" and self.audience.places:
            text = "a rule on schedule is for members wherever they are: it has no places"
            raise slip("wrong_question", text, "audience.places")
        return self

    def named(self, rule_id: str) -> Rule:
        return Rule(rule_id=rule_id, **dict(self))


class Rule(RuleDefinition):
    """One rule of a program."""

    rule_id: Code

    @property
    def occasion(self) -> str:
        """What rules are filed by: one on schedule runs by itself, and is filed by its own name."""
        return f"{self.trigger.on} {self.rule_id}" if isinstance(self.trigger, OnSchedule) else self.trigger.occasion

    @property
    def occasions(self) -> tuple[str, ...]:
        """Mostly it is one; of who brings others in and who comes each has their own."""
        return self.trigger.occasions if isinstance(self.trigger, OnReferral) else (self.occasion,)
