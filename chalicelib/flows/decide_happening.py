"""What something that a member did comes to, beside buying: the decision that operations on it commit.

Rules on it are judged by the same code as those on orders, of a purchase without goods: nothing in it has a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chalicelib.areas.accounts.model import Story, earn
from chalicelib.areas.accounts.model.facts import EventRecorded
from chalicelib.areas.rules.evaluate import evaluate
from chalicelib.areas.rules.outcome import Outcome
from chalicelib.areas.rules.purchase import Happening
from chalicelib.errors import NotFound, Refused
from chalicelib.flows.judged import context_of
from chalicelib.flows.lost_account import unless_lost
from chalicelib.flows.opened import Opened, of_their_group, open_snapshot
from chalicelib.flows.purchase import MAX_CREDITS, Buyer, member_of
from chalicelib.flows.terms import Terms, after_activity, settle_tier
from chalicelib.kit.clock import Instant
from chalicelib.kit.geo import Point
from chalicelib.kit.labels import Label
from chalicelib.runtime import Runtime
from chalicelib.table.journal import Header


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
    fact: EventRecorded
    properties: Mapping[str, object] = field(default_factory=dict)
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """The decision: the story of the account, the member's or their group's, and what rules gave."""

    opened: Opened
    story: Story
    outcome: Outcome


def decide_happening(
    rt: Runtime,
    header: Header,
    terms: Terms,
    who: Buyer,
    what: What,
    *,
    dry_run: bool = False,
) -> Happened:
    """Pure but for its one Query, as flows/purchase is. Refuses `member_blocked`, `group_blocked` and what earning does;
    NotFound: `member_not_found`."""
    tenant, program_id = header.caller.tenant, terms.program.program_id
    member_id = member_of(rt, header.caller, who)
    if member_id is None:
        raise NotFound("member_not_found", "No member has this identifier.", param="identifier")
    opened = of_their_group(rt, tenant, open_snapshot(rt, tenant, member_id, program_id), program_id)
    opened.must_be_active()

    def decided() -> Happened:
        story = terms.meets(opened.account, header, asks_now=True).then(replace(what.fact, by=opened.by))
        context = context_of(terms, story.account, opened.member, header.effective_at)
        context = replace(context, happening=Happening(what.properties, what.point))
        outcome = evaluate(terms.rules, Moment(header.place), context, (what.occasion,))
        story = with_gifts(story, terms, outcome, header.effective_at, opened.by)
        return Happened(opened, settle_tier(story, terms, header.effective_at), outcome)

    return unless_lost(rt, tenant, (opened,), decided, dry_run=dry_run)


def with_gifts(story: Story, terms: Terms, outcome: Outcome, at: Instant, by: str) -> Story:
    """The story with what rules credit without an order. Refuses `too_many_credits`."""
    if len(outcome.credits) > MAX_CREDITS:
        raise Refused("too_many_credits", f"More than {MAX_CREDITS} rules give something for this.")
    for credit in outcome.credits:
        granted = replace(terms.credit(credit.unit, credit.amount, at), rule=credit.rule_id, by=by)
        story = earn(story, granted, terms.conduct_of_earning(credit.unit, story.account.advanced_to, at))
    return after_activity(story, terms, "earn", at) if outcome.credits else story
