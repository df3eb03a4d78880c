"""Rules compiled once for many purchases: conditions to closures, reasons worded ahead, everything in judging order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

from chalicelib.areas.rules.basket import Basket, LineSelector, label_test
from chalicelib.areas.rules.conditions import Holds, Selectors, compiled, said
from chalicelib.areas.rules.credits import Gains, gains
from chalicelib.areas.rules.discounts import Takes, takes
from chalicelib.areas.rules.filings import UNFILED, Filed, of_audience, of_condition, of_lines
from chalicelib.areas.rules.index import MOST_TURNS, Entry, Index, span_of
from chalicelib.areas.rules.limits import CompiledLimits, Counting, counting_of, limits_of
from chalicelib.areas.rules.model import LineFilter, Rule, Window
from chalicelib.areas.rules.model.conditions import AllOf, Condition
from chalicelib.areas.rules.model.effects import CREDITS, DISCOUNTS, FOLLOWS, STAGES, FollowEffect, Stage
from chalicelib.areas.rules.model.triggers import OnNear
from chalicelib.areas.rules.outcome import Reason, Skipped
from chalicelib.areas.rules.purchase import Context
from chalicelib.areas.rules.reasons import Aside, Reasons, Turn
from chalicelib.errors import InvalidInput
from chalicelib.kit.geo import Point, metres_between, point_of

Check = tuple[Holds, Skipped]  # what must hold, and what to report when it does not
MAX_SENTENCE = 500


class Asked(NamedTuple):
    """One thing that must hold, what to say where it does not, and what of it the rule is filed under."""

    holds: Holds
    reason: Reason
    sentence: str
    filed: Filed = UNFILED


class Crediting(NamedTuple):
    unit: str
    gains: Gains
    nothing_to_multiply: Skipped
    rounds_to_zero: Skipped


class Discounting(NamedTuple):
    kind: str
    unit: str  # of points that it is paid with
    takes: Takes


@dataclass(frozen=True, slots=True)
class CompiledRule:
    rule_id: str
    group: tuple[str, str] | None  # among rules that the same thing sets off
    stop: bool
    checks: tuple[Check, ...]
    turns: tuple[Turn, ...]
    selector: LineSelector
    credits: tuple[tuple[Crediting, ...], ...]  # by stage
    discounts: tuple[Discounting, ...]
    follows: tuple[FollowEffect, ...]
    in_group: Skipped
    limits: CompiledLimits | None = None


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """`live` in judging order, found by `index`; `reasons` why the others give nothing."""

    live: tuple[CompiledRule, ...]
    index: Index
    reasons: Reasons
    occasions: frozenset[str]  # that set off a live rule
    known_occasions: frozenset[str]  # of any rule, also of one that is switched off
    counting: Mapping[str, Counting] = field(default_factory=dict)  # of rules whose uses are counted


def compile_rules(rules: Sequence[Rule]) -> CompiledRules:
    """Refuses two rules of one id (`duplicate_rule`); everything else a rule can get wrong, `Rule` has refused."""
    seen: set[str] = set()
    for rule in rules:
        if rule.rule_id in seen:
            raise InvalidInput("duplicate_rule", f"there is more than one rule {rule.rule_id}", param="rule_id")
        seen.add(rule.rule_id)
    ordered = sorted(rules, key=lambda rule: (rule.priority, rule.rule_id))
    live = [rule for rule in ordered if rule.state == "active"]
    known: dict[LineFilter, LineSelector] = {}

    def selectors(asked: LineFilter) -> LineSelector:
        """Equal filters are one selector: an order is searched once for all of them."""
        return known.get(asked) or known.setdefault(asked, LineSelector(asked))

    made = tuple(_CompilerOf(rule, selectors).compiled() for rule in live)
    aside = [_aside(rule, compiled.turns) for rule, compiled in zip(live, made, strict=True)]
    idle = [(rule.occasions, _idle(rule)) for rule in ordered if rule.state != "active"]
    return CompiledRules(
        live=made,
        index=Index([Entry(one.on, one.span, [turn.filing for turn in one.turns]) for one in aside]),
        reasons=Reasons(aside, idle),
        occasions=frozenset(on for rule in live for on in rule.occasions),
        known_occasions=frozenset(on for rule in ordered for on in rule.occasions),
        counting=counting_of(ordered),
    )


def _idle(rule: Rule) -> Skipped:
    if rule.state == "draft":
        return Skipped(rule.rule_id, "draft", "The rule is a draft.")
    if rule.state == "paused":
        return Skipped(rule.rule_id, "paused", "The rule is paused.")
    return Skipped(rule.rule_id, "ended", "The rule has ended.")


def _aside(rule: Rule, turns: tuple[Turn, ...]) -> Aside:
    outside = Skipped(rule.rule_id, "outside_window", f"The day is not {_days(rule.window)}.")
    return Aside(rule.occasions, span_of(rule), outside, turns)


class _CompilerOf:
    def __init__(self, rule: Rule, selectors: Selectors) -> None:
        self._rule, self._selectors = rule, selectors

    def compiled(self) -> CompiledRule:
        rule = self._rule
        effects = rule.effects
        asked = self._in_order()
        return CompiledRule(
            rule_id=rule.rule_id,
            group=None if rule.group is None else (rule.trigger.on, rule.group),
            stop=rule.stop,
            checks=tuple((one.holds, self._skipped(one.reason, one.sentence)) for one in asked),
            turns=tuple(islice(self._turns(asked), MOST_TURNS)),
            selector=self._selectors(rule.lines),
            credits=tuple(tuple(self._credits(stage)) for stage in STAGES),
            discounts=tuple(
                Discounting(one.kind, getattr(one, "unit", ""), takes(one))
                for one in effects
                if isinstance(one, DISCOUNTS)
            ),
            follows=tuple(one for one in effects if isinstance(one, FOLLOWS)),
            in_group=self._skipped("in_group", f"Another rule of the group {rule.group} comes before it."),
            limits=limits_of(rule),
        )

    def _skipped(self, reason: Reason, sentence: str) -> Skipped:
        return Skipped(self._rule.rule_id, reason, sentence)

    def _credits(self, stage: Stage) -> Iterator[Crediting]:
        for effect in self._rule.effects:
            if isinstance(effect, CREDITS) and effect.stage == stage:
                yield Crediting(
                    effect.unit,
                    gains(effect),
                    self._skipped(
                        "nothing_to_multiply", f"No base rule credited {effect.unit} to the lines the rule is about."
                    ),
                    self._skipped("rounds_to_zero", f"The rule's lines come to less than one part of {effect.unit}."),
                )

    def _in_order(self) -> list[Asked]:
        """The two narrowest names that it asks for come first: who is, or buys, something else hears of that, whatever else."""
        audience, lines = self._rule.audience, self._rule.lines
        narrow: tuple[tuple[Reason, tuple[str, ...]], ...] = (
            ("wrong_member", audience.members),
            ("no_matching_lines", lines.skus),
            ("wrong_place", audience.places),
            ("wrong_tier", audience.tiers),
            ("wrong_segment", audience.segments),
            ("no_matching_lines", lines.brands),
            ("no_matching_lines", lines.categories),
        )
        first, second = (*(reason for reason, names in narrow if names), None, None)[:2]
        return sorted(self._checks(), key=lambda asked: (asked.reason != first, asked.reason != second))

    def _turns(self, asked: Sequence[Asked]) -> Iterator[Turn]:
        """What comes after something that only the rule itself can ask is said when it has asked. At the first turn nobody has."""
        known = True
        for number, one in enumerate(asked):
            said = self._skipped(one.reason, one.sentence) if known else None
            if number == 0 and not one.filed.filings:
                yield Turn(None, None)
            yield from (Turn(filing, said) for filing in one.filed.filings)
            known = known and one.filed.whole

    def _checks(self) -> Iterator[Asked]:
        trigger = self._rule.trigger
        if not isinstance(trigger, OnNear):
            yield from self._asked()
            return
        point = point_of(trigger.latitude, trigger.longitude)
        sentence = f"It is more than {trigger.radius} metres away."
        yield Asked(_from(point, lambda _, context: (context.distance or 0) <= trigger.radius), "too_far", sentence)
        for one in self._asked():
            yield one._replace(holds=_from(point, one.holds), filed=one.filed._replace(whole=False))

    def _asked(self) -> Iterator[Asked]:
        yield from self._whom()
        for condition in _parts(self._rule.when):
            sentence = _bounded(f"It must hold that {said(condition)}")
            holds = compiled(condition, self._selectors)
            yield Asked(holds, "condition_not_met", sentence, of_condition(condition))
        own = self._selectors(self._rule.lines)
        sentence = "No line of the order is one the rule is about."
        filed = of_lines(self._rule.lines)
        yield Asked(lambda basket, _: bool(basket.own(own).numbers), "no_matching_lines", sentence, filed)

    def _whom(self) -> Iterator[Asked]:
        audience = self._rule.audience
        filed = of_audience(audience)
        members, tiers, segments = frozenset(audience.members), frozenset(audience.tiers), frozenset(audience.segments)
        if members:
            yield Asked(
                lambda _, context: context.member is not None and context.member.member_id in members,
                "wrong_member",
                "The rule is for other members.",
                filed["members"],
            )
        if tiers:
            sentence = f"The rule is for {_listed(audience.tiers)}."
            yield Asked(lambda _, context: context.tier in tiers, "wrong_tier", sentence, filed["tiers"])
        if segments:
            yield Asked(
                lambda _, context: not segments.isdisjoint(context.segments),
                "wrong_segment",
                f"The rule is for members of {_listed(audience.segments)}.",
                filed["segments"],
            )
        if audience.labels:
            has_label = label_test(audience.labels)
            yield Asked(
                lambda _, context: context.member is not None and has_label(context.member.labels),
                "wrong_member_labels",
                "The member carries none of the labels that the rule asks for.",
                filed["labels"],
            )
        places = frozenset(audience.places)
        if places:
            sentence = f"The rule is for {_listed(audience.places)}."
            yield Asked(lambda basket, _: basket.place in places, "wrong_place", sentence, filed["places"])


def _from(point: Point, holds: Holds) -> Holds:
    """The same of whoever is so far from the point. Who does not say where they are is nowhere near."""

    def near(basket: Basket, context: Context) -> bool:
        here = None if context.happening is None else context.happening.point
        return here is not None and holds(basket, replace(context, distance=metres_between(here, point)))

    return near


def _parts(condition: Condition | None) -> tuple[Condition, ...]:
    """What must all hold, one by one: so that the one is named which does not."""
    if condition is None:
        return ()
    return condition.all if isinstance(condition, AllOf) else (condition,)


def _bounded(sentence: str) -> str:
    """As much of it as anybody reads."""
    return f"{sentence if len(sentence) <= MAX_SENTENCE else sentence[:MAX_SENTENCE] + ' …'}."


def _days(window: Window) -> str:
    if window.from_day and window.until_day:
        return f"between {window.from_day} and {window.until_day}"
    return f"{window.from_day} or later" if window.from_day else f"{window.until_day} or earlier"


def _listed(names: Iterable[str], most: int = 5) -> str:
    shown = list(names)
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")
