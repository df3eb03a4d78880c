"""Recalculate a member's tier: the period that keeps it ends now, and what counts is judged as at its end.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.terms import Terms
from chalicelib.flows.tier_moves import TierMoves, tier_moves
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed


def recalculate_tier(
    rt: Runtime, caller: Caller, command: Command, owner: str, program_id: int = 1
) -> Committed[TierMoves]:
    """A pin stays as it is, and so does a grace that is not over. Refuses `member_blocked`, `group_blocked`; NotFound:
    owner, program, `tiers_not_found`."""

    def decide(story: Story, terms: Terms, _: Instant) -> Story:
        return terms.must_have_tiers().settled(story, asked=True)

    return change_account(rt, caller, command, "recalculate_tier", (owner, program_id), decide, tier_moves)
