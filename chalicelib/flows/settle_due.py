"""Settle what is due: make happen what time alone changes, for accounts that nobody touches.

    reads    1 Query of a shard of the due index per 100 accounts; 1 Get an account
    writes   account (version), entry (absent): 4 units an account; nothing when another operation was faster

No outcome depends on it: whoever touches an account advances it first. A missed day is caught up by the next run.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chalicelib.areas.accounts import store as accounts
from chalicelib.areas.accounts.model import Account, Story, advance
from chalicelib.errors import Refused
from chalicelib.flows.account_commit import account_entry, account_plan, header_for
from chalicelib.flows.terms import settle_tier, terms_of
from chalicelib.kit.caller import Caller
from chalicelib.kit.clock import Instant
from chalicelib.kit.command import Command
from chalicelib.kit.periods import Day, iso_day
from chalicelib.runtime import Runtime
from chalicelib.table.commit import Plan, commit, read_patiently
from chalicelib.table.journal import Entry
from chalicelib.table.protocol import Below, Query

PAGE = 100


class _NothingDue(Refused):
    pass


def settle_due(rt: Runtime, caller: Caller, day: Day) -> int:
    """Settle every account of the tenant that has something due until `day` (UTC), as far as the clock has come.

    Answers how many were settled. Each is a commit of its own: a run that is broken off is carried on by the next.
    """
    settled = 0
    for shard in range(accounts.DUE_SHARDS):
        for member_id, program_id in due_accounts(rt, caller.tenant, shard, day):
            command = Command(f"due:{iso_day(day)}:{member_id}:{program_id}")
            settled += settle_account(rt, caller, command, member_id, program_id)
    return settled


def due_accounts(rt: Runtime, tenant: str, shard: int, day: Day) -> Iterator[tuple[str, int]]:
    """Member and program of every account in the shard with something due until `day`."""
    start = None
    while True:
        query = Query(
            accounts.due_partition(tenant, shard), Below(iso_day(day + 1)), index="gsi3", limit=PAGE, start=start
        )
        page = read_patiently(rt, partial(rt.table.query, query))
        yield from (accounts.due_member(attrs) for attrs in page.items)
        if page.next is None:
            return
        start = page.next


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
