"""Grant points: an operator gives, with a reason. It is spent like what is earned and counts as earned nowhere: no cap cuts it.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key, + 2 for each KB of a long comment
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.areas.accounts.model import Credit, Story, grant
from chalicelib.areas.accounts.model.facts import PointsGranted
from chalicelib.areas.programs.model import ending_with
from chalicelib.errors import InvalidInput
from chalicelib.flows.account_commit import Manner, change_account
from chalicelib.flows.account_views import Expired, Standing, expiries_of, id_of, numbered, standing_of
from chalicelib.flows.terms import Terms, Wait
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day
from chalicelib.kit.wire import CalendarDay
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry

LONGEST_DAYS = 36_500  # as of an expiry policy


@dataclass(frozen=True, slots=True)
class Gift:
    """`expires_on`: its last usable local day; where none is named, as long as something earned now."""

    unit: str
    amount: int
    reason: str
    comment: str = ""
    expires_on: Day | None = None


class Granted(Frozen):
    """`grant_id` names it for ever. `expires_on` may be later than asked for: a wallet has only so many last days."""

    grant_id: str
    unit: str
    amount: int
    reason: str
    expires_on: CalendarDay | None
    expired: tuple[Expired, ...]
    account: Standing


def grant_points(
    rt: Runtime, caller: Caller, command: Command, owner: str, gift: Gift, program_id: int = 1
) -> Committed[Granted]:
    """Whoever may modify adjustments. Refuses `number_too_small`, `unknown_unit`, `member_blocked`, `group_blocked`, `balance_limit`,
    `too_many_lots`; NotFound for owner and program; InvalidInput `invalid_expiry`."""

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        return grant(story, _credit(gift, terms, at), terms.conduct(gift.unit, at), gift.reason)

    of = (owner, program_id)
    return change_account(rt, caller, command, "grant_points", of, decide, _answer, Manner(gift.comment))


def _credit(gift: Gift, terms: Terms, at: Instant) -> Credit:
    """There at once, whatever an earning would wait for."""
    credit = terms.credit(gift.unit, gift.amount, at, Wait())
    if gift.expires_on is None:
        return credit
    today = terms.day(at)
    if not today <= gift.expires_on <= today + LONGEST_DAYS:
        text = "A last usable day lies neither in the past nor more than 36,500 days ahead."
        raise InvalidInput("invalid_expiry", text, param="expires_on")
    lasts = ending_with(terms.program, gift.expires_on)
    return replace(credit, expires_on=lasts.expires_on, expires_at=lasts.expires_at, slides=False)


def _answer(entry: Entry) -> Granted:
    [(number, granted)] = numbered(entry, PointsGranted)
    return Granted(
        grant_id=id_of(entry, number),
        unit=granted.unit,
        amount=granted.amount,
        reason=granted.reason,
        expires_on=granted.expires_on,
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
