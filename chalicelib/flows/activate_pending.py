"""Activate pending earnings: because their event has come, or before their time.

reads    1 BatchGet of profile and account, and of the entry of an earning
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story, activated, pending_of
from chalicelib.areas.accounts.model.apart import first_pieces
from chalicelib.areas.accounts.model.facts import PointsActivated
from chalicelib.flows.account_views import Expired, Standing, expiries_of, facts_of, standing_of
from chalicelib.flows.pending_choice import Choice, Chosen, Doing, change_pending
from chalicelib.flows.terms import Terms
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Came(Frozen):
    """Pending points that can be used from now on."""

    unit: str
    amount: int
    expires_on: CalendarDay | None


class Activated(Frozen):
    """`activated` also has what had become due by time since the account was last touched."""

    activated: tuple[Came, ...]
    expired: tuple[Expired, ...]
    account: Standing


def activate_pending(
    rt: Runtime, caller: Caller, command: Command, owner: str, choice: Choice, program_id: int = 1
) -> Committed[Activated]:
    """Whoever may modify accounts. Of an earning its first `amount`, or all that is pending of it. A last day that is
    counted from when it becomes available is decided when the first part comes, by the policy of the day of earning.

    Refuses `member_blocked`, `group_blocked`, `nothing_pending`, `already_active`, `more_than_pending`; NotFound for
    owner and program, `earning_not_found`, `order_not_found`; InvalidInput `choose_one`, `line_without_order`,
    `amount_without_earning`.
    """
    doing = Doing("activate_pending", _activated)
    return change_pending(rt, caller, command, (owner, program_id), choice, doing, _answer)


def _activated(story: Story, terms: Terms, at: Instant, chosen: Chosen) -> Story:
    promise, account = chosen.promise, story.account
    pieces = first_pieces(pending_of(account, promise.unit, chosen.piece), chosen.due)
    spans = tuple((piece[1], piece[2]) for piece in pieces)
    if not promise.open or promise.day is None:
        return activated(story, promise, spans)
    return activated(story, promise, spans, terms.lasts(promise.unit, promise.day, at))


def _answer(entry: Entry) -> Activated:
    return Activated(
        activated=tuple(
            Came(unit=fact.unit, amount=fact.amount, expires_on=fact.expires_on or fact.pieces[0][3])
            for fact in facts_of(entry, PointsActivated)
        ),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
