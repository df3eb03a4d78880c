"""Settle one member's awards in a program: those whose last day has passed by the end of a day (UTC) are told as expired.

Nothing depends on when it runs: an award is over with its last day for whoever looks at it. This only tells it, for whom
nobody looks at.

reads    1 Query of the member's snapshot, of a member in a group 1 BatchGet more
writes   account (version), entry (absent), up to 20 awards (version): 4 units, + 2 an award; nothing when nothing is due
"""

from __future__ import annotations

from chalicelib.areas.accounts.model.facts import PerkExpired
from chalicelib.flows.award_turn import Desk, OfMember, Turn, awards_plan
from chalicelib.flows.settle_one_due import NothingDue, settled
from chalicelib.kit.caller import Caller
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan


def settle_awards(rt: Runtime, caller: Caller, day: Day, member_id: str, program_id: int) -> bool:
    """Whether there was something to settle, and this run did it."""
    command = Command(f"due:{iso_day(day)}:{member_id}:{program_id}:awards")

    def decide(turn: Turn, _: Desk) -> Turn:
        if not any(isinstance(fact, PerkExpired) for fact in turn.story.facts):
            raise NothingDue("nothing_due", "No award of this member is due.")
        return turn

    def plan() -> Plan:
        of = OfMember(member_id, program_id, blocked_too=True)
        return awards_plan(rt, caller, command, "settle_awards", of, decide)

    return settled(rt, command, plan)
