"""Let go of what was held of a limit for checkouts that nobody has paid for in time: it can be had by others again.

reads    1 Query of the quota's partition, as far as something has lapsed
writes   of each 2 units, and of each slice 2 units; nothing where nothing has lapsed

Whoever finds too little left of something does it, and the daily job, for what nobody looks for. No outcome depends on it: a
checkout is over with its time, whoever has let go of what it held.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

from chalicelib.areas.quotas import store
from chalicelib.areas.quotas.model import Held, Move
from chalicelib.runtime import Runtime
from chalicelib.table.commit import settle
from chalicelib.table.config_notes import forget_notes
from chalicelib.table.protocol import OutcomeUnknown, Throttled, TransactionCancelled, Write


def let_go_lapsed(rt: Runtime, tenant: str, quota: str) -> bool:
    """Whether something had lapsed that was let go of. Tried once: where another does the same at this moment, they do it."""
    held = store.lapsed(rt.table, tenant, quota, rt.clock.now())
    if not held:
        return False
    try:
        rt.table.transact(_writes(tenant, held), rt.ids.command())
    except (Throttled, OutcomeUnknown, TransactionCancelled):
        return True
    _known_again(rt, tenant, quota)
    return True


def settle_lapsed(rt: Runtime, tenant: str, quota: str) -> bool:
    """All of it, as patiently as any job. Whether there was something: also where an answer was lost."""
    found: set[Held] = set()

    def decide() -> tuple[int, tuple[Write, ...]]:
        held = store.lapsed(rt.table, tenant, quota, rt.clock.now())
        found.update(held)
        return len(held), _writes(tenant, held)

    while settle(rt, decide):
        pass
    if found:
        _known_again(rt, tenant, quota)
    return bool(found)


def _writes(tenant: str, held: tuple[Held, ...]) -> tuple[Write, ...]:
    back = Counter[tuple[str, int]]()
    for one in held:
        back[one.taken.quota, one.taken.slice] += one.taken.amount
    draws = [
        draw
        for (quota, number), amount in sorted(back.items())
        for draw in store.draws(tenant, None, quota, [Move(number, amount, -amount)])
    ]
    return (*draws, *(store.held_delete(tenant, one) for one in held))


def _known_again(rt: Runtime, tenant: str, quota: str) -> None:
    """As far as it can be said: a note that stays is wrong for three minutes."""
    with suppress(Throttled, OutcomeUnknown):
        if quota in rt.config.load(rt.table, tenant).notes:
            forget_notes(rt, tenant, [quota])
