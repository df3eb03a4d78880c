"""What a simulation judges by: the configuration as it was when it was cut up, and the rules that it tries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.areas.jobs.files import rules_file
from chalicelib.areas.jobs.model import Operation
from chalicelib.areas.rules import store as rules
from chalicelib.areas.rules.compile import CompiledRules, compile_rules
from chalicelib.areas.rules.evaluate import CART
from chalicelib.areas.rules.model import Rule
from chalicelib.areas.rules.model.conditions import Ask, AskLabels, questions
from chalicelib.areas.rules.model.effects import PayWithPoints
from chalicelib.areas.rules.model.names import asked_segments
from chalicelib.areas.rules.model.subjects import OF_FIELDS
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
    """A rule, or a part of it, that history cannot answer for."""

    rule_id: str
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
    return RuleSets(terms, named, tried, compile_rules(tried), period, asks)


def together(drafts: Sequence[Rule], known: Sequence[Rule]) -> tuple[Rule, ...]:
    """The drafts as if they were active, beside the active ones of those that are known: one of the same id gives way."""
    named = {rule.rule_id for rule in drafts}
    beside = [rule for rule in known if rule.state == "active" and rule.rule_id not in named]
    return (*(rule.model_copy(update={"state": "active"}) for rule in drafts), *beside)


def not_replayed(tried: Sequence[Rule]) -> Iterator[NotReplayed]:
    for rule in tried:
        if rule.trigger.on not in CART:
            sentence = (
                f"It is set off by something else than an order ({rule.trigger.on}), and only orders are replayed."
            )
            yield NotReplayed(rule.rule_id, "not_an_order", sentence)
        elif any(isinstance(effect, PayWithPoints) for effect in rule.effects):
            sentence = "Whether customers would have paid with points, and how many, is not in the history."
            yield NotReplayed(rule.rule_id, "needs_points_to_pay", sentence)


def asks_for_segments(tried: Sequence[Rule]) -> bool:
    return any(True for rule in tried for _ in asked_segments(rule))


def limited_for_all(tried: Sequence[Rule]) -> Iterator[str]:
    """Rules with a limit in all or a budget: who would have been the last is nobody's to say, so these are not applied."""
    for rule in tried:
        if rule.limits.in_all is not None or rule.limits.budget is not None:
            yield rule.rule_id


def by_todays_profile(tried: Sequence[Rule]) -> Iterator[str]:
    """Rules that ask for what a member's profile says, or their segments: the history has no earlier ones."""
    for rule in tried:
        asked = list(questions(rule.when)) if rule.when is not None else []
        of_profile = (isinstance(one, Ask) and one.ask.startswith(_OF_PROFILE) for one in asked)
        labels = (isinstance(one, AskLabels) and one.labels_of == "member" for one in asked)
        if rule.audience.segments or rule.audience.labels or any(of_profile) or any(labels):
            yield rule.rule_id
