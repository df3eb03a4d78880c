"""Release a hold: what was set aside can be used again, all or the last part of it; of a blocked member as well.

reads    1 BatchGet of profile and account, of a member in a group 1 more: whoever is in it may decide what it holds
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story, release
from chalicelib.areas.accounts.model.decisions.apart import open_hold
from chalicelib.areas.accounts.model.facts import PointsReleased
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, left_in_hold, standing_of
from chalicelib.flows.hold_choice import HoldId, NamedHold, change_hold
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Released(Frozen):
    """`left` is what the hold still has. What came back after its last day is in `expired`."""

    hold_id: int
    unit: str
    amount: int
    left: int
    expired: tuple[Expired, ...]
    account: Standing


def release_hold(
    rt: Runtime,
    caller: Caller,
    command: Command,
    owner: str,
    hold_id: HoldId,
    amount: int | None = None,
    program_id: int = 1,
) -> Committed[Released]:
    """Whoever may modify accounts. All of it where no amount is named.

    Refuses `number_too_small`, `hold_closed`, `more_than_held`; NotFound for owner, program and `hold_not_found`;
    `two_holds` where its number alone does not say whether it is the member's own or their group's.
    """

    def decide(story: Story, terms: Terms, at: Instant, number: int) -> Story:
        conduct = terms.conduct(open_hold(story.account, number).unit, at)
        return release(story, number, amount, conduct)

    of = NamedHold(owner, program_id, hold_id)
    return change_hold(rt, caller, command, "release_hold", of, decide, _answer)


def _answer(entry: Entry) -> Released:
    [released] = [fact for fact in facts_of(entry, PointsReleased) if not fact.lapsed]
    return Released(
        hold_id=released.hold,
        unit=released.unit,
        amount=released.amount,
        left=left_in_hold(entry, released.hold),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
