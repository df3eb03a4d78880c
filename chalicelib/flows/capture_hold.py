"""Capture a hold: what was set aside is spent, all or the first part of it; of a member blocked since as well. Whose it is has
proven it when it was set aside (flows/hold_points, flows/checkout_proof).

reads    1 BatchGet of profile and account, of a member in a group 1 more: whoever is in it may decide what it holds
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story, capture
from chalicelib.areas.accounts.model.decisions.apart import open_hold
from chalicelib.areas.accounts.model.facts import PointsCaptured, PointsReleased
from chalicelib.flows.account_views import (
    Expired,
    Standing,
    expiries_of,
    facts_of,
    id_of,
    left_in_hold,
    numbered,
    standing_of,
)
from chalicelib.flows.hold_choice import HoldId, NamedHold, change_hold
from chalicelib.flows.terms import Terms, after_activity
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Captured(Frozen):
    """`capture_id` names it for ever. What the hold had beside it was `released`, or is `left` in the hold. What came
    back after its last day is in `expired`."""

    hold_id: int
    capture_id: str
    unit: str
    amount: int
    released: int
    left: int
    expired: tuple[Expired, ...]
    account: Standing


def capture_hold(
    rt: Runtime,
    caller: Caller,
    command: Command,
    owner: str,
    hold_id: HoldId,
    amount: int | None = None,
    program_id: int = 1,
    keep_rest: bool = False,
) -> Committed[Captured]:
    """Whoever may modify accounts. All of it where no amount is named; the rest is released unless it is to stay held.

    Refuses `number_too_small`, `hold_closed`, `more_than_held`; NotFound for owner, program and `hold_not_found`;
    `two_holds` where its number alone does not say whether it is the member's own or their group's.
    """

    def decide(story: Story, terms: Terms, at: Instant, number: int) -> Story:
        conduct = terms.conduct(open_hold(story.account, number).unit, at)
        captured = capture(story, number, amount, conduct, keep_rest=keep_rest)
        return after_activity(captured, terms, "spend", at)

    of = NamedHold(owner, program_id, hold_id)
    return change_hold(rt, caller, command, "capture_hold", of, decide, _answer)


def _answer(entry: Entry) -> Captured:
    [(number, captured)] = numbered(entry, PointsCaptured)
    released = [fact.amount for fact in facts_of(entry, PointsReleased) if fact.hold == captured.hold]
    return Captured(
        hold_id=captured.hold,
        capture_id=id_of(entry, number),
        unit=captured.unit,
        amount=captured.amount,
        released=sum(released),
        left=left_in_hold(entry, captured.hold),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
