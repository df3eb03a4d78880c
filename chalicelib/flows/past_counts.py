"""What is counted of what happens, because active rules, segments or metrics of the program ask how often it has (flows/past_asked): told
beside the fact that it is of, in the same entry. Nothing is read for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import PastCounted
from chalicelib.areas.orders.model import Sale
from chalicelib.areas.orders.model.order import ReturnPlan
from chalicelib.areas.orders.model.past import counted, uncounted
from chalicelib.areas.orders.model.uses import Counts
from chalicelib.areas.rules.model.times import unit_counted
from chalicelib.flows.past_points import having_counted
from chalicelib.flows.terms import Terms
from chalicelib.kit.periods import Day


def with_order(story: Story, terms: Terms, sale: Sale, day: Day, order_id: str) -> tuple[Story, tuple[Counts, ...]]:
    """The story with a sale counted, and what the order keeps of that."""
    counters = terms.counters
    by = tuple(Counts(*one) for one in counters.of_order(sale)) if counters.by_name else ()
    return having_counted(story, counters, day, [counted(sale, one) for one in by], order_id, sale.currency), by


def with_deed(story: Story, terms: Terms, what: str, day: Day, place: str = "") -> Story:
    """The same of something else that was done."""
    counters = terms.counters
    return having_counted(story, counters, day, [(one.name, one.days, 1, 0) for one in counters.of_deed(what, place)])


def without_returned(story: Story, terms: Terms, planned: ReturnPlan) -> Story:
    """Less what comes back of a sale, whoever asks for it by now."""
    order = planned.order
    less, day = list(uncounted(planned)), terms.day(order.sale.purchased_at)
    return story.then(PastCounted(day, tuple(less), order.order_id, order.sale.currency)) if less else story


def without(story: Story, before: Iterable[PastCounted]) -> Story:
    """Less what an entry had counted that is given back as a whole. Points come back on their own (flows/past_points)."""
    for fact in before:
        own = (one for one in fact.counts if unit_counted(one[0]) is None)
        less = tuple((name, days, -times, -value) for name, days, times, value in own)
        story = story.then(PastCounted(fact.counts_on, less, fact.order, fact.currency)) if less else story
    return story
