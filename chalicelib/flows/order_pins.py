"""Tiers that rules gave for orders: each pin knows its sale and those that it stands over, so that it goes with its goods. Pure.

the newest   goes with its goods, and the one that it stood over is back, as far as its last day is not over
an older     goes from under the newer one, which stays
one by hand  stands over none: it replaces what there was; so does one that no order gave
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import TierPinReturned
from chalicelib.areas.accounts.model.standing import Pin
from chalicelib.errors import Refused
from chalicelib.flows.pin_tier import pinned
from chalicelib.flows.terms import Terms
from chalicelib.kit.periods import Day

MOST_UNDER = (
    10  # an account keeps no more of them; what an older sale gave is not missed once so many newer ones came back
)


def pinned_for(story: Story, terms: Terms, tier: str, until: Day | None, order: str) -> Story:
    """Refuses and NotFound as `pinned`."""
    account, standing = story.account, story.account.standing
    if not order or not standing.pinned:
        return pinned(story, terms, tier, until, order)
    over = (*standing.pinned_over, Pin(account.tier, standing.pinned_until, standing.pinned_by))
    return pinned(story, terms, tier, until, order, tuple(_lasting(over, terms, story))[-MOST_UNDER:])


def without_pin(story: Story, terms: Terms, tier: str, order: str) -> Story:
    """As if this order had not pinned the account to this tier. Refuses `pinned_since`."""
    account, standing = story.account, story.account.standing
    if standing.pinned and (account.tier, standing.pinned_by) == (tier, order):
        return uncovered(story, terms, standing.pinned_over)
    if any((pin.tier, pin.order) == (tier, order) for pin in standing.pinned_over):
        return story.then(TierPinReturned(tier, order))
    raise pinned_since()


def uncovered(story: Story, terms: Terms, over: tuple[Pin, ...]) -> Story:
    """Pinned by the last of these that still holds, or not at all."""
    ladder, left = terms.must_have_tiers(), _lasting(over, terms, story)
    while left:
        last = left.pop()
        if ladder.scheme.place(last.tier) is not None:
            return pinned(story, terms, last.tier, last.until, last.order, tuple(left))
    return ladder.unpinned(story)


def pinned_since() -> Refused:
    return Refused("pinned_since", "The member is not pinned to this tier any more, or otherwise.")


def _lasting(over: tuple[Pin, ...], terms: Terms, story: Story) -> list[Pin]:
    today = terms.day(story.account.advanced_to)
    return [pin for pin in over if pin.until is None or pin.until >= today]
