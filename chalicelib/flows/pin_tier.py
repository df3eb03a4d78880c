"""Pin a member to a tier, until a day or for good: whatever they reach or lose meanwhile, there they stand.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story
from chalicelib.areas.accounts.model.facts import TierChanged, TierPinned
from chalicelib.areas.accounts.model.standing import Pin
from chalicelib.errors import InvalidInput, Refused
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.terms import Terms
from chalicelib.flows.tier_moves import TierMoves, tier_moves
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed

LONGEST_DAYS = 36_500  # as what is granted lasts: whoever means longer means for good


def pin_tier(
    rt: Runtime,
    caller: Caller,
    command: Command,
    owner: str,
    tier_id: str,
    until: Day | None = None,
    program_id: int = 1,
) -> Committed[TierMoves]:
    """`until` is the last day of the pin, where the program is. A new pin replaces the one before. Refuses
    `unknown_tier`, `member_blocked`, `group_blocked`; NotFound: owner, program, `tiers_not_found`; InvalidInput
    `pin_in_past`, `pin_too_late`."""

    def decide(story: Story, terms: Terms, _: Instant) -> Story:
        return pinned(story, terms, tier_id, until)

    return change_account(rt, caller, command, "pin_tier", (owner, program_id), decide, tier_moves)


def pinned(
    story: Story, terms: Terms, tier_id: str, until: Day | None, order: str = "", over: tuple[Pin, ...] = ()
) -> Story:
    """The seam for whatever puts a member on a tier: an order over other pins. Refuses and NotFound as above."""
    if terms.must_have_tiers().scheme.place(tier_id) is None:
        raise Refused("unknown_tier", f"The program has no tier {tier_id[:64]}.", param="tier_id")
    ends_at = None if until is None else _ends_at(until, terms, story.account.advanced_to)
    if tier_id != story.account.tier:
        story = story.then(TierChanged(tier_id, story.account.tier, "pinned", story.account.advanced_to))
    return story.then(TierPinned(tier_id, until, ends_at, order, over))


def _ends_at(until: Day, terms: Terms, came_to: Instant) -> Instant:
    """By where the account stands, which a fast till may have brought past the clock: it would end in its own entry."""
    today = terms.day(came_to)
    if until < today:
        raise InvalidInput("pin_in_past", "The last day of a pin must not be over.", param="until")
    if until > today + LONGEST_DAYS:
        text = "The last day of a pin lies at most 36,500 days ahead; without one it is for good."
        raise InvalidInput("pin_too_late", text, param="until")
    return day_starts(until + 1, terms.program.zone)
