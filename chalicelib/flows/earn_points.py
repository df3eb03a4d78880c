"""Give a member points without a purchase.

reads    1 BatchGet of profile and account
writes   account (version), entry (absent): 4 units, + 2 with an Idempotency-Key
"""

from __future__ import annotations

from chalicelib.areas.accounts.model import Story, earn
from chalicelib.flows.account_commit import change_account
from chalicelib.flows.account_views import (
    Capped,
    Earning,
    Expired,
    Standing,
    capped_of,
    earnings_of,
    expiries_of,
    standing_of,
)
from chalicelib.flows.terms import Terms, after_activity
from chalicelib.kit.base import Frozen
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Committed
from chalicelib.table.journal import Entry


class Earned(Frozen):
    """`earning` is null where a cap cut off all of it."""

    earning: Earning | None
    capped: tuple[Capped, ...]
    expired: tuple[Expired, ...]
    account: Standing


def earn_points(
    rt: Runtime, caller: Caller, command: Command, member_id: str, unit: str, amount: int, program_id: int = 1
) -> Committed[Earned]:
    """Earned now, kept as the unit's policy says. Refuses `unknown_unit`, `member_blocked`, `balance_limit`; NotFound for
    member and program; InvalidInput `number_too_small`."""

    def decide(story: Story, terms: Terms, at: Instant) -> Story:
        earned = earn(story, terms.credit(unit, amount, at), terms.conduct(unit, story.account.advanced_to))
        return after_activity(earned, terms, "earn", at)

    return change_account(rt, caller, command, "earn_points", (member_id, program_id), decide, _answer)


def _answer(entry: Entry) -> Earned:
    return Earned(
        earning=next(iter(earnings_of(entry)), None),
        capped=capped_of(entry),
        expired=expiries_of(entry),
        account=standing_of(entry),
    )
