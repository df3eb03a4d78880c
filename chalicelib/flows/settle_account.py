"""Settle one account: let everything happen that is due by now.

reads    1 Get
writes   account (version), entry (absent): 4 units; nothing when nothing is due, or another operation was faster
"""

from __future__ import annotations

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story, advance
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.terms import settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit
from chalicelib.table.journal import Entry


class _NothingDue(Refused):
    pass


def settle_account(rt: Runtime, caller: Caller, command: Command, member_id: str, program_id: int) -> bool:
    """Whether there was something to settle, and this run did it."""

    def plan() -> Plan:
        account, head = accounts.read(rt.table, caller.tenant, member_id, program_id)
        _refuse_undue(account, rt.clock.now())
        terms = terms_of(rt, caller.tenant, program_id)
        header = header_for(rt, caller, command, "settle_due", terms)
        story = settle_tier(advance(Story(account), header.effective_at), terms)
        return account_plan(caller, command, story, head, account_entry(caller.tenant, story, head, header))

    try:
        commit(rt, command, plan, _sequence, lambda: None)
    except _NothingDue:
        return False
    return True


def _refuse_undue(account: Account, now: Instant) -> None:
    due = account.next_due_at
    if due is None or due > now:
        raise _NothingDue("nothing_due", "Nothing of this account is due.")


def _sequence(entry: Entry) -> int:
    return entry.sequence
