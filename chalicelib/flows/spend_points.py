"""Spend a member's points in the order that the unit's policy says; below zero only where that is asked for and allowed. A
member in a group spends the group's, if it lets them.

reads    1 BatchGet of profile and account, of a member in a group 1 more
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key, + 2 where a proof is asked for (flows/proving)
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story, spend
from chalicelib.areas.accounts.model.facts import PointsSpent
from chalicelib.flows.account_views import Expired, Standing, expiries_of, group_of, id_of, numbered, standing_of
from chalicelib.flows.opened import Acting, InGroup, Opened
from chalicelib.flows.proving import change_proven
from chalicelib.flows.terms import Terms, after_activity
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Spent(Frozen):
    """`owed` is what of it was not there: the balance went below zero. `group_id`: they were the group's."""

    group_id: str | None
    spend_id: str
    unit: str
    amount: int
    owed: int
    expired: tuple[Expired, ...]
    account: Standing


def spend_points(
    rt: Runtime,
    caller: Caller,
    command: Command,
    who: str | InGroup,
    unit: str,
    amount: int,
    program_id: int = 1,
    below_zero: bool = False,
) -> Committed[Spent]:
    """A member's, by id, or a group's in the name of one of its members, who proves that it is they where the program asks for it. Refuses `number_too_small`, `unknown_unit`, `member_blocked`,
    `group_blocked`, `may_not_spend`, `insufficient_balance`, `too_many_pieces`, and what flows/proving does; NotFound for member, program and
    group, `group_member_not_found`."""

    def decide(story: Story, terms: Terms, at: Instant, opened: Opened) -> Story:
        spent = spend(story, unit, amount, terms.conduct(unit, at), below_zero=below_zero, by=opened.by)
        return after_activity(spent, terms, "spend", at)

    return change_proven(rt, caller, command, "spend_points", Acting(who, program_id, spends=True), decide, _answer)


def _answer(entry: Entry) -> Spent:
    [(number, spent)] = numbered(entry, PointsSpent)
    return Spent(
        group_id=group_of(entry),
        spend_id=id_of(entry, number),
        unit=spent.unit,
        amount=spent.amount,
        owed=spent.owed,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
