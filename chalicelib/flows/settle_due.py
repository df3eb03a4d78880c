"""Settle what is due: make happen what time alone changes, for accounts that nobody touches.

    reads    1 Query of a shard of the due index per 100 accounts; 1 Get an account
    writes   4 units an account

Whoever touches an account advances it first, at least as far as this may: so nobody can tell whether it ran, but for files
of history. A missed day is caught up by the next run.
This settles a whole tenant at once; the job settles the same pages one message at a time (chalicelib/events/due).
"""

from __future__ import annotations

from chalicelib.areas.accounts.store import DUE_SHARDS
from chalicelib.flows.settle_due_page import settle_due_page
from chalicelib.kit.caller import Caller
from chalicelib.kit.periods import Day
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import StartKey


def settle_due(rt: Runtime, caller: Caller, day: Day) -> int:
    """Settle every account of the tenant that has something due until `day` (UTC), as far as the clock has come.

    Answers how many were settled. Each is a commit of its own: a run that is broken off is carried on by the next.
    Raises the first account's fault when all others are settled.
    """
    settled = 0
    faults: list[Exception] = []
    for shard in range(DUE_SHARDS):
        start: StartKey | None = None
        while True:
            page = settle_due_page(rt, caller, shard, day, start)
            settled += page.settled
            faults += [account.fault for account in page.unsettled]
            if page.next is None:
                break
            start = page.next
    if faults:
        raise faults[0]
    return settled
