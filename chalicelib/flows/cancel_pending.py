"""Cancel pending earnings: what was promised will not come; of a blocked member as well.

reads    1 BatchGet of profile and account, and of the entry of an earning
writes   account (version), entry (absent), the entry of an earning that is named (its mark): 4 units, 6 with the mark,
         + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story, cancel_promise
from chalicelib.areas.accounts.model.facts import PromiseCancelled
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, standing_of
from chalicelib.flows.pending_choice import Choice, Chosen, Doing, change_pending
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Forgone(Frozen):
    """Pending points that will not come; `pending` is all that was still pending in the unit after it."""

    unit: str
    amount: int
    pending: int


class CancelledPending(Frozen):
    cancelled: tuple[Forgone, ...]
    expired: tuple[Expired, ...]
    account: Standing


def cancel_pending(
    rt: Runtime, caller: Caller, command: Command, owner: str, choice: Choice, program_id: int = 1
) -> Committed[CancelledPending]:
    """Whoever may modify accounts. Of an earning its last `amount`, or all that is pending of it.

    Refuses `nothing_pending`, `already_active`, `more_than_pending`; NotFound for owner and program,
    `earning_not_found`, `order_not_found`; InvalidInput `choose_one`, `line_without_order`, `amount_without_earning`.
    """
    doing = Doing("cancel_pending", _cancelled, blocked_too=True, undoes=True)
    return change_pending(rt, caller, command, (owner, program_id), choice, doing, _answer)


def _cancelled(story: Story, _terms: Terms, _at: Instant, chosen: Chosen) -> Story:
    story, _ = cancel_promise(story, chosen.promise.unit, chosen.piece, chosen.due, chosen.cause)
    return story


def _answer(entry: Entry) -> CancelledPending:
    return CancelledPending(
        cancelled=tuple(
            Forgone(unit=fact.unit, amount=fact.amount, pending=fact.pending)
            for fact in facts_of(entry, PromiseCancelled)
        ),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
