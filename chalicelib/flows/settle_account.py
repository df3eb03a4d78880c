"""Settle one account: let everything happen that is due by the end of a day (UTC), as far as `passed_by` the clock.

So a run that is late comes to what it would have come to in time, and no purchase or return over HTTP can tell whether it
came: whatever arrives later brings the account so far itself, however early it is dated. Only the rows of a file of history
find decided what this has decided.

reads    1 Get
writes   account (version), entry (absent): 4 units; nothing when nothing is due, or another operation was faster
"""

from __future__ import annotations

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.settle_one_due import NothingDue, settled
from chalicelib.flows.terms import terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant, passed_by
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, day_starts, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan
from chalicelib.table.items import MAX_BODY_BYTES


def settle_account(rt: Runtime, caller: Caller, day: Day, member_id: str, program_id: int) -> bool:
    """Whether there was something to settle, and this run did it."""
    command = Command(f"due:{iso_day(day)}:{member_id}:{program_id}")

    def plan() -> Plan:
        account, head = accounts.read(rt.table, caller.tenant, member_id, program_id)
        at = min(passed_by(rt.clock.now()), day_starts(day + 1, "UTC") - 1)
        _refuse_undue(account, at)
        terms = terms_of(rt, caller.tenant, program_id)
        header = header_for(rt, caller, command, "settle_due", terms, at)
        story = terms.advance(Story(account), header.effective_at)
        entry = account_entry(caller.tenant, story, head, header)
        return account_plan(caller, command, story, head, entry, most_bytes=MAX_BODY_BYTES)  # time refuses nothing

    return settled(rt, command, plan)


def _refuse_undue(account: Account, at: Instant) -> None:
    due = account.next_due_at
    if due is None or due > at:
        raise NothingDue("nothing_due", "Nothing of this account is due.")
