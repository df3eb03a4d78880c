"""Something else than a purchase, as rules see it, and what comes of it for an account: pure.

It is judged by the same code as an order, as a purchase without goods: nothing in it has a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chalicelib.areas.accounts.model import Story, earn
from chalicelib.areas.accounts.model.facts import EventRecorded, MetricFell, MetricReached
from chalicelib.areas.rules.evaluate import evaluate
from chalicelib.areas.rules.outcome import Follow, Outcome
from chalicelib.areas.rules.purchase import Happening
from chalicelib.errors import Refused
from chalicelib.flows.judged import context_of
from chalicelib.flows.opened import Opened
from chalicelib.flows.rule_limits import cut_by_limits
from chalicelib.flows.segment_changes import segments_of
from chalicelib.flows.take_quotas import Taking
from chalicelib.flows.terms import Terms, after_activity
from chalicelib.kit.clock import Instant
from chalicelib.kit.geo import Point
from chalicelib.kit.ids import MAX_FACT
from chalicelib.kit.labels import Label

MAX_CREDITS = MAX_FACT  # each has an id of its own


@dataclass(frozen=True, slots=True)
class Nothing:
    """The one line of a purchase without goods."""

    line_no: int = 0
    sku: str = ""
    quantity: Decimal = Decimal(1)
    gross_value: int = 0
    category: tuple[str, ...] = ()
    brand: str = ""
    labels: Sequence[Label] = ()
    delivery: bool = False
    name: str = ""
    excluded_from_tiers: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A purchase without goods: what rules see of something else that happens at a place, or nowhere."""

    place: str = ""
    currency: str = ""
    labels: Sequence[Label] = ()
    payments: tuple[()] = ()
    lines: tuple[Nothing, ...] = (Nothing(),)


@dataclass(frozen=True, slots=True)
class What:
    """What is judged: the occasion that rules are filed by, the fact that tells of it, and what conditions may ask."""

    occasion: str
    fact: EventRecorded | MetricReached | MetricFell
    properties: Mapping[str, object] = field(default_factory=dict)
    point: Point | None = None
    only_if_given: bool = False

    @property
    def counted(self) -> str:
        """As questions about the past name it."""
        fact = self.fact
        if not isinstance(fact, EventRecorded):
            return ""
        return f"{fact.kind}:{fact.name}" if fact.kind == "event" else fact.kind


def happened(
    taking: Taking, story: Story, terms: Terms, opened: Opened, what: What, at: Instant, place: str = ""
) -> tuple[Story, tuple[Follow, ...]]:
    """The story with the fact and what rules credit for it, and what else they give. Where they give nothing, and the fact
    is told by another entry, the story is as it was. What of it is limited is counted once all is given (flows/rule_limits)."""
    segments = segments_of(opened.beside, terms.config, story.account.advanced_to)
    context = context_of(terms, story.account, opened.member, at, taking, segments=segments)
    context = replace(context, happening=Happening(what.properties, what.point))
    outcome = evaluate(terms.rules, Moment(place), context, (what.occasion,))
    if what.only_if_given and not (outcome.credits or outcome.follows):
        return story, ()
    told = cut_by_limits(story.then(replace(what.fact, by=opened.by)), outcome, "")
    return with_gifts(told, terms, outcome, at, opened.by), outcome.follows


def with_gifts(story: Story, terms: Terms, outcome: Outcome, at: Instant, by: str) -> Story:
    """The story with what rules credit without an order. Refuses `too_many_credits`."""
    if len(outcome.credits) > MAX_CREDITS:
        raise Refused("too_many_credits", f"More than {MAX_CREDITS} rules give something for this.")
    for credit in outcome.credits:
        granted = replace(terms.credit(credit.unit, credit.amount, at), rule=credit.rule_id, by=by)
        story = earn(story, granted, terms.conduct_of_earning(credit.unit, story.account.advanced_to, at))
    return after_activity(story, terms, "earn", at) if outcome.credits else story
