"""What rules credit for an order, and what of it the order keeps, so that it goes with the goods: pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.areas.accounts.model import Credit, Story, earn
from chalicelib.areas.accounts.model.facts import PointsEarned, PointsPromised
from chalicelib.areas.orders.model.order import Credited
from chalicelib.areas.rules.outcome import Credit as RuleCredit
from chalicelib.areas.rules.outcome import Outcome
from chalicelib.errors import Refused
from chalicelib.flows.happening import MAX_CREDITS
from chalicelib.flows.rule_limits import cut_by_limits
from chalicelib.flows.terms import Terms
from chalicelib.kit.clock import Instant


def with_credits(
    story: Story, terms: Terms, outcome: Outcome, at: Instant, *, order: str, by: str
) -> tuple[Story, tuple[Credited, ...]]:
    """The story with what rules credit, and what of it the order keeps. Refuses `too_many_credits`."""
    if len(outcome.credits) > MAX_CREDITS:
        raise Refused("too_many_credits", f"More than {MAX_CREDITS} rules give something for this order.")
    story = cut_by_limits(story, outcome, order)
    credited: list[Credited] = []
    for credit in outcome.credits:
        granted = terms.credit(credit.unit, credit.amount, at)
        granted = replace(granted, rule=credit.rule_id, order=order, lines=credit.by_turn, by=by)
        story, kept = _earned(story, terms, credit, granted, at)
        credited += kept
    return story, tuple(credited)


def _earned(
    story: Story, terms: Terms, credit: RuleCredit, granted: Credit, at: Instant
) -> tuple[Story, tuple[Credited, ...]]:
    """The story with the credit, and what of it the order keeps: nothing where a cap cut off all."""
    after = earn(story, granted, terms.conduct_of_earning(credit.unit, story.account.advanced_to, at))
    made = [fact for fact in after.facts[len(story.facts) :] if isinstance(fact, PointsEarned | PointsPromised)]
    return after, tuple(
        Credited(credit.rule_id, credit.unit, fact.amount, fact.lines, credit.value, fact.piece, period=fact.period)
        for fact in made
    )
