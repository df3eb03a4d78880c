"""Note in the audit log that somebody was refused: a key of ours with a wrong secret or without a grant, a wrong PIN or code.

reads    the tenant's configuration, where this process has none that is fresh: 1 Get or 1 Query
writes   1 item, 2 units: the first, tenth, hundredth … time in a minute, of each key and code and in each process

It is written after the refusal is decided. Raises Busy where the table does not take it.
"""

from __future__ import annotations

import secrets

from chalicelib.areas.audit.refusals import MINUTE_MS, Refusal, RefusalCounts
from chalicelib.areas.audit.store import refusal_put
from chalicelib.areas.programs.store import settings
from chalicelib.kit.caller import Caller
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.protocol import Put

_counts = RefusalCounts()
_PROCESS = secrets.token_hex(4)


def note_refusal(
    rt: Runtime, caller: Caller, code: str, operation: str, counts: RefusalCounts = _counts, process: str = _PROCESS
) -> None:
    """`caller` may be whom a key stands for whose secret was wrong. Busy, when the table stays so."""
    now = rt.clock.now()
    times = counts.worth_writing(rt.table, (caller.tenant, caller.id, code), now)
    if times is None:
        return
    minute = now // MINUTE_MS * MINUTE_MS
    one = Refusal(minute, code, caller.id, caller.name, operation, caller.request_id, process, times)

    def decide() -> tuple[None, tuple[Put, ...]]:
        kept = settings(rt.config.load(rt.table, caller.tenant)).refusals_kept_days
        return None, (refusal_put(caller.tenant, one, kept),)

    settle(rt, decide)
