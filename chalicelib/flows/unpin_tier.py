"""Unpin a member: they stand at once where what they reached brings them.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.terms import Terms
from chalicelib.flows.tier_moves import TierMoves, tier_moves
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.ids import owner_kind
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed


def unpin_tier(rt: Runtime, caller: Caller, command: Command, owner: str, program_id: int = 1) -> Committed[TierMoves]:
    """Refuses `not_pinned`, also where the pin's last day is over; `member_blocked`, `group_blocked`. NotFound: owner,
    program, `tiers_not_found`."""

    def decide(story: Story, terms: Terms, _: Instant) -> Story:
        ladder = terms.must_have_tiers()
        if not story.account.standing.pinned:
            raise Refused("not_pinned", "There is no pin to a tier.", param=f"{owner_kind(owner)}_id")
        return ladder.unpinned(story)

    return change_account(rt, caller, command, "unpin_tier", (owner, program_id), decide, tier_moves)
