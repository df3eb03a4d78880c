"""Deduct points: an operator takes away, with a reason; of a blocked member as well.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key, + 2 for each KB of a long comment
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.areas.accounts.model import Story, deduct
from chalicelib.areas.accounts.model.facts import PointsDeducted
from chalicelib.flows.account_commit import Manner, change_account
from chalicelib.flows.account_views import Expired, Standing, expiries_of, id_of, numbered, standing_of
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


@dataclass(frozen=True, slots=True)
class Correction:
    """`below_zero`: more than is there may go, as far as the unit's policy lets it."""

    unit: str
    amount: int
    reason: str
    comment: str = ""
    below_zero: bool = False


class Deducted(Frozen):
    """`deduction_id` names it for ever; `owed` is what of it was not there."""

    deduction_id: str
    unit: str
    amount: int
    owed: int
    reason: str
    expired: tuple[Expired, ...]
    account: Standing


def deduct_points(
    rt: Runtime, caller: Caller, command: Command, owner: str, correction: Correction, program_id: int = 1
) -> Committed[Deducted]:
    """Whoever may modify adjustments. Refuses `number_too_small`, `unknown_unit`, `insufficient_balance`, `too_many_pieces`; NotFound for
    member and program."""
    wanted = correction

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        conduct = terms.conduct(wanted.unit, at)
        return deduct(story, wanted.unit, wanted.amount, conduct, wanted.reason, below_zero=wanted.below_zero)

    of, manner = (owner, program_id), Manner(wanted.comment, blocked_too=True)
    return change_account(rt, caller, command, "deduct_points", of, decide, _answer, manner)


def _answer(entry: Entry) -> Deducted:
    [(number, deducted)] = numbered(entry, PointsDeducted)
    return Deducted(
        deduction_id=id_of(entry, number),
        unit=deducted.unit,
        amount=deducted.amount,
        owed=deducted.owed,
        reason=deducted.reason,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
