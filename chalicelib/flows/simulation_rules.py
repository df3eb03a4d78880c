"""What a simulation judges by: the configuration as it was when it was cut up, and the rules that it tries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.areas.jobs.files import rules_file
from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.evaluate import CART
from chalicelib.areas.rules.limited_replay import Limits, limits_for_all
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.conditions import Ask, AskLabels, questions
from chalicelib.areas.rules.model.effects import FOLLOWS, Effect, IssueCoupon, PayWithPoints
from chalicelib.areas.rules.model.names import asked_segments
from chalicelib.areas.rules.model.subjects import OF_FIELDS
from chalicelib.areas.rules.replayed import Side, Sum
from chalicelib.flows.import_config import pinned
from chalicelib.flows.past_orders import Period
from chalicelib.flows.terms import Terms, terms_of
from chalicelib.runtime import Runtime
from chalicelib.table.items import compact_json

_OF_PROFILE = (
    "member.segments",
    "member.locale",
    "member.age",
    "member.birth_day",
    "member.days_to_birthday",
    OF_FIELDS,
)


class NotReplayed(NamedTuple):
    """A rule, or a part of it, that history cannot answer for: what sets it off, or a kind of its effects; and how many times
    orders of the period would have set that off."""

    rule_id: str
    what: str
    times: int
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class RuleSets:
    """`terms` are those of the program, with its active rules; `tried` are the rules that are simulated, all of them judged as
    if they were active, and `drafts` those of them that were asked for."""

    terms: Terms
    drafts: frozenset[str]
    tried: tuple[Rule, ...]
    simulated: CompiledRules
    period: Period
    limits: Mapping[Side, Limits]  # for all, of either
    segments: bool  # whether any of them, or of the active ones, asks which segments a member is in


def keep_rules(rt: Runtime, operation: Operation, routing: str, bodies: Sequence[object]) -> None:
    rt.files.put(rules_file(operation.operation_id, routing), compact_json(bodies), "application/json")


def rule_sets(rt: Runtime, operation: Operation) -> RuleSets:
    """FileNotThereError: both are work files like the others."""
    details, held = operation.details, pinned(rt, operation)
    with rt.files.open(rules_file(operation.operation_id, details["routing"])) as stream:
        drafts = [Rule.model_validate(body) for body in json.loads(stream.read())]
    terms = terms_of(held, operation.tenant, details["program"])
    known = rules.rules(held.config.load(rt.table, operation.tenant), details["program"])
    tried = together(drafts, known if details["with_active"] else ())
    period = Period(details["from_day"], details["until_day"], terms.program.zone)
    named = frozenset(rule.rule_id for rule in drafts)
    asks = asks_for_segments((*tried, *known))
    limits: dict[Side, Limits] = {"active": limits_for_all(known), "simulated": limits_for_all(tried)}
    return RuleSets(terms, named, tried, compile_rules(tried), period, limits, asks)


def together(drafts: Sequence[Rule], known: Sequence[Rule]) -> tuple[Rule, ...]:
    """The drafts as if they were active, beside the active ones of those that are known: one of the same id gives way."""
    named = {rule.rule_id for rule in drafts}
    beside = [rule for rule in known if rule.state == "active" and rule.rule_id not in named]
    return (*(rule.model_copy(update={"state": "active"}) for rule in drafts), *beside)


def not_replayed(tried: Sequence[Rule], sums: Mapping[Sum, int]) -> Iterator[NotReplayed]:
    """Each with its place among the sums."""
    for rule in tried:
        if rule.trigger.on not in CART:
            sentence = (
                f"It is set off by something else than an order ({rule.trigger.on}), and only orders are replayed."
            )
            yield NotReplayed(rule.rule_id, rule.trigger.on, 0, "not_an_order", sentence)
            continue
        for kind in dict.fromkeys(effect.kind for effect in rule.effects if not _is_replayed(effect)):
            times = sums.get(sum_of(rule.rule_id, kind), 0)
            if kind == "pay_with_points":
                sentence = "Whether customers would have paid with points, and how many, is not in the history."
                yield NotReplayed(rule.rule_id, kind, times, "needs_points_to_pay", sentence)
            else:
                sentence = "What it would have cost, and changed later, nobody can reckon: how often it would have come is told."
                yield NotReplayed(rule.rule_id, kind, times, "effect_not_reckoned", sentence)


def sum_of(rule_id: str, what: str) -> Sum:
    return Sum("simulated", rule_id, "", "not_replayed", what)


def nothing_replayed(sets: RuleSets) -> bool:
    """None of the rules that were asked for, or where none were of all, gives anything that history can answer for."""
    asked = [rule for rule in sets.tried if rule.rule_id in sets.drafts] or sets.tried
    live = [rule for rule in asked if rule.trigger.on in CART]
    return not any(_is_replayed(effect) for rule in live for effect in rule.effects)


def _is_replayed(effect: Effect) -> bool:
    return isinstance(effect, IssueCoupon) or not isinstance(effect, (*FOLLOWS, PayWithPoints))


def asks_for_segments(tried: Sequence[Rule]) -> bool:
    return any(True for rule in tried for _ in asked_segments(rule))


def by_todays_profile(tried: Sequence[Rule]) -> Iterator[str]:
    """Rules that ask for what a member's profile says, or their segments: the history has no earlier ones."""
    for rule in tried:
        asked = list(questions(rule.when)) if rule.when is not None else []
        of_profile = (isinstance(one, Ask) and one.ask.startswith(_OF_PROFILE) for one in asked)
        labels = (isinstance(one, AskLabels) and one.labels_of == "member" for one in asked)
        if rule.audience.segments or rule.audience.labels or any(of_profile) or any(labels):
            yield rule.rule_id
